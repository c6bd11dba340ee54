//! People come, change and go.

use domain::{LinkPurpose, Role, User};
use store::{
    EndSessions, NewLink, NewUser, PersonChange, PersonOutcome, SessionRecord, Store, StoreError,
    session_value,
};

use crate::fresh::Fresh;
use crate::samples::{moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    last_administrator(&*store).await;
    removed(&*store).await;
    invitations(&*store).await;
    resets(&*store).await;
    own_sessions(&*store).await;
    assert!(store.check_audit().await.unwrap().faults.is_empty());
}

async fn change(store: &dyn Store, user: &User, change: PersonChange) -> PersonOutcome {
    store.change_person(user.id, &change, None, noon()).await.unwrap()
}

async fn last_administrator(store: &dyn Store) {
    let admin = |name: &str| NewUser {
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        role: Role::Admin,
        password_hash: "hash".to_owned(),
        created_at: noon(),
    };
    let zoe = store.create_user(&admin("Zoe")).await.unwrap();
    let mo = moderator(store, "Mo").await;
    let taken = [PersonChange::Role(Role::Viewer), PersonChange::Disable, PersonChange::Remove];
    for attempt in &taken {
        assert_eq!(
            change(store, &zoe, attempt.clone()).await,
            PersonOutcome::LastAdmin(zoe.clone()),
            "{attempt:?}"
        );
    }
    // A disabled administrator is none who could help.
    assert!(matches!(change(store, &mo, PersonChange::Role(Role::Admin)).await, PersonOutcome::Done(_)));
    assert!(matches!(change(store, &mo, PersonChange::Disable).await, PersonOutcome::Done(_)));
    assert!(matches!(change(store, &zoe, PersonChange::Disable).await, PersonOutcome::LastAdmin(_)));
    assert!(matches!(change(store, &mo, PersonChange::Disable).await, PersonOutcome::Same(_)));
    assert_eq!(store.user(mo.id).await.unwrap(), None, "it opens nothing");
    assert!(store.user_by_email("mo@example.com").await.unwrap().unwrap().0.disabled_at.is_some());
    change(store, &mo, PersonChange::Enable).await;
    assert_eq!(store.user(mo.id).await.unwrap().unwrap().role, Role::Admin);
    assert_eq!(change(store, &zoe, PersonChange::Role(Role::Viewer)).await, PersonOutcome::Done(zoe.clone()));
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), event.subject), ("user.role_changed", format!("user:{}", zoe.id.0)));
    assert_eq!(
        event.details,
        serde_json::json!({ "before": "admin", "after": "viewer", "email": "Zoe@example.com", "by": "command line" })
    );
    change(store, &zoe, PersonChange::Role(Role::Admin)).await;
}

async fn removed(store: &dyn Store) {
    let mo = store.user_by_email("mo@example.com").await.unwrap().unwrap().0;
    let session = SessionRecord {
        id_hash: vec![1; 32],
        user_id: Some(mo.id),
        data: "{}".to_owned(),
        expires_at: noon() + seconds(60),
    };
    store.save_session(&session).await.unwrap();
    store.remember_device(mo.id, &[1; 32], noon() + seconds(60)).await.unwrap();
    assert_eq!(change(store, &mo, PersonChange::Remove).await, PersonOutcome::Done(mo.clone()));
    assert_eq!(store.session(&[1; 32], noon()).await.unwrap(), None);
    assert!(!store.is_known_device(mo.id, &[1; 32], noon()).await.unwrap());
    assert_eq!(change(store, &mo, PersonChange::Enable).await, PersonOutcome::Unknown);
    assert!(!store.users().await.unwrap().iter().any(|user| user.id == mo.id));
    assert!(store.names().await.unwrap().contains(&(mo.id, "Mo".to_owned())), "the name stays");
    let again = moderator(store, "Mo").await;
    assert_ne!(again.id, mo.id, "the address is free, the number is not");
}

fn link(secret: u8, email: &str, role: Option<Role>) -> NewLink {
    NewLink {
        hash: [secret; 32],
        user_id: None,
        email: email.to_owned(),
        role,
        created_by: None,
        created_at: noon(),
        expires_at: noon() + seconds(60),
    }
}

