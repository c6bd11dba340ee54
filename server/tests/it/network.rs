//! Proxies, hosts, bodies and streams: what comes in from where, and how much of it.

use std::time::{Duration, Instant};

use domain::Role;
use moderation::{Clock, SystemClock};
use reqwest::{Response, StatusCode};
use tokio::time::timeout;

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser, location};

/// What a browser sends over plain http from another machine: no `Sec-Fetch-Site` there, and the host as a plain nginx makes it.
async fn log_in_by_proxy(app: &TestApp) -> Response {
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let request = browser().post(app.url("/login")).header("accept", "text/html").form(&form);
    request.header("origin", "http://mods.lan.example").send().await.unwrap()
}

#[tokio::test]
async fn a_refused_form_says_what_to_set_behind_a_proxy() {
    let app = TestApp::start_logged_in().await;
    let before = app.page("/health").send().await.unwrap().text().await.unwrap();
    assert!(!before.contains("In front of Gavel"));
    let refused = log_in_by_proxy(&app).await;
    assert_eq!(refused.status(), 403);
    let page = refused.text().await.unwrap();
    for words in ["--public-url http://mods.lan.example", "proxy_set_header Host $http_host", "127.0.0.1"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let health = app.page("/health").send().await.unwrap().text().await.unwrap();
    assert!(health.contains("In front of Gavel") && health.contains("--public-url http://mods.lan.example"));
    add_user(&*app.store, "vic@example.com", Role::Viewer, SystemClock.now()).await;
    app.log_in("vic@example.com", PASSWORD).await;
    let health = app.page("/health").send().await.unwrap().text().await.unwrap();
    assert!(!health.contains("In front of Gavel"), "this is for administrators");

    let told = TestApp::wanted().with("--public-url", "http://mods.lan.example").start().await;
    assert_eq!(log_in_by_proxy(&told).await.status(), 303);
}

#[tokio::test]
async fn a_hostile_origin_is_text_on_the_page() {
    let app = TestApp::start().await;
    for origin in ["https://evil.example", "http://<script>alert(1)</script>", "null", "javascript:alert(1)"]
    {
        let request =
            || app.browser.post(app.url("/login")).header("origin", origin).form(&[("email", EMAIL)]);
        let refused = request().send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
        let page = refused.text().await.unwrap();
        assert!(!page.contains("<script>"), "{page}");
        let refused = request().header("host", "<b>x</b>").send().await.unwrap();
        if refused.status() == StatusCode::MISDIRECTED_REQUEST {
            let page = refused.text().await.unwrap();
            assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
        } else {
            // hyper refuses the host itself.
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{origin}");
        }
    }
}

#[tokio::test]
async fn signs_of_an_untold_proxy_are_shown_and_those_of_a_told_one_are_not() {
    for (wanted, is_shown) in
        [(TestApp::wanted(), true), (TestApp::wanted().with("--trusted-proxies", "127.0.0.1"), false)]
    {
        let app = wanted.start().await;
        app.log_in(EMAIL, PASSWORD).await;
        app.page("/").header("x-forwarded-for", "203.0.113.9").send().await.unwrap();
        let health = app.page("/health").send().await.unwrap().text().await.unwrap();
        assert_eq!(health.contains("--trusted-proxies 127.0.0.1"), is_shown);
    }
}

/// The status that whoever asks for a host is answered with.
async fn status(app: &TestApp, path: &str, host: &str) -> u16 {
    app.browser.get(app.url(path)).header("host", host).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn without_a_public_url_addresses_are_answered_and_names_are_not() {
    let app = TestApp::start().await;
    for host in ["localhost:3000", "gavel.localhost", "127.0.0.1", "127.1.2.3:80", "[::1]:3000"] {
        assert_eq!(status(&app, "/login", host).await, 200, "{host}");
    }
    for host in ["10.0.0.5:3000", "203.0.113.7", "[2001:db8::1]"] {
        assert_eq!(status(&app, "/login", host).await, 200, "{host}");
    }
    for host in
        ["evil.com", "EVIL.com:3000", "evil.com.", "localhost.evil.com", "127.0.0.1.evil.com", "gavel"]
    {
        for path in
            ["/", "/login", "/setup", "/events", "/fn/session/current", "/detections/export", "/nowhere"]
        {
            assert_eq!(status(&app, path, host).await, 421, "{path} of {host}");
        }
        assert_eq!(status(&app, "/healthz", host).await, 200, "probes: {host}");
        assert_eq!(status(&app, "/readyz", host).await, 200, "probes: {host}");
        assert_eq!(status(&app, "/api/v1/verify", host).await, 401, "apps: {host}");
    }
    assert_eq!(status(&app, "/metrics", "evil.com").await, 401, "that is not this machine asking");
}

#[tokio::test]
async fn nobody_logs_in_by_a_name_that_was_pointed_here() {
    let app = TestApp::start().await;
    // What a page of that name sends, with the headers of a browser that calls it same-origin, and over plain http without.
    let form = [("email", EMAIL), ("password", PASSWORD)];
    for request in [app.form("/login", &form), browser().post(app.url("/login")).form(&form)] {
        let request = request.header("host", "evil.com:3000").header("origin", "http://evil.com:3000");
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), 421);
        assert!(refused.headers().get("set-cookie").is_none());
        let page = refused.text().await.unwrap();
        assert!(
            page.contains("asked for evil.com:3000") && page.contains("--public-url http://evil.com:3000")
        );
    }
    let seen = app.page("/login").header("host", "evil.com").send().await.unwrap();
    assert_eq!(seen.status(), 421);
    assert!(seen.headers().get("set-cookie").is_none());

    let own = format!("http://{}", app.address);
    let request = browser().post(app.url("/login")).header("origin", own).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 303, "a page of this host");
    app.log_in(EMAIL, PASSWORD).await;
    let health = app.page("/health").send().await.unwrap().text().await.unwrap();
    assert!(health.contains("--public-url http://evil.com:3000"), "administrators hear of it");
}

