//! Budgets on the Settings page, with and without JavaScript.

use domain::BudgetScope;

use crate::test_app::TestApp;

fn form<'a>(scope: &'a str, span: &'a str, kind: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("budget[scope]", scope),
        ("budget[subject]", "shop"),
        ("budget[span]", span),
        ("budget[checks]", "1000"),
        ("budget[kind]", kind),
    ]
}

#[tokio::test]
async fn a_budget_that_is_not_one_of_those_offered_is_refused_and_not_kept() {
    let app = TestApp::start_logged_in().await;
    for (scope, span, kind, words) in [
        ("zzz", "day", "hard", "Choose whether the budget is of a site or of a token."),
        ("token", "x", "hard", "s period, the month or the day."),
        ("token", "day", "x", "Choose what happens when the budget is spent."),
        ("token", "day", "", "Choose what happens when the budget is spent."),
    ] {
        let fields = form(scope, span, kind);
        let request = app.browser.post(app.url("/fn/budgets/set")).header("sec-fetch-site", "same-origin");
        let answer = request.form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{scope} {span} {kind}");
        let page = app.form("/settings", &fields).send().await.unwrap();
        assert_eq!(page.status(), 422, "{scope} {span} {kind}");
        let page = page.text().await.unwrap();
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(app.store.budgets().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_budget_of_a_name_that_no_token_has_says_so() {
    let app = TestApp::start_logged_in().await;
    let note = "No token in force has this name.";
    let answer = app.form("/settings", &form("token", "day", "soft")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains(note));
    let budget = app.store.budgets().await.unwrap().remove(0);
    assert_eq!((budget.scope, budget.checks, budget.hard), (BudgetScope::Token, 1000, false));
    let token = [
        ("form[name]", "Shop"),
        ("form[site]", "shop.example.com"),
        ("form[fallback]", "engine"),
        ("form[check]", "yes"),
    ];
    let page = app.form("/settings", &token).send().await.unwrap().text().await.unwrap();
    let again = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(again.contains("token shop") && !again.contains(note), "{page}");
}
