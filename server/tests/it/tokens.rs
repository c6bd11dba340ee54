//! App tokens on the Settings page, with and without JavaScript.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{Fallback, Role, TokenScope};
use moderation::{Clock, ManualClock, SystemClock};
use serde_json::Value;
use sqlx::SqlitePool;

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser, location};

const FORM: [(&str, &str); 8] = [
    ("form[name]", "shop"),
    ("form[site]", "shop.example.com"),
    ("form[per_minute]", "60"),
    ("form[fallback]", "engine"),
    ("form[check]", "yes"),
    ("form[feedback]", "yes"),
    ("form[stats]", "yes"),
    ("form[decisions]", "yes"),
];

/// The secret on a page or in an answer.
fn secret_in(text: &str) -> Option<String> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .find(|word| word.starts_with("gvl_") && word.len() == 68)
        .map(str::to_owned)
}

async fn opens(app: &TestApp, token: &str) -> u16 {
    browser().get(app.url("/api/v1/verify")).bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn without_javascript_a_token_is_made_shown_once_and_taken_back() {
    let app = TestApp::start_logged_in().await;
    let response = app.form("/settings", &FORM).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (200, None));
    let page = response.text().await.unwrap();
    let secret = secret_in(&page).expect("the secret is shown");
    assert_eq!(opens(&app, &secret).await, 200);
    let tokens = app.store.api_tokens().await.unwrap();
    assert_eq!((tokens[0].site.as_str(), tokens[0].per_minute), ("shop.example.com", Some(60)));
    assert_eq!(tokens[0].fallback, Fallback::Engine);

    let again = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(secret_in(&again).is_none(), "never again");
    assert!(again.contains(&secret[..12]) && again.contains("60 a minute"), "but what tells it apart");

    assert!(again.contains("a program"), "whose feedback it is");
    let mark = app.form("/fn/tokens/mark", &[("name", "shop"), ("of_people", "true")]);
    let response = mark.header("referer", app.url("/settings")).send().await.unwrap();
    assert!(response.status().is_redirection());
    assert!(app.store.api_tokens().await.unwrap()[0].of_people);
    let marked = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(marked.contains("Feedback of shop is decided by a program"), "the way back is offered");

    let revoked = app.form("/fn/tokens/revoke", &[("name", "shop")]).header("referer", app.url("/settings"));
    let response = revoked.send().await.unwrap();
    assert!(response.status().is_redirection());
    assert_eq!(opens(&app, &secret).await, 401);
    let events = app.store.audit_events(None, 10).await.unwrap();
    let who: Vec<_> =
        events.iter().rev().map(|event| (event.action.as_str(), event.user_name.as_deref())).collect();
    assert_eq!(
        who[1..],
        [("token.created", Some("ana")), ("token.marked", Some("ana")), ("token.revoked", Some("ana"))]
    );
    assert!(!format!("{events:?}").contains(&secret));
}

#[tokio::test]
async fn what_was_clicked_is_done_though_the_page_was_left() {
    let app = TestApp::start_logged_in().await;
    // Somebody else writes while the request comes and its sender goes.
    let writes = SqlitePool::connect(&app.database).await.unwrap();
    let lock = writes.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let left = app.form("/fn/tokens/create", &FORM).timeout(Duration::from_millis(500)).send().await;
    assert!(left.unwrap_err().is_timeout());
    assert!(app.store.api_tokens().await.unwrap().is_empty());
    lock.rollback().await.unwrap();
    for _ in 0..600 {
        if !app.store.api_tokens().await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the token was never made");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_what_was_typed_stays() {
    let app = TestApp::start_logged_in().await;
    let wrong = [("form[name]", "shop"), ("form[site]", ""), ("form[per_minute]", "")];
    let response = app.form("/settings", &wrong).send().await.unwrap();
    assert_eq!(response.status(), 422);
    let page = response.text().await.unwrap();
    assert!(page.contains("The site must have") && page.contains("value=\"shop\""), "{page}");
    let wrong = [("form[name]", "shop"), ("form[site]", "x"), ("form[per_minute]", "many")];
    let page = app.form("/settings", &wrong).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("The limit must be") && page.contains("value=\"many\""), "{page}");
    assert!(app.store.api_tokens().await.unwrap().is_empty());

    app.form("/settings", &FORM).send().await.unwrap();
    let taken = app.form("/settings", &FORM).send().await.unwrap();
    assert_eq!(taken.status(), 422);
    assert!(taken.text().await.unwrap().contains("An active token has this name"));
}

#[tokio::test]
async fn with_javascript_the_same_and_the_secret_is_in_the_answer_only() {
    let app = TestApp::start_logged_in().await;
    let request = app.browser.post(app.url("/fn/tokens/create")).header("sec-fetch-site", "same-origin");
    let response = request.form(&FORM).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let issued: Value = response.json().await.unwrap();
    let secret = issued["secret"].as_str().unwrap();
    assert_eq!(opens(&app, secret).await, 200);
    let list = app.browser.get(app.url("/fn/tokens/list")).send().await.unwrap().text().await.unwrap();
    assert!(list.contains("shop.example.com") && secret_in(&list).is_none(), "{list}");
}

