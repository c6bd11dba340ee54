//! One's own account: name, password, sessions.

use domain::Role;
use moderation::{Clock, SystemClock};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser, location};

#[tokio::test]
async fn a_new_password_takes_the_current_one_and_ends_the_other_sessions() {
    let app = TestApp::start_logged_in().await;
    let other = browser();
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    other.post(app.url("/login")).form(&fields).send().await.unwrap();
    let change = async |current: &str, password: &str| {
        let fields = [("current", current), ("password", password)];
        app.form("/account", &fields).send().await.unwrap()
    };
    for (current, password, problem) in [
        ("wrong horse battery", "another horse battery", "not your current password"),
        (PASSWORD, "short", "shorter than 12 characters"),
        (PASSWORD, "ana@example.com", "easy to guess"),
    ] {
        let refused = change(current, password).await;
        assert_eq!(refused.status(), 422);
        let page = refused.text().await.unwrap();
        assert!(page.contains(problem) && page.contains("Where you are logged in"), "{page}");
        assert!(!page.contains(&format!("value=\"{password}\"")));
    }
    assert_eq!(other.get(app.url("/")).send().await.unwrap().status(), 200, "nothing happened so far");
    let changed = change(PASSWORD, "another horse battery").await;
    assert_eq!((changed.status().as_u16(), location(&changed)), (303, Some("/account?password=changed")));
    let page = app.page("/account?password=changed").send().await.unwrap();
    assert_eq!(page.status(), 200, "this session stays open");
    assert!(page.text().await.unwrap().contains("Your password is changed"));
    assert_eq!(other.get(app.url("/")).send().await.unwrap().status(), 303);
    let user = app.store.user_by_email(EMAIL).await.unwrap().unwrap().0;
    assert_eq!(app.store.sessions_of(user.id, &[], SystemClock.now()).await.unwrap().len(), 1);
    let actions = app.actions().await;
    assert_eq!(actions[2..], ["user.password_refused", "user.password_changed", "login"]);
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 401);
}

#[tokio::test]
async fn guesses_of_the_current_password_are_throttled() {
    let app = TestApp::wanted().with("--login-failures", 2).start().await;
    app.log_in(EMAIL, PASSWORD).await;
    let fields = [("current", "wrong horse battery"), ("password", "another horse battery")];
    for expected in [422, 422, 429] {
        assert_eq!(app.form("/account", &fields).send().await.unwrap().status(), expected);
    }
}

#[tokio::test]
async fn a_name_changes_everywhere_and_sessions_are_told_apart_and_ended() {
    let app = TestApp::start().await;
    add_user(&*app.store, "vic@example.com", Role::Viewer, SystemClock.now()).await;
    app.log_in("vic@example.com", PASSWORD).await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let fields = [("email", "vic@example.com"), ("password", PASSWORD)];
    let other = browser();
    other.post(app.url("/login")).header("user-agent", firefox).form(&fields).send().await.unwrap();

    let back = app.url("/account");
    let rename = app.form("/fn/account/rename", &[("name", "Victoria")]).header("referer", &back);
    assert_eq!(rename.send().await.unwrap().status(), 302);
    let page = app.page("/account").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Victoria") && page.contains("vic@example.com"));
    assert!(
        page.contains("Firefox on Linux") && page.contains("127.0.0.1") && page.contains("this session"),
        "{page}"
    );
    let blank =
        app.form("/fn/account/rename", &[("name", " ")]).header("referer", &back).send().await.unwrap();
    let told = app.page(location(&blank).unwrap().trim_start_matches(&app.url(""))).send().await.unwrap();
    assert!(told.text().await.unwrap().contains("Give a name of 1 to 100 characters."));

    let end = app.form("/fn/account/end-session", &[("session", "others")]).header("referer", &back);
    assert_eq!(end.send().await.unwrap().status(), 302);
    assert_eq!(other.get(app.url("/")).send().await.unwrap().status(), 303);
    assert_eq!(app.page("/account").send().await.unwrap().status(), 200);
    let events = app.store.audit_events(None, 2).await.unwrap();
    assert_eq!((events[0].action.as_str(), events[1].action.as_str()), ("session.ended", "user.renamed"));
    assert_eq!(events[1].details["before"], "vic");
}
