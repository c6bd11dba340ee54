//! People and sessions.

use domain::Role;
use store::{NewUser, SessionRecord, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    people(&*store).await;
    sessions(&*store).await;
    devices(&*store).await;
}

async fn devices(store: &dyn Store) {
    let (ana, _) = store.user_by_email("ana@example.com").await.unwrap().unwrap();
    let (zoe, _) = store.user_by_email("zoë@example.com").await.unwrap().unwrap();
    let known = async |user, id: u8, at| store.is_known_device(user, &[id; 32], at).await.unwrap();
    store.remember_device(ana.id, &[0; 32], noon() + seconds(60)).await.unwrap();
    assert!(known(ana.id, 0, noon()).await);
    assert!(!known(zoe.id, 0, noon()).await, "nobody else's");
    assert!(!known(ana.id, 0, noon() + seconds(60)).await, "not for ever");
    store.remember_device(ana.id, &[0; 32], noon() + seconds(90)).await.unwrap();
    assert!(known(ana.id, 0, noon() + seconds(60)).await, "longer after another log-in");
    for id in 1..=20 {
        store.remember_device(ana.id, &[id; 32], noon() + seconds(100 + i64::from(id))).await.unwrap();
    }
    assert!(!known(ana.id, 0, noon()).await, "the newest twenty");
    assert!(known(ana.id, 1, noon()).await && known(ana.id, 20, noon()).await);
    store.delete_expired_sessions(noon() + seconds(101)).await.unwrap();
    assert!(!known(ana.id, 1, noon()).await && known(ana.id, 2, noon()).await);
}

async fn people(store: &dyn Store) {
    assert!(!store.has_users().await.unwrap());
    let first = NewUser {
        email: "Zoë@Example.com".to_owned(),
        name: "Zoë".to_owned(),
        role: Role::Admin,
        password_hash: "one".to_owned(),
        created_at: noon(),
    };
    let zoe = store.create_first_user(&first).await.unwrap().unwrap();
    assert_eq!((zoe.email.as_str(), zoe.role, zoe.created_at), ("Zoë@Example.com", Role::Admin, noon()));
    assert!(store.has_users().await.unwrap());
    assert_eq!(store.create_first_user(&first).await.unwrap(), None, "somebody was first");

    let again = NewUser { email: "ZOË@example.COM".to_owned(), ..first };
    assert!(
        matches!(store.create_user(&again).await, Err(StoreError::Taken(_))),
        "case makes no new address"
    );

    let ana = moderator(store, "ana").await;
    assert_eq!(store.user(ana.id).await.unwrap(), Some(ana.clone()));
    assert_eq!(store.user_by_email("zoË@EXAMPLE.com").await.unwrap(), Some((zoe.clone(), "one".to_owned())));
    assert_eq!(store.user_by_email("nobody@example.com").await.unwrap(), None);
    assert_eq!(store.users().await.unwrap(), [ana, zoe], "by name");
}

async fn sessions(store: &dyn Store) {
    let (ana, hash) = store.user_by_email("ana@example.com").await.unwrap().unwrap();
    assert_eq!(hash, "$argon2id$");
    let session = |id: u8, user_id| SessionRecord {
        id_hash: vec![id; 32],
        user_id,
        data: r#"{"theme":"dark"}"#.to_owned(),
        expires_at: noon() + seconds(60),
    };
    let anonymous = session(1, None);
    store.save_session(&anonymous).await.unwrap();
    let logged_in = SessionRecord { user_id: Some(ana.id), data: "{}".to_owned(), ..anonymous };
    store.save_session(&logged_in).await.unwrap();
    assert_eq!(store.session(&[1; 32], noon()).await.unwrap(), Some(logged_in.clone()), "replaced");
    assert_eq!(store.session(&[1; 32], logged_in.expires_at).await.unwrap(), None, "ended");

    store.save_session(&session(2, None)).await.unwrap();
    assert!(store.set_password(ana.id, "two").await.unwrap());
    assert_eq!(
        store.session(&[1; 32], noon()).await.unwrap(),
        None,
        "a new password ends the person's sessions"
    );
    assert!(store.session(&[2; 32], noon()).await.unwrap().is_some(), "and nobody else's");
    assert_eq!(store.user_by_email("ana@example.com").await.unwrap().unwrap().1, "two");
    assert!(!store.set_password(domain::UserId(999), "x").await.unwrap());

    store.save_session(&session(3, Some(ana.id))).await.unwrap();
    store.delete_session(&[3; 32]).await.unwrap();
    assert_eq!(store.session(&[3; 32], noon()).await.unwrap(), None);
    assert_eq!(store.delete_expired_sessions(noon() + seconds(59)).await.unwrap(), 0);
    assert_eq!(store.delete_expired_sessions(noon() + seconds(60)).await.unwrap(), 1);
}