#[tokio::test]
async fn tokens_are_for_administrators() {
    let app = TestApp::start().await;
    add_user(&*app.store, "mo@example.com", Role::Moderator, chrono::DateTime::UNIX_EPOCH).await;
    app.log_in("mo@example.com", PASSWORD).await;
    let page = app.page("/settings").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(!page.text().await.unwrap().contains("App tokens"));
    for (path, fields) in [
        ("/fn/tokens/create", &FORM[..]),
        ("/fn/tokens/rotate", &[("rotate[name]", "shop"), ("rotate[hours]", "1")][..]),
        ("/fn/tokens/mark", &[("name", "shop"), ("of_people", "true")][..]),
        ("/fn/tokens/revoke", &[("name", "shop")][..]),
    ] {
        let request = app.browser.post(app.url(path)).header("sec-fetch-site", "same-origin");
        assert_eq!(request.form(fields).send().await.unwrap().status(), 403, "{path}");
    }
    assert_eq!(app.form("/settings", &FORM).send().await.unwrap().status(), 403);
    let rotate = app.form("/settings", &[("rotate[name]", "shop"), ("rotate[hours]", "1")]);
    assert_eq!(rotate.send().await.unwrap().status(), 403);
    let stranger = browser().post(app.url("/fn/tokens/create")).form(&FORM).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    assert!(app.store.api_tokens().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_token_is_kept_within_bounds_and_its_row_says_which() {
    let clock = ManualClock::at(SystemClock.now());
    let app = TestApp::wanted().with_clock(&clock).start().await;
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 303);
    let day = clock.now().date_naive().to_string();
    let bounded = [
        ("form[name]", "kept"),
        ("form[site]", "shop.example.com"),
        ("form[expires]", day.as_str()),
        ("form[networks]", "127.0.0.1, 10.1.2.3/8"),
        ("form[check]", "yes"),
        ("form[stats]", "yes"),
    ];
    let page = app.form("/settings", &bounded).send().await.unwrap().text().await.unwrap();
    let secret = secret_in(&page).expect("the secret is shown");
    let token = app.store.api_tokens().await.unwrap().remove(0);
    assert_eq!(token.bounds.scopes, [TokenScope::Check, TokenScope::Stats]);
    assert_eq!(token.bounds.network_words(), "127.0.0.1/32, 10.0.0.0/8");
    for words in [
        "ask for verdicts, see the plan's usage".to_owned(),
        "127.0.0.1/32, 10.0.0.0/8".to_owned(),
        format!("until the end of {day} (UTC)"),
    ] {
        assert!(page.contains(&words), "{words} in {page}");
    }
    let event = app.store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!(event.details["last_day"], day.as_str());
    assert_eq!(opens(&app, &secret).await, 200);
    clock.advance(TimeDelta::days(1));
    assert_eq!(opens(&app, &secret).await, 401);
    app.log_in(EMAIL, PASSWORD).await;
    let page = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains(&format!("expired: its last day was {day}")) && page.contains("still knocks"),
        "{page}"
    );
    assert!(!page.contains("New secret for kept"), "an expired one gets none");
    let rotate = app.form("/settings", &[("rotate[name]", "kept"), ("rotate[hours]", "1")]);
    assert_eq!(rotate.send().await.unwrap().status(), 404);

    for (field, value, words) in [
        ("form[expires]", day.as_str(), "The last day is over"),
        ("form[expires]", "soon", "The last day must be written as"),
        ("form[networks]", "10.0.0.0/99", "is no network"),
        ("form[check]", "", "Choose at least one thing"),
    ] {
        let mut form = vec![("form[name]", "wrong"), ("form[site]", "x"), (field, value)];
        if field != "form[check]" {
            form.push(("form[check]", "yes"));
        }
        let refused = app.form("/settings", &form).send().await.unwrap();
        assert_eq!(refused.status(), 422, "{field}");
        let page = refused.text().await.unwrap();
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(app.store.api_tokens().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_gets_another_secret_with_and_without_javascript() {
    let app = TestApp::start_logged_in().await;
    let page = app.form("/settings", &FORM).send().await.unwrap().text().await.unwrap();
    let first = secret_in(&page).unwrap();
    let rotate = app.form("/settings", &[("rotate[name]", "shop"), ("rotate[hours]", "2")]);
    let page = rotate.send().await.unwrap().text().await.unwrap();
    let second = secret_in(&page).expect("the new secret is shown");
    assert_ne!(first, second);
    assert!(page.contains("The old secret") && page.contains(&first[..12]), "{page}");
    assert_eq!((opens(&app, &first).await, opens(&app, &second).await), (200, 200));
    let again = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(secret_in(&again).is_none(), "never again");

    let request = app.browser.post(app.url("/fn/tokens/rotate")).header("sec-fetch-site", "same-origin");
    let response = request.form(&[("rotate[name]", "shop"), ("rotate[hours]", "0")]).send().await.unwrap();
    let issued: Value = response.json().await.unwrap();
    let third = issued["secret"].as_str().unwrap();
    assert_eq!(opens(&app, &first).await, 401);
    assert_eq!((opens(&app, &second).await, opens(&app, third).await), (401, 200));

    let wrong = app.form("/settings", &[("rotate[name]", "shop"), ("rotate[hours]", "many")]);
    let refused = wrong.send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("The hours must be a whole number"));
    assert_eq!(opens(&app, third).await, 200, "it kept its secret");
    let unknown = app.form("/settings", &[("rotate[name]", "blog"), ("rotate[hours]", "")]);
    assert_eq!(unknown.send().await.unwrap().status(), 404);
    let events = app.store.audit_events(None, 10).await.unwrap();
    let rotations: Vec<_> = events.iter().filter(|event| event.action == "token.rotated").collect();
    assert_eq!(rotations.len(), 2);
    assert!(rotations.iter().all(|event| event.user_name.as_deref() == Some("ana")));
    assert!(!format!("{events:?}").contains(third));
}
