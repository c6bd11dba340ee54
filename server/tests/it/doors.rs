//! Deny by default, and no requests from other sites.

use domain::Role;
use moderation::{Clock, SystemClock};
use reqwest::Method;

use crate::test_app::{PASSWORD, TestApp, add_user, browser, location};

/// Every page of the app, with some value for what its path leaves open.
pub(crate) fn pages() -> Vec<String> {
    let settings = ["callbacks", "people", "privacy", "reasons", "audit", "wordpress", "connect"];
    let with = |path: &String| match path.contains("{page}") {
        true => settings.iter().map(|page| path.replace("{page}", page)).collect(),
        false => vec![path.replace("{id}", "1")],
    };
    let pages: Vec<_> = server::render::pages().iter().flat_map(with).collect();
    assert!(pages.len() > 5 && pages.iter().all(|path| !path.contains('{')), "{pages:?}");
    pages
}

/// Every server function, by method and path.
fn functions() -> Vec<(Method, String)> {
    let functions = leptos::server_fn::axum::server_fn_paths();
    let functions: Vec<_> = functions.map(|(path, method)| (method, path.to_owned())).collect();
    assert!(
        functions.len() > 5 && functions.iter().all(|(_, path)| path.starts_with("/fn/")),
        "{functions:?}"
    );
    functions
}

#[tokio::test]
async fn a_call_without_arguments_is_the_callers_mistake() {
    let app = TestApp::start_logged_in().await;
    let mut refused = 0;
    for (method, path) in functions() {
        let call = app.browser.request(method, app.url(&path)).header("sec-fetch-site", "same-origin");
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let response = call.send().await.unwrap();
        let status = response.status().as_u16();
        assert_ne!(status, 500, "{path}");
        if status == 422 {
            let said = response.text().await.unwrap();
            // Without its arguments a call is malformed; one that takes none but a tick says which.
            assert!(said == "\"Outdated\"" || said.starts_with("{\"Invalid\":"), "{path}: {said}");
            refused += usize::from(said == "\"Outdated\"");
        }
    }
    assert!(refused > 10, "most take arguments: {refused}");
}

/// What a page outside a session may ask for; it tells nothing that the page does not.
const OPEN_FUNCTIONS: [&str; 5] = [
    "/fn/session/current",
    "/fn/session/first-run",
    "/fn/session/form-problem",
    "/fn/session/join-link",
    "/fn/session/theme",
];

#[tokio::test]
async fn without_a_session_every_page_leads_to_the_log_in() {
    let app = TestApp::start().await;
    for path in pages().into_iter().filter(|path| !["/login", "/setup", "/join"].contains(&path.as_str())) {
        let response = app.page(&path).send().await.unwrap();
        assert_eq!(response.status(), 303, "{path}");
        assert!(location(&response).unwrap().starts_with("/login"), "{path}");
    }
    let nowhere = app.page("/no/such/page?x=1").send().await.unwrap();
    assert_eq!(
        location(&nowhere),
        Some("/login?next=%2Fno%2Fsuch%2Fpage%3Fx%3D1"),
        "nor is it told what there is"
    );
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let response = app.browser.request(method.clone(), app.url("/detections")).send().await.unwrap();
        assert_eq!(response.status(), 303, "{method}");
    }
}

#[tokio::test]
async fn without_a_session_every_server_function_refuses() {
    let app = TestApp::start().await;
    for (method, path) in functions().into_iter().filter(|(_, path)| !OPEN_FUNCTIONS.contains(&path.as_str()))
    {
        let response = app.browser.request(method, app.url(&path)).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.text().await.unwrap(), "\"LoggedOut\"", "{path}");
    }
    assert_eq!(app.browser.post(app.url("/fn/no/such")).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_open_functions_tell_strangers_nothing() {
    let app = TestApp::start().await;
    let response = app.browser.get(app.url("/fn/session/current")).send().await.unwrap();
    let session: serde_json::Value = response.json().await.unwrap();
    assert_eq!(session["user"], serde_json::Value::Null);
    assert_eq!(session["embedded"], serde_json::Value::Bool(false));
}

#[tokio::test]
async fn a_viewer_may_look_but_not_act() {
    let app = TestApp::start().await;
    add_user(&*app.store, "vic@example.com", Role::Viewer, SystemClock.now()).await;
    assert_eq!(app.log_in("vic@example.com", PASSWORD).await.status(), 303);
    assert_eq!(app.page("/detections").send().await.unwrap().status(), 200);
    let check = [("form[endpoint]", "check"), ("form[split]", "one"), ("form[message]", "hello")];
    let response = app.browser.post(app.url("/fn/checks/run")).form(&check).send().await.unwrap();
    assert_eq!(response.status(), 403, "{}", response.text().await.unwrap());
    assert_eq!(
        app.browser
            .get(app.url("/metrics"))
            .header("x-forwarded-for", "1.2.3.4")
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
}

#[tokio::test]
async fn no_mutation_is_taken_from_another_site() {
    let app = TestApp::start_logged_in().await;
    let mut mutations: Vec<_> =
        functions().into_iter().filter(|(method, _)| *method != Method::GET).collect();
    assert!(mutations.len() > 2);
    for path in [
        "/login",
        "/logout",
        "/setup",
        "/join",
        "/account",
        "/settings/people",
        "/settings/privacy",
        "/settings/reasons",
        "/check",
    ] {
        mutations.push((Method::POST, path.to_owned()));
    }
    for (method, path) in mutations {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let request = app.browser.request(method.clone(), app.url(&path)).header(header, value);
            let response = request.header("accept", "text/html").body("").send().await.unwrap();
            assert_eq!(response.status(), 403, "{path} with {header}: {value}");
        }
    }
    assert_eq!(app.page("/").send().await.unwrap().status(), 200, "nobody was logged out");
}

#[tokio::test]
async fn behind_a_proxy_that_changes_the_host_forms_are_still_from_here() {
    let app = TestApp::wanted().with("--public-url", "https://gavel.example.com/").start().await;
    let post = |origin: &'static str| {
        let fields = [("email", "x@example.com"), ("password", "wrong horse battery")];
        app.browser.post(app.url("/login")).header("origin", origin).form(&fields)
    };
    assert_eq!(post("https://gavel.example.com").send().await.unwrap().status(), 401);
    assert_eq!(post("https://evil.example").send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_administrators() {
    let app = TestApp::start().await;
    let metrics = |browser: &reqwest::Client| browser.get(app.url("/metrics"));
    assert_eq!(metrics(&browser()).send().await.unwrap().status(), 200);
    let forwarded = metrics(&app.browser).header("x-forwarded-for", "203.0.113.9");
    assert_eq!(forwarded.send().await.unwrap().status(), 401);
    app.log_in(crate::test_app::EMAIL, PASSWORD).await;
    let forwarded = metrics(&app.browser).header("x-forwarded-for", "203.0.113.9");
    assert_eq!(forwarded.send().await.unwrap().status(), 200);
}
