//! Log in, log out, and what keeps strangers from doing so.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Role;
use moderation::{Clock, ManualClock, SystemClock};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser, location, set_cookie};

fn noon() -> ManualClock {
    ManualClock::at("2025-02-15T12:00:00Z".parse::<DateTime<Utc>>().unwrap())
}

#[tokio::test]
async fn a_log_in_opens_a_session_and_goes_on_to_the_page_wanted() {
    let app = TestApp::start().await;
    let next = "/detections?q=is%3Aspam";
    let fields = [("email", " ANA@example.com "), ("password", PASSWORD), ("next", next)];
    let response = app.form("/login", &fields).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (303, Some(next)));

    let cookie = set_cookie(&response, "gavel_session=").unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http: {cookie}");
    assert_eq!(app.page("/").send().await.unwrap().status(), 200);
    assert_eq!(app.page("/login").send().await.unwrap().status(), 303, "nobody logs in twice");
    assert_eq!(app.actions().await, ["login"]);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_it() {
    let app = TestApp::wanted().with("--public-url", "https://gavel.example.com").start().await;
    let response = app.log_in(EMAIL, PASSWORD).await;
    let cookie = set_cookie(&response, "__Host-gavel_session=").unwrap();
    assert!(cookie.contains("Secure") && cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    let hsts = response.headers().get("strict-transport-security").unwrap();
    assert_eq!(hsts, "max-age=31536000");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let app = TestApp::start().await;
    let mut pages = Vec::new();
    for (email, password) in [(EMAIL, "wrong horse battery"), ("eve@example.com", PASSWORD)] {
        let response = app.log_in(email, password).await;
        assert_eq!(response.status(), 401);
        assert!(set_cookie(&response, "gavel_session").is_none());
        let page = response.text().await.unwrap();
        assert!(page.contains("E-mail address or password is wrong."), "{page}");
        assert!(page.contains(&format!("value=\"{email}\"")), "what was typed is kept: {page}");
        assert!(!page.contains(password), "but not the password");
        pages.push(page.contains("Log in"));
    }
    assert_eq!(pages, [true, true]);
    assert_eq!(app.page("/").send().await.unwrap().status(), 303);

    let events = app.store.audit_events(None, 10).await.unwrap();
    let subjects: Vec<_> =
        events.iter().map(|event| (event.action.as_str(), event.subject.as_str())).collect();
    assert_eq!(subjects, [("login.refused", "user:unknown"), ("login.refused", "user:1")]);
    assert!(events.iter().all(|event| event.details == serde_json::json!({ "from": "127.0.0.1" })));
}

#[tokio::test]
async fn an_empty_form_names_its_fields() {
    let app = TestApp::start().await;
    let response = app.log_in("", "").await;
    assert_eq!(response.status(), 422);
    let page = response.text().await.unwrap();
    assert!(
        page.contains("Give the e-mail address of your account.") && page.contains("Give your password.")
    );
}

#[tokio::test]
async fn too_many_failures_close_the_account_for_a_while_and_no_longer() {
    let clock = noon();
    let wanted =
        TestApp::wanted().with("--login-failures", 3).with("--login-window", "15m").with_clock(&clock);
    let app = wanted.start().await;
    for _ in 0..3 {
        assert_eq!(app.log_in(EMAIL, "wrong horse battery").await.status(), 401);
    }
    let response = app.log_in(EMAIL, PASSWORD).await;
    assert_eq!(response.status(), 429, "also with the right password");
    assert_eq!(response.headers().get("retry-after").unwrap(), "300");
    assert!(response.text().await.unwrap().contains("Try again in 5 minutes."));

    add_user(&*app.store, "bob@example.com", Role::Viewer, clock.now()).await;
    assert_eq!(app.log_in("bob@example.com", PASSWORD).await.status(), 303, "others are not closed out");
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 303);
}

#[tokio::test]
async fn a_client_that_tries_many_accounts_is_throttled_by_its_address() {
    let wanted = TestApp::wanted().with("--login-failures", 1).with("--trusted-proxies", "127.0.0.1");
    let app = wanted.start().await;
    let attempt = async |email: &str, address: &str| {
        let fields = [("email", email), ("password", "wrong horse battery")];
        let request = app.form("/login", &fields).header("x-forwarded-for", address);
        request.send().await.unwrap().status().as_u16()
    };
    for n in 0..5 {
        assert_eq!(attempt(&format!("{n}@example.com"), "203.0.113.9").await, 401);
    }
    assert_eq!(attempt("6@example.com", "203.0.113.9").await, 429);
    assert_eq!(attempt("6@example.com", "203.0.113.10").await, 401, "another client may go on");
}

#[tokio::test]
async fn a_stranger_locks_nobody_out_of_a_browser_that_was_used_before() {
    let app = TestApp::wanted().with("--login-failures", 3).start().await;
    let response = app.log_in(EMAIL, PASSWORD).await;
    let cookie = set_cookie(&response, "gavel_device=").unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let attempt = async |browser: &reqwest::Client, password: &str| {
        let fields = [("email", EMAIL), ("password", password)];
        browser.post(app.url("/login")).form(&fields).send().await.unwrap().status().as_u16()
    };
    let stranger = browser();
    for _ in 0..3 {
        assert_eq!(attempt(&stranger, "wrong horse battery").await, 401);
    }
    assert_eq!(attempt(&stranger, "wrong horse battery").await, 429);
    assert_eq!(attempt(&app.browser, PASSWORD).await, 303, "from the same address, with the cookie");
    for _ in 0..3 {
        assert_eq!(attempt(&app.browser, "wrong horse battery").await, 401);
    }
    assert_eq!(attempt(&app.browser, PASSWORD).await, 429, "nor is the cookie good for guessing");
    for made_up in ["gavel_device=0123456789abcdef0123456789abcdef", "gavel_device=x"] {
        let fields = [("email", EMAIL), ("password", PASSWORD)];
        let request = browser().post(app.url("/login")).header("cookie", made_up).form(&fields);
        assert_eq!(request.send().await.unwrap().status(), 429, "{made_up}");
    }
}