async fn invitations(store: &dyn Store) {
    let taken = store.create_link(&link(1, "MO@example.com", Some(Role::Viewer))).await;
    assert!(matches!(taken, Err(StoreError::Taken(_))));
    store.create_link(&link(2, "vic@example.com", Some(Role::Viewer))).await.unwrap();
    let id = store.create_link(&link(3, "VIC@example.com", Some(Role::Moderator))).await.unwrap();
    assert_eq!(store.link(&[2; 32]).await.unwrap(), None, "the later one counts");
    assert_eq!(store.invitations(noon()).await.unwrap()[0].id, id);
    assert!(store.invitations(noon() + seconds(60)).await.unwrap().is_empty(), "too late");
    let found = store.link(&[3; 32]).await.unwrap().unwrap();
    assert_eq!((found.purpose, found.used_at), (LinkPurpose::Invitation(Role::Moderator), None));
    let accept =
        async |secret: u8, at| store.accept_invitation(&[secret; 32], "Vic", "hash", at).await.unwrap();
    assert_eq!(accept(3, noon() + seconds(60)).await, None);
    let vic = accept(3, noon()).await.unwrap();
    assert_eq!((vic.email.as_str(), vic.role), ("VIC@example.com", Role::Moderator));
    assert_eq!(accept(3, noon()).await, None, "once");
    assert_eq!(store.link(&[3; 32]).await.unwrap().unwrap().used_at, Some(noon()));

    let id = store.create_link(&link(4, "eve@example.com", Some(Role::Viewer))).await.unwrap();
    assert!(store.withdraw_invitation(id, None, noon()).await.unwrap().is_some());
    assert!(store.withdraw_invitation(id, None, noon()).await.unwrap().is_none());
    assert_eq!(accept(4, noon()).await, None);
}

async fn resets(store: &dyn Store) {
    let (vic, _) = store.user_by_email("vic@example.com").await.unwrap().unwrap();
    let reset = |secret| NewLink { user_id: Some(vic.id), ..link(secret, "vic@example.com", None) };
    store.create_link(&reset(5)).await.unwrap();
    assert_eq!(
        store.accept_invitation(&[5; 32], "X", "x", noon()).await.unwrap(),
        None,
        "another kind of link"
    );
    assert_eq!(store.accept_reset(&[5; 32], "new", noon()).await.unwrap().unwrap().id, vic.id);
    assert_eq!(store.accept_reset(&[5; 32], "again", noon()).await.unwrap(), None);
    assert_eq!(store.user_by_email("vic@example.com").await.unwrap().unwrap().1, "new");
    store.create_link(&reset(6)).await.unwrap();
    change(store, &vic, PersonChange::SignOut).await;
    assert!(store.link(&[6; 32]).await.unwrap().is_some(), "a sign-out leaves the way back in");
    store.set_password(vic.id, "newer").await.unwrap();
    assert_eq!(store.accept_reset(&[6; 32], "x", noon()).await.unwrap(), None, "void with a new password");
}

async fn own_sessions(store: &dyn Store) {
    let (vic, _) = store.user_by_email("vic@example.com").await.unwrap().unwrap();
    for id in 10..13 {
        let data =
            serde_json::json!({ session_value::SINCE: 1000, session_value::BROWSER: "Firefox", "user": 1 });
        let session = SessionRecord {
            id_hash: vec![id; 32],
            user_id: Some(vic.id),
            data: data.to_string(),
            expires_at: noon() + seconds(i64::from(id)),
        };
        store.save_session(&session).await.unwrap();
    }
    let sessions = store.sessions_of(vic.id, &[11; 32], noon()).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.is_this).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!((sessions[0].browser.as_deref(), sessions[0].from.as_deref()), (Some("Firefox"), None));
    assert_eq!(sessions[0].since.unwrap().timestamp(), 1);
    let zoe = store.users().await.unwrap().into_iter().find(|user| user.name == "Zoe").unwrap();
    let end = async |user: &User, which| store.end_sessions(user.id, &which, noon()).await.unwrap();
    assert_eq!(end(&zoe, EndSessions::One(sessions[0].key.clone())).await, 0, "nobody else's");
    assert_eq!(end(&vic, EndSessions::One(sessions[0].key.clone())).await, 1);
    assert_eq!(end(&vic, EndSessions::Others(vec![11; 32])).await, 1);
    assert_eq!(store.sessions_of(vic.id, &[11; 32], noon()).await.unwrap().len(), 1);
}
