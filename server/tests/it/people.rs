//! The page about people, and the links by which they come in, without JavaScript; and the same on the command line.

use std::{process::Command, time::Duration};

use chrono::TimeDelta;
use domain::Role;
use moderation::{Clock, ManualClock, SystemClock};
use reqwest::{Client, Response};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser, location};

/// The path of the link on a page.
pub(crate) fn link_in(page: &str) -> String {
    let start = page.find("/join?code=").expect("a link is shown");
    page[start..].chars().take_while(|character| !"<\"&\n ".contains(*character)).collect()
}

async fn invite(app: &TestApp, email: &str, role: &str) -> Response {
    app.form("/settings/people", &[("invite[email]", email), ("invite[role]", role)]).send().await.unwrap()
}

/// Does something to an account by its form.
pub(crate) async fn act(app: &TestApp, id: i64, act: &str, role: &str) -> (u16, String) {
    let id = id.to_string();
    let fields = [("person[id]", id.as_str()), ("person[act]", act), ("person[role]", role)];
    let response = app.form("/settings/people", &fields).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn join(app: &TestApp, browser: &Client, link: &str, name: &str, password: &str) -> Response {
    let code = link.split("code=").nth(1).unwrap();
    let fields = [("code", code), ("name", name), ("password", password)];
    let request = browser.post(app.url("/join")).header("accept", "text/html");
    request.header("sec-fetch-site", "same-origin").form(&fields).send().await.unwrap()
}

/// A clock that goes with the machine's until it is moved: sessions are dated by the machine.
fn clock() -> ManualClock {
    ManualClock::at(SystemClock.now())
}

#[tokio::test]
async fn somebody_is_invited_and_joins_once() {
    let app = TestApp::start_logged_in().await;
    let refused = invite(&app, "mo", "moderator").await;
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    assert!(page.contains("such as ana@example.com") && page.contains("value=\"mo\""), "{page}");
    let taken = invite(&app, "ANA@example.com", "viewer").await.text().await.unwrap();
    assert!(taken.contains("has an account already"), "{taken}");

    let page = invite(&app, "mo@example.com", "moderator").await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    let link = link_in(&page);
    assert!(page.contains("mo@example.com") && page.contains("for 7 days"));
    let again = app.page("/settings/people").send().await.unwrap().text().await.unwrap();
    assert!(!again.contains("code=") && again.contains("Withdraw the invitation of mo@example.com"));

    let stranger = browser();
    let form = stranger.get(app.url(&link)).send().await.unwrap();
    assert_eq!(
        (form.status().as_u16(), form.headers()["referrer-policy"].to_str().unwrap()),
        (200, "same-origin")
    );
    assert!(form.text().await.unwrap().contains("You are invited"));
    for (name, password, problem) in [
        ("", PASSWORD, "Give a name"),
        ("Mo", "short", "shorter than 12"),
        ("Mo", "password1234", "easy to guess"),
        ("Mo", "mo@example.com", "easy to guess"),
    ] {
        let again = join(&app, &stranger, &link, name, password).await;
        assert_eq!(again.status(), 422, "{problem}");
        let again = again.text().await.unwrap();
        assert!(again.contains(problem) && again.contains(link.split("code=").nth(1).unwrap()), "{again}");
    }
    let joined = join(&app, &stranger, &link, "Mo", PASSWORD).await;
    assert_eq!((joined.status().as_u16(), location(&joined)), (303, Some("/")));
    assert_eq!(stranger.get(app.url("/detections")).send().await.unwrap().status(), 200, "logged in");
    let mo = app.store.user_by_email("mo@example.com").await.unwrap().unwrap().0;
    assert_eq!((mo.name.as_str(), mo.role), ("Mo", Role::Moderator));

    let used = browser().get(app.url(&link)).send().await.unwrap();
    assert_eq!(used.status(), 410);
    assert!(used.text().await.unwrap().contains("was used already"));
    assert_eq!(join(&app, &browser(), &link, "Eve", PASSWORD).await.status(), 410);
    let events = app.store.audit_events(None, 10).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["login", "user.created", "user.invited", "login"]);
    assert!(!format!("{events:?}").contains(link.split("code=").nth(1).unwrap()), "no secret");
}