#[tokio::test]
async fn fifty_tries_of_one_client_behind_an_untold_proxy_lock_nobody_else_out() {
    let app = TestApp::start().await;
    for name in ["bob", "cleo"] {
        add_user(&*app.store, &format!("{name}@example.com"), Role::Viewer, SystemClock.now()).await;
    }
    let attempt = async |email: &str, password: &str, client: Option<&str>| {
        let fields = [("email", email), ("password", password)];
        let mut request = browser().post(app.url("/login")).form(&fields);
        if let Some(client) = client {
            request = request.header("x-forwarded-for", client);
        }
        request.send().await.unwrap().status().as_u16()
    };
    // A proxy that names its clients, and one that does not.
    for client in [Some("203.0.113.9"), None] {
        let mut refused = 0;
        for n in 0..50 {
            let email = if n < 20 { EMAIL.to_owned() } else { format!("{n}@example.com") };
            refused += u32::from(attempt(&email, "wrong horse battery", client).await == 429);
        }
        assert!(refused >= 10, "the client itself is throttled: {refused}");
    }
    assert_eq!(attempt("bob@example.com", PASSWORD, None).await, 303);
    assert_eq!(attempt("cleo@example.com", PASSWORD, Some("192.0.2.1")).await, 303);
    assert_eq!(attempt(EMAIL, PASSWORD, Some("192.0.2.1")).await, 303, "who was aimed at, from elsewhere");
}

#[tokio::test]
async fn log_out_ends_the_session_itself_and_not_only_the_cookie() {
    let app = TestApp::start().await;
    let cookie = set_cookie(&app.log_in(EMAIL, PASSWORD).await, "gavel_session=").unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let with_cookie = || browser().get(app.url("/")).header("cookie", cookie).header("accept", "text/html");
    assert_eq!(with_cookie().send().await.unwrap().status(), 200);

    let response = app.form("/logout", &[]).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (303, Some("/login")));
    assert!(set_cookie(&response, "gavel_session=").unwrap().contains("Max-Age=0"));
    assert_eq!(response.headers().get("clear-site-data").unwrap(), "\"cache\", \"storage\"");
    assert_eq!(with_cookie().send().await.unwrap().status(), 303, "a copy of the cookie opens nothing");
    assert_eq!(app.actions().await, ["login", "logout"]);
}

#[tokio::test]
async fn a_session_id_known_before_log_in_is_worth_nothing_after() {
    let app = TestApp::start().await;
    let planted = "gavel_session=AAAAAAAAAAAAAAAAAAAAAA";
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let victim =
        browser().post(app.url("/login")).header("cookie", planted).form(&fields).send().await.unwrap();
    assert_eq!(victim.status(), 303);
    let first = set_cookie(&victim, "gavel_session=").unwrap();
    assert!(!first.starts_with(planted), "{first}");
    let first = first.split(';').next().unwrap();

    // Logging in again, for instance as somebody else, also leaves the old id behind.
    let again = browser().post(app.url("/login")).header("cookie", first).form(&fields).send().await.unwrap();
    let second = set_cookie(&again, "gavel_session=").unwrap();
    let second = second.split(';').next().unwrap();
    assert_ne!(first, second);
    for (cookie, status) in [(planted, 303), (first, 303), (second, 200)] {
        let response = browser().get(app.url("/")).header("cookie", cookie).send().await.unwrap();
        assert_eq!(response.status(), status, "{cookie}");
    }
}

#[tokio::test]
async fn the_database_holds_no_session_id_and_no_password() {
    let app = TestApp::start().await;
    let cookie = set_cookie(&app.log_in(EMAIL, PASSWORD).await, "gavel_session=").unwrap();
    let id = cookie.trim_start_matches("gavel_session=").split(';').next().unwrap().to_owned();
    let files = [app.database_file(), app.database_file().with_extension("db-wal")];
    app.store.close().await;
    let mut seen = 0;
    for file in files.into_iter().filter_map(|file| std::fs::read(file).ok()) {
        let text = String::from_utf8_lossy(&file);
        seen += text.matches("$argon2id$").count();
        assert!(!text.contains(&id) && !text.contains(PASSWORD));
    }
    assert!(seen > 0, "the hash of the password is where this test looks");
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let clock = noon();
    // The session's end is reckoned from the machine's clock; the clock that is moved decides what has ended.
    clock.advance(SystemClock.now() - clock.now());
    let app = TestApp::wanted().with("--session-lifetime", "2h").with_clock(&clock).start().await;
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 303);
    clock.advance(TimeDelta::minutes(115));
    assert_eq!(app.page("/").send().await.unwrap().status(), 200);
    clock.advance(TimeDelta::minutes(10));
    assert_eq!(app.page("/").send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    let app = TestApp::start_logged_in().await;
    let (user, _) = app.store.user_by_email(EMAIL).await.unwrap().unwrap();
    let hash = server::auth::password::hash("another horse battery".into()).unwrap();
    app.store.set_password(user.id, &hash).await.unwrap();
    assert_eq!(app.page("/").send().await.unwrap().status(), 303);
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 401);
    assert_eq!(app.log_in(EMAIL, "another horse battery").await.status(), 303);
}

#[tokio::test]
async fn log_in_leads_nowhere_else() {
    let app = TestApp::start().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let response = browser().post(app.url("/login")).form(&fields).send().await.unwrap();
        assert_eq!(location(&response), Some("/"), "{next}");
    }
}
