//! The record.

use domain::{AuditFilter, AuditWho};
use serde_json::json;
use store::NewAuditEvent;

use crate::fresh::Fresh;
use crate::samples::{moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let ana = moderator(&*store, "Ana").await;
    for (number, user_id) in [(1, Some(ana.id)), (2, None), (3, Some(ana.id))] {
        let event = NewAuditEvent {
            at: noon() + seconds(number),
            user_id,
            action: "login",
            subject: format!("session:{number}"),
            details: json!({ "number": number }),
        };
        store.record(&event).await.unwrap();
    }
    let events = store.audit_events(None, 2).await.unwrap();
    let subjects: Vec<_> = events.iter().map(|event| event.subject.as_str()).collect();
    assert_eq!(subjects, ["session:3", "session:2"], "newest first");
    assert_eq!(events[0].user_name.as_deref(), Some("Ana"));
    assert_eq!((events[1].user_name.as_deref(), &events[1].details), (None, &json!({ "number": 2 })));
    assert_eq!(events[1].at, noon() + seconds(2));
    let earlier = store.audit_events(Some(events[1].id), 10).await.unwrap();
    assert_eq!(earlier.len(), 1);
    assert_eq!((earlier[0].subject.as_str(), earlier[0].action.as_str()), ("session:1", "login"));

    let by = |who, action: Option<&str>| AuditFilter { who, action: action.map(str::to_owned) };
    for (filter, found) in [
        (by(Some(AuditWho::Person(ana.id)), None), 2),
        (by(Some(AuditWho::Nobody), Some("login")), 1),
        (by(None, Some("login")), 3),
        (by(None, Some("logout")), 0),
    ] {
        assert_eq!(store.audit_events_like(&filter, None, 10).await.unwrap().len(), found, "{filter:?}");
    }
    assert_eq!(store.audit_actions().await.unwrap(), ["login"]);
    let check = store.check_audit().await.unwrap();
    assert_eq!((check.entries, check.faults.len()), (3, 0));
    assert_eq!(check.head, Some((events[0].id, events[0].hash.clone())), "what to keep elsewhere");
}
