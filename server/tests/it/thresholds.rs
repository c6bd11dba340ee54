//! The threshold of the embedded detector on the Settings page, with and without JavaScript.

use domain::{OwnThreshold, Role};

use crate::test_app::{PASSWORD, TestApp, add_user};

fn form<'a>(site: &'a str, points: &'a str) -> [(&'static str, &'a str); 2] {
    [("threshold[site]", site), ("threshold[points]", points)]
}

#[tokio::test]
async fn without_javascript_a_threshold_is_set_shown_and_removed() {
    let app = TestApp::start_logged_in().await;
    for (points, site) in [("0", ""), ("101", ""), ("many", ""), ("60", "no host at all")] {
        let page = app.form("/settings", &form(site, points)).send().await.unwrap();
        assert_eq!(page.status(), 422, "{points} {site}");
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("value=\"{points}\"")), "nothing typed is lost");
    }
    assert!(app.store.own_thresholds().await.unwrap().is_empty());
    for (points, site) in [("60", ""), ("75", "https://Shop.example.com/blog")] {
        assert_eq!(app.form("/settings", &form(site, points)).send().await.unwrap().status(), 200);
    }
    let shop = OwnThreshold { site: Some("shop.example.com".to_owned()), points: 75 };
    let here = OwnThreshold { site: None, points: 60 };
    assert_eq!(app.store.own_thresholds().await.unwrap(), [here.clone(), shop]);
    let page = app.page("/settings?threshold=33&site=forum.example.com").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("Remove the threshold of shop.example.com") && page.contains("value=\"33\""));

    let remove = app.form("/fn/thresholds/remove", &[("site", "shop.example.com")]);
    assert!(remove.header("referer", app.url("/settings")).send().await.unwrap().status().is_redirection());
    assert_eq!(app.store.own_thresholds().await.unwrap(), [here]);
    let actions = app.actions().await;
    assert_eq!(actions.iter().filter(|action| action.starts_with("threshold.")).count(), 3, "{actions:?}");
}

#[tokio::test]
async fn thresholds_are_for_administrators() {
    let app = TestApp::start().await;
    add_user(&*app.store, "mo@example.com", Role::Moderator, chrono::DateTime::UNIX_EPOCH).await;
    app.log_in("mo@example.com", PASSWORD).await;
    let page = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(
        !page.contains("Threshold of the built-in detector") && !page.contains("How good is the detector")
    );
    for (path, fields) in
        [("/fn/thresholds/set", &form("", "60")[..]), ("/fn/thresholds/remove", &[("site", "")][..])]
    {
        let request = app.browser.post(app.url(path)).header("sec-fetch-site", "same-origin");
        assert_eq!(request.form(fields).send().await.unwrap().status(), 403, "{path}");
    }
    assert!(app.store.own_thresholds().await.unwrap().is_empty());
}