#[tokio::test]
async fn where_the_public_url_is_set_other_hosts_are_refused_in_words() {
    let wanted = TestApp::wanted().with("--public-url", "http://gavel.example.com");
    // Everything comes from this machine here: to believe a proxy on it does not make every host its own.
    let app = wanted.with("--trusted-proxies", "127.0.0.1").start().await;
    for host in ["gavel.example.com", "GAVEL.example.com:80", "localhost:3000", "127.0.0.1", "[::1]:3000"] {
        assert_eq!(status(&app, "/login", host).await, 200, "{host}");
    }
    for host in ["evil.example", "gavel.example.com.evil.example", "203.0.113.7", "10.0.0.5", "gavel:3000"] {
        assert_eq!(status(&app, "/login", host).await, 421, "{host}");
        assert_eq!(status(&app, "/healthz", host).await, 200, "probes: {host}");
        assert_eq!(status(&app, "/api/v1/verify", host).await, 401, "apps: {host}");
    }
    assert_eq!(status(&app, "/metrics", "gavel:3000").await, 200, "a scraper on this machine");
    assert_eq!(status(&app, "/metrics", "evil.example").await, 401);
    let refused = app.browser.get(app.url("/")).header("host", "evil.example").send().await.unwrap();
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("Gavel is at http://gavel.example.com/, but was asked for evil.example."),
        "{page}"
    );
}

#[tokio::test]
async fn answers_of_the_api_are_not_to_be_guessed_at() {
    let app = TestApp::start().await;
    for path in ["/api", "/api/openapi.json", "/api/v1/verify", "/api/v1/nothing"] {
        let response = app.browser.get(app.url(path)).send().await.unwrap();
        assert_eq!(response.headers().get("x-content-type-options").unwrap(), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_422() {
    let app = TestApp::start_logged_in().await;
    let form = "application/x-www-form-urlencoded";
    for (path, kind, body) in [
        ("/login", form, &b"email=a&email=b"[..]),
        ("/login", "text/plain", b"email=a"),
        ("/login", "application/json", b"{}"),
        ("/setup", form, b"token=a&token=b"),
        ("/settings", form, b"rules=7"),
        ("/settings", form, b"channel[x]=1"),
        ("/check", form, b"form=1"),
        ("/check", form, b"form[message]=\xff\xfe"),
        ("/imports/new", form, b"site=x"),
        ("/fn/checks/run", form, b"nothing=1"),
    ] {
        let request = app.browser.post(app.url(path)).header("sec-fetch-site", "same-origin");
        let response = request.header("content-type", kind).body(body).send().await.unwrap();
        assert_eq!(response.status(), 422, "{path} {kind} {}", String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn strangers_send_small_forms_only() {
    let app = TestApp::start().await;
    let post = async |path: &str, length: usize| {
        let request = app.browser.post(app.url(path)).header("sec-fetch-site", "same-origin");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("email={}", "x".repeat(length))).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post("/login", 1000).await, 422, "no password");
    for path in ["/login", "/setup", "/fn/session/current"] {
        assert_eq!(post(path, 17 * 1024).await, 413, "{path}");
        assert_eq!(post(path, 2_000_000).await, 413, "the sender hears of it: {path}");
    }
    assert_eq!(post("/check", 2_000_000).await, 303, "also that the session is over");
}

/// The beginning of a stream of events.
async fn stream(app: &TestApp) -> Response {
    let mut stream = app.browser.get(app.url("/events")).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    assert!(stream.chunk().await.unwrap().is_some());
    stream
}

/// How long the stream goes on, if it ends within that time.
async fn ends_within(mut stream: Response, time: Duration) -> Option<Duration> {
    let started = Instant::now();
    let rest = async { while let Ok(Some(_)) = stream.chunk().await {} };
    timeout(time, rest).await.ok().map(|()| started.elapsed())
}

#[tokio::test]
async fn events_end_with_their_session() {
    let app = TestApp::start_logged_in().await;
    let events = stream(&app).await;
    let response = app.form("/logout", &[]).send().await.unwrap();
    assert_eq!(location(&response), Some("/login"));
    assert!(ends_within(events, Duration::from_secs(6)).await.is_some());

    app.log_in(EMAIL, PASSWORD).await;
    let events = stream(&app).await;
    let (user, _) = app.store.user_by_email(EMAIL).await.unwrap().unwrap();
    app.store.set_password(user.id, "another").await.unwrap();
    assert!(ends_within(events, Duration::from_secs(6)).await.is_some(), "ended elsewhere");
}

#[tokio::test]
async fn a_session_has_so_many_streams_and_the_oldest_ends() {
    let app = TestApp::start_logged_in().await;
    let mut streams = Vec::new();
    for _ in 0..21 {
        streams.push(stream(&app).await);
    }
    let newest = streams.pop().unwrap();
    assert!(ends_within(streams.remove(0), Duration::from_secs(2)).await.is_some());
    assert!(ends_within(newest, Duration::from_secs(1)).await.is_none());
}

#[tokio::test]
async fn more_connections_than_there_may_be_close_the_idle_ones() {
    let app = TestApp::wanted().with("--max-connections", 16).start().await;
    let mut held = Vec::new();
    for _ in 0..40 {
        held.push(tokio::net::TcpStream::connect(app.address).await.unwrap());
    }
    for _ in 0..5 {
        let fresh = browser().get(app.url("/healthz")).timeout(Duration::from_secs(2)).send().await;
        assert_eq!(fresh.unwrap().status(), 200);
    }
}
