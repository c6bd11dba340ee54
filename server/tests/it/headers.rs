//! What every answer carries.

use reqwest::Response;

use crate::{
    doors::pages,
    test_app::{TestApp, location},
};

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Checks the fixed headers, and returns the nonce of the policy.
fn check(path: &str, response: &Response) -> String {
    assert_eq!(header(response, "x-content-type-options"), "nosniff", "{path}");
    assert_eq!(header(response, "referrer-policy"), "same-origin", "{path}");
    assert_eq!(header(response, "x-frame-options"), "DENY", "{path}");
    assert_eq!(header(response, "cross-origin-opener-policy"), "same-origin", "{path}");
    assert!(header(response, "permissions-policy").contains("camera=()"), "{path}");
    assert_eq!(header(response, "strict-transport-security"), "", "plain http: {path}");
    assert_eq!(header(response, "x-request-id").len(), 36, "{path}");
    let policy = header(response, "content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let expected = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    assert_eq!(policy, expected, "{path}");
    assert!(nonce.len() >= 22, "128 bits: {nonce}");
    nonce.to_owned()
}

/// Every inline script and style of a page carries the header's nonce, and nothing inline goes without.
fn check_inline(path: &str, page: &str, nonce: &str) {
    for tag in ["<script", "<style"] {
        for start in page.match_indices(tag).map(|(at, _)| at) {
            let opening = &page[start..start + page[start..].find('>').unwrap()];
            let is_fine = opening.contains(&format!("nonce=\"{nonce}\"")) || opening.contains(" src=");
            assert!(is_fine, "{path}: {opening}");
        }
    }
    assert!(page.contains("<script"), "{path} hydrates");
    for inline in [" onclick=", " onload=", " onerror=", " style=\"", "href=\"javascript:"] {
        assert!(!page.contains(inline), "{path} has {inline}");
    }
}

#[tokio::test]
async fn every_page_is_hardened_and_its_scripts_carry_the_nonce() {
    let app = TestApp::start_logged_in().await;
    let check_fields = [("form[message]", "Buy cheap leads at http://leads.biz"), ("form[split]", "one")];
    let response = app.form("/check", &check_fields).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut nonces = vec![check("/check", &response)];
    check_inline("/check", &response.text().await.unwrap(), &nonces[0]);

    let pasted =
        "--part\r\ncontent-disposition: form-data; name=\"paste\"\r\n\r\nBuy cheap leads\r\n--part--\r\n";
    let upload = app.browser.post(app.url("/imports/new")).header("sec-fetch-site", "same-origin");
    let upload = upload.header("content-type", "multipart/form-data; boundary=part").body(pasted);
    assert_eq!(upload.send().await.unwrap().status(), 303);
    for path in pages().into_iter().chain(["/no/such/page".into(), "/detections/999".into()]) {
        let response = app.page(&path).send().await.unwrap();
        let status = response.status().as_u16();
        let expected = match path.as_str() {
            "/login" => 303,
            "/setup" | "/join" => 403,
            "/no/such/page" | "/detections/999" => 404,
            _ => 200,
        };
        assert_eq!(status, expected, "{path}");
        let nonce = check(&path, &response);
        assert!(!nonces.contains(&nonce), "a nonce is used once");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        if status != 303 {
            check_inline(&path, &response.text().await.unwrap(), &nonce);
        }
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn answers_from_outside_the_app_are_hardened_too() {
    let app = TestApp::start().await;
    let refused = app.form("/login", &[]).header("sec-fetch-site", "cross-site").send().await.unwrap();
    let redirected = app.page("/stats").send().await.unwrap();
    assert_eq!(location(&redirected), Some("/login?next=%2Fstats"));
    let missing = app.page("/pkg/none.js").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    let wrong = app.log_in("ana@example.com", "wrong horse battery").await;
    for (path, response) in
        [("refused", &refused), ("redirected", &redirected), ("missing", &missing), ("wrong", &wrong)]
    {
        check(path, response);
    }
    let nonce = check("wrong", &wrong);
    check_inline("wrong", &wrong.text().await.unwrap(), &nonce);
}

#[tokio::test]
async fn pages_are_compressed_for_those_who_ask() {
    let app = TestApp::start().await;
    let coded = async |accept: &str| {
        let response = app.page("/login").header("accept-encoding", accept).send().await.unwrap();
        header(&response, "content-encoding").to_owned()
    };
    assert_eq!(coded("gzip, br").await, "br");
    assert_eq!(coded("gzip").await, "gzip");
    assert_eq!(coded("identity").await, "");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let app = TestApp::start_logged_in().await;
    let limit = server::router::BODY_LIMIT;
    let message = format!("form%5Bmessage%5D={}", "x".repeat(limit));
    let request = app.browser.post(app.url("/fn/checks/run")).body(message);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.send().await.unwrap().status(), 413);
}
