//! What is about people, one's own account, the record, rules, reasons and callbacks, tried by nobody, a viewer, a moderator and an administrator.

use domain::Role;
use moderation::{Clock, SystemClock};
use reqwest::{Client, Method};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user, browser};

/// Somebody's browser; a stranger's without a role.
async fn somebody(app: &TestApp, role: Option<Role>) -> Client {
    let browser = browser();
    let email = match role {
        None => return browser,
        Some(Role::Admin) => EMAIL.to_owned(),
        Some(role) => {
            let email = format!("{role}@example.com");
            add_user(&*app.store, &email, role, SystemClock.now()).await;
            email
        }
    };
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post(app.url("/login")).form(&fields).send().await.unwrap().status(), 303);
    browser
}

type Try = (Method, &'static str, &'static [(&'static str, &'static str)], [u16; 4]);

/// What is asked, and what each is answered: nobody, a viewer, a moderator, an administrator.
const TRIES: [Try; 64] = [
    (Method::GET, "/fn/rules/list?find=", &[], [401, 200, 200, 200]),
    (Method::GET, "/fn/rules/try?q=casino&site=&action=spam", &[], [401, 200, 200, 200]),
    (
        Method::POST,
        "/fn/rules/make",
        &[("rule[q]", "casino"), ("rule[action]", "spam")],
        // The moderator has made it already.
        [401, 403, 200, 422],
    ),
    (
        Method::POST,
        "/fn/rules/file",
        &[("file[text]", "poker"), ("file[action]", "spam"), ("wish", "look")],
        [401, 403, 200, 200],
    ),
    (Method::POST, "/fn/rules/watch", &[("id", "9"), ("watched", "true")], [401, 403, 404, 404]),
    (Method::POST, "/fn/rules/remove", &[("id", "9")], [401, 403, 404, 404]),
    (Method::GET, "/rules", &[], [303, 200, 200, 200]),
    (Method::GET, "/fn/senders/get?of=casino", &[], [401, 200, 200, 200]),
    (Method::GET, "/fn/callbacks/list", &[], [401, 403, 403, 200]),
    (
        Method::POST,
        "/fn/callbacks/set",
        &[("callback[site]", "a.example.com"), ("callback[url]", "https://a.example.com/")],
        [401, 403, 403, 200],
    ),
    (Method::POST, "/fn/callbacks/try", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (Method::POST, "/fn/callbacks/again", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (Method::POST, "/fn/callbacks/remove", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (Method::GET, "/settings/callbacks", &[], [303, 403, 403, 200]),
    (
        Method::POST,
        "/fn/tokens/create",
        &[("form[name]", "a"), ("form[site]", "a.example.com"), ("form[check]", "yes")],
        [401, 403, 403, 200],
    ),
    (
        Method::POST,
        "/fn/tokens/rotate",
        &[("rotate[name]", "none"), ("rotate[hours]", "1")],
        [401, 403, 403, 404],
    ),
    (Method::GET, "/fn/tokens/submitted-rotation", &[], [401, 200, 200, 200]),
    (Method::GET, "/fn/wordpress/list", &[], [401, 403, 403, 200]),
    // Nothing is asked of an address that is none.
    (Method::POST, "/fn/wordpress/begin", &[("wordpress[address]", "ftp://x")], [401, 403, 403, 422]),
    (Method::POST, "/fn/wordpress/wake", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (Method::POST, "/fn/wordpress/disconnect", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (
        Method::POST,
        "/fn/wordpress/grant",
        &[("site_url", "https://a.example"), ("return_url", "https://b.example"), ("code_challenge", "x")],
        [401, 403, 403, 422],
    ),
    (Method::GET, "/settings/wordpress", &[], [303, 403, 403, 200]),
    // The page asks; only an administrator's answer counts.
    (Method::GET, "/settings/connect", &[], [303, 200, 200, 200]),
    (Method::GET, "/settings/wordpress/approved?state=x&password=y", &[], [303, 303, 303, 303]),
    (Method::GET, "/fn/reasons/list", &[], [401, 200, 200, 200]),
    (Method::GET, "/fn/reasons/choices?detection_id=9&label=spam", &[], [401, 403, 200, 200]),
    (Method::GET, "/fn/reasons/wishes?q=", &[], [401, 200, 200, 200]),
    (
        Method::POST,
        "/fn/reasons/set",
        &[("list[site]", "a.example.com"), ("list[spam]", "scam"), ("list[ham]", "customer")],
        [401, 403, 403, 200],
    ),
    (Method::POST, "/fn/reasons/remove", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (
        Method::POST,
        "/fn/reasons/set-macro",
        &[("one[name]", "SEO"), ("one[label]", "spam")],
        [401, 403, 403, 200],
    ),
    (Method::POST, "/fn/reasons/remove-macro", &[("id", "99")], [401, 403, 403, 404]),
    (Method::GET, "/fn/reasons/submitted", &[], [401, 200, 200, 200]),
    (Method::POST, "/fn/labels/reason", &[("key", "decision:9"), ("reason", "1")], [401, 403, 409, 409]),
    (Method::POST, "/fn/labels/wish", &[("row", "9~0"), ("wish", "spam:1")], [401, 403, 404, 404]),
    (Method::POST, "/fn/labels/wish", &[("row", "9~0"), ("wish", "macro:99")], [401, 403, 404, 404]),
    (Method::GET, "/settings/reasons", &[], [303, 200, 200, 200]),
    (Method::POST, "/settings/reasons", &[("list[spam]", "a, b"), ("list[ham]", "")], [303, 403, 403, 422]),
    (Method::GET, "/fn/people/list", &[], [401, 403, 403, 200]),
    (
        Method::POST,
        "/fn/people/invite",
        &[("invite[email]", "x@example.com"), ("invite[role]", "viewer")],
        [401, 403, 403, 200],
    ),
    (
        Method::POST,
        "/fn/people/change",
        &[("person[id]", "9"), ("person[act]", "remove")],
        [401, 403, 403, 404],
    ),
    (
        Method::POST,
        "/fn/people/change",
        &[("person[id]", "9"), ("person[act]", "reset")],
        [401, 403, 403, 404],
    ),
    (
        Method::POST,
        "/fn/people/change",
        &[("person[id]", "9"), ("person[act]", "withdraw")],
        [401, 403, 403, 404],
    ),
    (Method::GET, "/fn/people/submitted", &[], [401, 200, 200, 200]),
    (Method::GET, "/fn/privacy/get", &[], [401, 403, 403, 200]),
    (
        Method::POST,
        "/fn/privacy/retention",
        &[("retention[site]", "a.example.com"), ("retention[content]", "30"), ("wish", "look")],
        [401, 403, 403, 200],
    ),
    (
        Method::POST,
        "/fn/privacy/retention",
        &[("retention[site]", "a.example.com"), ("retention[content]", "30"), ("wish", "set")],
        [401, 403, 403, 200],
    ),
    (Method::POST, "/fn/privacy/remove-retention", &[("site", "none.example.com")], [401, 403, 403, 404]),
    (
        Method::POST,
        "/fn/privacy/erase",
        &[("person[known_by]", "email"), ("person[who]", "nobody@example.com"), ("wish", "look")],
        [401, 403, 403, 200],
    ),
    (
        Method::POST,
        "/fn/privacy/erase",
        &[
            ("person[known_by]", "name"),
            ("person[who]", "Nobody"),
            ("person[reason]", " "),
            ("wish", "erase"),
        ],
        [401, 403, 403, 422],
    ),
    (Method::GET, "/fn/privacy/submitted", &[], [401, 200, 200, 200]),
    (Method::GET, "/settings/privacy", &[], [303, 403, 403, 200]),
    (
        Method::POST,
        "/settings/privacy",
        &[("retention[content]", "never"), ("wish", "set")],
        [303, 403, 403, 422],
    ),
    (Method::GET, "/fn/audit/list?who=&action=&before=", &[], [401, 403, 403, 200]),
    (Method::GET, "/fn/audit/check", &[], [401, 403, 403, 200]),
    (Method::GET, "/fn/account/get", &[], [401, 200, 200, 200]),
    (Method::POST, "/fn/account/rename", &[("name", "N. N.")], [401, 200, 200, 200]),
    (Method::POST, "/fn/account/end-session", &[("session", "others")], [401, 200, 200, 200]),
    (Method::GET, "/settings/people", &[], [303, 403, 403, 200]),
    (
        Method::POST,
        "/settings/people",
        &[("invite[email]", "y@example.com"), ("invite[role]", "viewer")],
        [303, 403, 403, 200],
    ),
    (Method::GET, "/settings/audit", &[], [303, 403, 403, 200]),
    (Method::GET, "/settings/audit/file?format=csv", &[], [303, 403, 403, 200]),
    (Method::GET, "/account", &[], [303, 200, 200, 200]),
    (
        Method::POST,
        "/account",
        &[("current", "x"), ("password", "another horse battery")],
        [303, 422, 422, 422],
    ),
];

#[tokio::test]
async fn everybody_may_what_their_role_allows() {
    let app = TestApp::start().await;
    let roles = [None, Some(Role::Viewer), Some(Role::Moderator), Some(Role::Admin)];
    for (number, role) in roles.into_iter().enumerate() {
        let browser = somebody(&app, role).await;
        for (method, path, fields, expected) in &TRIES {
            let mut request =
                browser.request(method.clone(), app.url(path)).header("sec-fetch-site", "same-origin");
            if !path.starts_with("/fn/") {
                request = request.header("accept", "text/html");
            }
            if *method == Method::POST {
                request = request.form(fields);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), expected[number], "{method} {path} {fields:?} by {role:?}");
        }
    }
    assert_eq!(app.store.invitations(SystemClock.now()).await.unwrap().len(), 2, "only the administrator's");
}
