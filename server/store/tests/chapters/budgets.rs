//! Budgets of sites and apps, and what is spent of them.

use chrono::TimeDelta;
use domain::{ApiTokenId, Budget, BudgetId, BudgetScope, BudgetSpan, BudgetTime, Fallback, JudgedBy};
use store::{Counter, NewApiToken, Store};

use crate::fresh::Fresh;
use crate::samples::{moderator, noon, scored};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let ana = moderator(&*store, "Ana").await;
    let budget = Budget {
        id: BudgetId(0),
        scope: BudgetScope::Site,
        subject: "shop.example.com".to_owned(),
        span: BudgetSpan::Day,
        checks: 10,
        hard: true,
    };
    let site = store.set_budget(&budget, ana.id, noon()).await.unwrap();
    let raised = Budget { subject: "SHOP.example.com".to_owned(), checks: 20, hard: false, ..budget.clone() };
    let raised = store.set_budget(&raised, ana.id, noon()).await.unwrap();
    assert_eq!((raised.id, raised.checks, raised.hard), (site.id, 20, false), "one of a subject and span");
    let token = Budget { scope: BudgetScope::Token, subject: "shop".to_owned(), ..budget };
    let token = store.set_budget(&token, ana.id, noon()).await.unwrap();
    assert_eq!(store.budgets().await.unwrap(), [token.clone(), raised.clone()]);

    let id = api_token(&*store).await;
    let insert = async |site: Option<&str>, token_id, judged_by, ago: TimeDelta| {
        let mut new = scored("x", 90.0);
        new.created_at = noon() - ago;
        new.site = site.map(str::to_owned);
        new.judgement.judged_by = judged_by;
        new.circumstances.token_id = token_id;
        store.insert_detection(&new).await.unwrap()
    };
    let (shop, none) = (Some("Shop.example.com"), TimeDelta::zero());
    insert(shop, Some(id), JudgedBy::ActiveLayer, none).await;
    insert(shop, None, JudgedBy::Detector, none).await;
    insert(shop, Some(id), JudgedBy::ActiveLayer, TimeDelta::days(1)).await;
    let waiting = insert(shop, Some(id), JudgedBy::Fallback, none).await;
    insert(Some("blog.example.com"), None, JudgedBy::ActiveLayer, none).await;
    let today = noon().date_naive();
    let since = |budget: &Budget, days| Counter {
        budget: budget.clone(),
        time: BudgetTime { first: today - TimeDelta::days(days), next: today + TimeDelta::days(1) },
    };
    let spent = async |budget: &Budget, days| store.spent(&since(budget, days)).await.unwrap();
    assert_eq!((spent(&raised, 0).await, spent(&raised, 1).await), (2, 3));
    assert_eq!((spent(&token, 0).await, spent(&token, 1).await), (1, 2));
    assert_eq!(store.token_of(waiting).await.unwrap(), Some(id));
    store.rejudged(waiting, &scored("x", 10.0).judgement, noon()).await.unwrap();
    assert_eq!((spent(&raised, 0).await, spent(&token, 0).await), (3, 2), "it is paid for now");

    places(&*store, since(&token, 0), since(&raised, 0)).await;

    assert_eq!(store.remove_budget(token.id, ana.id, noon()).await.unwrap(), Some(token.clone()));
    assert_eq!(store.remove_budget(token.id, ana.id, noon()).await.unwrap(), None);
    let events = store.audit_events(None, 10).await.unwrap();
    let actions: Vec<_> =
        events.iter().map(|event| event.action.as_str()).filter(|a| a.starts_with("budget")).collect();
    assert_eq!(actions, ["budget.removed", "budget.set", "budget.set", "budget.set"]);
}

/// Two are spent of a hard budget of ten, three of a soft one: what is under way counts too, and is given back or spent.
async fn places(store: &dyn Store, hard: Counter, soft: Counter) {
    let both = [hard.clone(), soft.clone()];
    let mut held = Vec::new();
    while let Ok(place) = store.take_places(&both).await.unwrap() {
        held.push(place);
    }
    assert_eq!(held.len(), 8, "two were logged");
    assert_eq!(store.take_places(&both).await.unwrap(), Err(hard.budget.id));
    assert!(store.take_places(std::slice::from_ref(&soft)).await.unwrap().is_ok(), "it refuses nothing");
    assert!(!store.settle_places(&held[..1], false).await.unwrap());
    assert!(!store.settle_places(&held[..1], true).await.unwrap(), "it is not held any more");
    held[0] = store.take_places(&both).await.unwrap().expect("the place of what was not judged");
    assert!(!store.settle_places(&held[..7], true).await.unwrap());
    let spent = async |counter: &Counter| store.spent(counter).await.unwrap();
    assert_eq!((spent(&hard).await, spent(&soft).await), (10, 12), "with what is under way");
    assert_eq!(store.take_places(&both).await.unwrap(), Err(hard.budget.id), "one is under way");
    assert!(store.settle_places(&held[7..], true).await.unwrap(), "by it the budget is spent");
    assert!(store.take_places(&both).await.unwrap().is_err());
    // Another day: counted from the log, and what is under way was of the day before.
    let first = hard.time.first + TimeDelta::days(1);
    let tomorrow = Counter { time: BudgetTime { first, ..hard.time }, ..hard.clone() };
    assert_eq!(spent(&tomorrow).await, 0);
    let place = store.take_places(std::slice::from_ref(&tomorrow)).await.unwrap().unwrap();
    assert_eq!(spent(&tomorrow).await, 1);
    // And back again, as a clock may be: what was logged is what counts.
    let again = store.take_places(std::slice::from_ref(&hard)).await.unwrap().unwrap();
    assert!(!store.settle_places(&[place], true).await.unwrap());
    assert_eq!(spent(&hard).await, 3, "two that were logged, one under way");
    store.settle_places(&[again], false).await.unwrap();
}

async fn api_token(store: &dyn Store) -> ApiTokenId {
    let token = NewApiToken {
        name: "Shop".to_owned(),
        hash: [9; 32],
        prefix: "gvl_0123".to_owned(),
        site: "shop.example.com".to_owned(),
        per_minute: None,
        fallback: Fallback::Pass,
        bounds: domain::TokenBounds::default(),
        created_by: None,
        created_at: noon(),
    };
    store.create_api_token(&token).await.unwrap().id
}