#[tokio::test]
async fn links_that_do_not_work_say_why_and_guesses_are_throttled() {
    let clock = clock();
    let app = TestApp::wanted().with("--login-failures", 3).with_clock(&clock).start().await;
    app.log_in(EMAIL, PASSWORD).await;
    let old = link_in(&invite(&app, "mo@example.com", "viewer").await.text().await.unwrap());
    let newer = link_in(&invite(&app, "mo@example.com", "viewer").await.text().await.unwrap());
    let replaced = browser().get(app.url(&old)).send().await.unwrap();
    assert_eq!(replaced.status(), 403);
    assert!(replaced.text().await.unwrap().contains("This link is not valid"));
    clock.advance(TimeDelta::days(7));
    let expired = browser().get(app.url(&newer)).send().await.unwrap();
    assert_eq!(expired.status(), 410);
    assert!(expired.text().await.unwrap().contains("too old"));
    assert_eq!(join(&app, &browser(), &newer, "Mo", PASSWORD).await.status(), 410);
    let guess = async || browser().get(app.url("/join?code=0123")).send().await.unwrap().status().as_u16();
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(guess().await);
    }
    assert_eq!(answers, [403, 403, 403, 429]);
    assert_eq!(app.store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reset_link_sets_a_new_password_and_ends_sessions() {
    let app = TestApp::start_logged_in().await;
    let mo = add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    let theirs = browser();
    let fields = [("email", "mo@example.com"), ("password", PASSWORD)];
    theirs.post(app.url("/login")).form(&fields).send().await.unwrap();
    let (status, page) = act(&app, mo.id.0, "reset", "").await;
    assert_eq!(status, 200);
    let link = link_in(&page);
    assert_eq!(theirs.get(app.url("/")).send().await.unwrap().status(), 200, "until it is used, all stays");
    let form = browser().get(app.url(&link)).send().await.unwrap().text().await.unwrap();
    assert!(form.contains("Set a new password") && !form.contains("Your name"));
    let set = join(&app, &browser(), &link, "", "another horse battery").await;
    assert_eq!(set.status(), 303);
    assert_eq!(theirs.get(app.url("/")).send().await.unwrap().status(), 303);
    assert_eq!(join(&app, &browser(), &link, "", PASSWORD).await.status(), 410);
    assert_eq!(app.log_in("mo@example.com", "another horse battery").await.status(), 303);
}

#[tokio::test]
async fn a_disabled_account_opens_nothing_at_once_and_its_stream_ends() {
    let app = TestApp::start_logged_in().await;
    let mo = add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    let theirs = browser();
    let fields = [("email", "mo@example.com"), ("password", PASSWORD)];
    theirs.post(app.url("/login")).form(&fields).send().await.unwrap();
    let stream = theirs.get(app.url("/events")).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let (status, page) = act(&app, mo.id.0, "disable", "").await;
    assert_eq!(status, 200);
    assert!(page.contains("mo is disabled: all sessions have ended") && page.contains("Enable mo"), "{page}");
    assert_eq!(theirs.get(app.url("/")).send().await.unwrap().status(), 303);
    // The stream ends by itself; its end is not an error.
    tokio::time::timeout(Duration::from_secs(5), stream.bytes()).await.expect("within 5 s").unwrap();
    let refused = theirs.post(app.url("/login")).form(&fields).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("This account is disabled"));
    assert_eq!(act(&app, mo.id.0, "reset", "").await.0, 409, "a new password would open nothing");

    assert_eq!(act(&app, mo.id.0, "enable", "").await.0, 200);
    assert_eq!(theirs.post(app.url("/login")).form(&fields).send().await.unwrap().status(), 303);
    assert_eq!(act(&app, mo.id.0, "sign-out", "").await.0, 200);
    assert_eq!(theirs.get(app.url("/")).send().await.unwrap().status(), 303);
    theirs.post(app.url("/login")).form(&fields).send().await.unwrap();
    assert!(act(&app, mo.id.0, "role", "viewer").await.1.contains("mo is now a viewer"));
    let check =
        theirs.post(app.url("/fn/checks/run")).form(&[("form[message]", "hello")]).send().await.unwrap();
    assert_eq!(check.status(), 403, "from the next click on");
    assert!(act(&app, mo.id.0, "remove", "").await.1.contains("keep the name"));
    assert_eq!(theirs.get(app.url("/")).send().await.unwrap().status(), 303);
    assert_eq!(act(&app, mo.id.0, "remove", "").await.0, 404, "somebody else was faster");
    assert_eq!(invite(&app, "mo@example.com", "viewer").await.status(), 200, "the address is free");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::start_logged_in().await;
    let mo = add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    for (what, role) in [("role", "viewer"), ("disable", ""), ("remove", "")] {
        let (status, page) = act(&app, 1, what, role).await;
        assert_eq!(status, 409, "{what}");
        assert!(page.contains("the last administrator who can log in"), "{page}");
    }
    let gavel = |line: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_gavel"))
            .args(["user"])
            .args(line)
            .args(["--database", &app.database])
            .output()
            .unwrap();
        let (out, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), format!("{out}{errors}"))
    };
    let (done, said) = gavel(&["disable", "--email", EMAIL]);
    assert!(!done && said.contains("the last administrator who can log in"), "{said}");
    assert!(gavel(&["role", "--email", "mo@example.com", "--role", "admin"]).0);
    assert_eq!(app.store.user(mo.id).await.unwrap().unwrap().role, Role::Admin);
    assert!(gavel(&["disable", "--email", EMAIL]).0);
    assert_eq!(app.page("/").send().await.unwrap().status(), 303);
    let list = gavel(&["list"]).1;
    assert!(list.contains(", disabled 20") && list.contains("last log-in never"), "{list}");
    assert!(gavel(&["enable", "--email", EMAIL]).0 && gavel(&["sign-out", "--email", EMAIL]).0);
    let (done, said) = gavel(&[
        "invite",
        "--email",
        "vic@example.com",
        "--role",
        "viewer",
        "--public-url",
        "https://gavel.example.com",
    ]);
    assert!(done && said.contains("https://gavel.example.com/join?code="), "{said}");
    assert_eq!(join(&app, &browser(), &link_in(&said), "Vic", PASSWORD).await.status(), 303);
    assert!(gavel(&["remove", "--email", "vic@example.com"]).0);
    let (done, said) = gavel(&["enable", "--email", "vic@example.com"]);
    assert!(!done && said.contains("no account with the e-mail address vic@example.com"), "{said}");
}

#[tokio::test]
async fn with_javascript_the_link_is_in_the_answer_only() {
    let app = TestApp::start_logged_in().await;
    let form = [("invite[email]", "mo@example.com"), ("invite[role]", "viewer")];
    let request = app.browser.post(app.url("/fn/people/invite")).header("origin", app.url(""));
    let made: serde_json::Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    let address = made["link"]["address"].as_str().unwrap();
    assert!(address.starts_with(&app.url("/join?code=")), "{address}");
    let list = app.browser.get(app.url("/fn/people/list")).send().await.unwrap().text().await.unwrap();
    assert!(list.contains("mo@example.com") && !list.contains("code="), "{list}");
    let id = app.store.invitations(SystemClock.now()).await.unwrap()[0].id.to_string();
    let withdraw = [("person[id]", id.as_str()), ("person[act]", "withdraw")];
    let request = app.browser.post(app.url("/fn/people/change")).header("sec-fetch-site", "same-origin");
    let said = request.form(&withdraw).send().await.unwrap().text().await.unwrap();
    assert!(said.contains("opens nothing any more"), "{said}");
    assert_eq!(browser().get(address).send().await.unwrap().status(), 403);
}
