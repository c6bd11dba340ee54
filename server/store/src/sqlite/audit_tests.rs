//! Whoever changes the record is found out.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AuditFault, Role};
use serde_json::json;

use super::audit::{chain, record};
use super::{Connection, Engine, seal};
use crate::{Accounts, Audit, NewAuditEvent, NewUser};

/// Entries of the record that is tampered with.
const ENTRIES: i64 = 40;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_739_620_800, 0).unwrap()
}

/// A record by two people and the program.
async fn filled() -> Engine {
    let store = Engine::open("sqlite::memory:").await.unwrap();
    for name in ["ana", "bob"] {
        let user = NewUser {
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            role: Role::Admin,
            password_hash: String::new(),
            created_at: noon(),
        };
        store.create_user(&user).await.unwrap();
    }
    for number in 0..ENTRIES {
        let event = NewAuditEvent {
            at: noon() + TimeDelta::seconds(number),
            user_id: Some(domain::UserId(number % 3)).filter(|id| id.0 > 0),
            action: ["login", "logout", "user.disabled"][usize::try_from(number % 3).unwrap()],
            subject: format!("user:{number}"),
            details: json!({ "number": number }),
        };
        store.record(&event).await.unwrap();
    }
    store
}

async fn run(statement: &str, connection: &mut Connection) -> u64 {
    let statement = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()));
    statement.execute(connection).await.unwrap().rows_affected()
}

/// Somebody's change to the table, at random.
fn tampering(random: &mut fastrand::Rng) -> String {
    let id = random.i64(1..=ENTRIES);
    let other = (id + random.i64(1..ENTRIES) - 1) % ENTRIES + 1;
    let number = random.i64(2_000_000_000_000..3_000_000_000_000);
    let columns = ["at", "user_id", "action", "subject", "details", "hash"];
    match random.u8(0..10) {
        0 => format!("UPDATE audit_events SET at = {number} WHERE id = {id}"),
        1 => {
            format!("UPDATE audit_events SET user_id = CASE user_id WHEN 1 THEN 2 ELSE 1 END WHERE id = {id}")
        }
        2 => format!("UPDATE audit_events SET action = action || 's' WHERE id = {id}"),
        3 => format!("UPDATE audit_events SET subject = 'user:{number}' WHERE id = {id}"),
        4 => format!("UPDATE audit_events SET details = '{{\"number\":{number}}}' WHERE id = {id}"),
        5 => format!("UPDATE audit_events SET hash = randomblob(32) WHERE id = {id}"),
        6 => format!("DELETE FROM audit_events WHERE id = {id}"),
        7 => format!(
            "INSERT INTO audit_events (at, user_id, action, subject, details, hash)
             SELECT at, user_id, action, subject, details, hash FROM audit_events WHERE id = {id}"
        ),
        8 => format!("UPDATE audit_events SET id = {number} WHERE id = {id}"),
        _ => {
            // Two entries change places, with all that they say.
            let set = columns
                .map(|column| format!("{column} = (SELECT {column} FROM other WHERE other.id <> e.id)"));
            format!(
                "WITH other AS MATERIALIZED (SELECT * FROM audit_events WHERE id IN ({id}, {other}))
                 UPDATE audit_events AS e SET {} WHERE id IN ({id}, {other})",
                set.join(", ")
            )
        }
    }
}

#[tokio::test]
async fn every_one_of_a_thousand_changes_is_found() {
    let store = filled().await;
    let sound = store.check_audit().await.unwrap();
    assert_eq!((sound.entries, sound.faults.len()), (40, 0), "{sound:?}");
    let mut random = fastrand::Rng::with_seed(19);
    for number in 0..1000 {
        let statement = tampering(&mut random);
        let mut transaction = store.writer.begin().await.unwrap();
        assert!(run(&statement, &mut transaction).await > 0, "{statement}");
        let found = chain::check(&mut transaction).await.unwrap();
        assert!(
            !found.faults.is_empty() && found.faults.len() <= 4,
            "{number}: {statement}: {:?}",
            found.faults
        );
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn faults_say_what_happened_and_the_record_goes_on() {
    for (statement, expected) in [
        ("UPDATE audit_events SET action = 'x' WHERE id = 7", vec![AuditFault::Changed(7)]),
        ("UPDATE audit_events SET hash = NULL WHERE id = 7", vec![AuditFault::Changed(7)]),
        ("DELETE FROM audit_events WHERE id IN (7, 8)", vec![AuditFault::Missing(6, 9)]),
        ("DELETE FROM audit_events WHERE id = 1", vec![AuditFault::Missing(0, 2)]),
        ("DELETE FROM audit_events WHERE id > 38", vec![AuditFault::CutOff(38, 40)]),
        ("DELETE FROM audit_events", vec![AuditFault::CutOff(0, 40)]),
        ("DELETE FROM audit_head", vec![AuditFault::NoHead]),
        ("UPDATE audit_head SET hash = zeroblob(32)", vec![AuditFault::NoHead]),
        (
            "INSERT INTO audit_events (at, action, subject, details) VALUES (1, 'x', 'y', '{}')",
            vec![AuditFault::Changed(41)],
        ),
    ] {
        let store = filled().await;
        run(statement, &mut store.writer.acquire().await.unwrap()).await;
        assert_eq!(store.check_audit().await.unwrap().faults, expected, "{statement}");
        let details = json!({});
        let event = NewAuditEvent {
            at: noon(),
            user_id: None,
            action: "login",
            subject: "user:1".to_owned(),
            details,
        };
        let mut transaction = store.begin().await.unwrap();
        record(&event, &mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let later = store.check_audit().await.unwrap();
        assert!(!later.faults.is_empty(), "it is not forgotten: {statement}");
        assert!(later.head.is_some_and(|(id, _)| id == 41 || id == 42), "{statement}");
    }
}

#[tokio::test]
async fn a_record_from_before_the_chain_is_sealed_once() {
    let store = filled().await;
    let mut connection = store.writer.acquire().await.unwrap();
    run("DELETE FROM audit_head", &mut connection).await;
    run("UPDATE audit_events SET hash = NULL", &mut connection).await;
    // Ids of an old record may have gaps.
    run("DELETE FROM audit_events WHERE id = 3", &mut connection).await;
    drop(connection);
    seal::seal(&store.writer).await.unwrap();
    let sealed = store.check_audit().await.unwrap();
    assert_eq!((sealed.entries, sealed.faults), (39, Vec::new()));
    run("DELETE FROM audit_head", &mut store.writer.acquire().await.unwrap()).await;
    seal::seal(&store.writer).await.unwrap();
    assert_eq!(store.check_audit().await.unwrap().faults, [AuditFault::NoHead], "not made good again");
}
