//! Rules decide before the upstream is asked.

use std::time::{Duration, Instant};

use domain::{JudgedBy, Label, PageRequest, RuleAction, RuleForm, RuleId, SearchQuery, rule::RuleFile};
use moderation::{
    Clock as _, SystemClock,
    rules::{Made, file},
};
use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    house::{House, until},
    upstream::Upstream,
};

/// Makes a rule as another process does; it counts within a second.
async fn rule(house: &House, form: RuleForm) -> RuleId {
    match moderation::rules::make(&*house.store, &form, None, SystemClock.now()).await.unwrap() {
        Made::Rule(id) => id,
        Made::Unsure(what_if) => panic!("{what_if:?}"),
    }
}

fn form(q: &str, action: RuleAction) -> RuleForm {
    RuleForm { q: q.to_owned(), action: action.to_string(), ..RuleForm::default() }
}

/// What an app is told, once the rules are known that were made just now.
async fn told(house: &House, body: &Value, by: Option<RuleId>) -> (Value, domain::Detection) {
    until("the rule counts", async || {
        let response: Response = house.post("check", body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let row = house.logged(&response).await;
        let answer = response.json().await.unwrap();
        (row.rule.map(|hit| hit.id) == by).then_some((answer, row))
    })
    .await
}

async fn found(house: &House, query: &str) -> usize {
    let query = SearchQuery::parse(query).unwrap();
    let page = PageRequest { order: domain::Order::Newest, from: None, limit: 50 };
    let rows = house.store.search(&query, &page, SystemClock.now()).await.unwrap().rows.len();
    let count = house.store.count(&query, SystemClock.now()).await.unwrap();
    assert_eq!(count.count, rows as u64, "{query}");
    rows
}

/// Where checks never pause, rules are read beside them.
#[tokio::test]
async fn a_rule_of_another_process_counts_within_a_second_also_while_checks_keep_coming() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let body = json!({ "message": "Buy now", "email": "a@win.test" });
    let judged_by_rule = async || {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let answer: Value = house.post("check", &body).send().await.unwrap().json().await.unwrap();
        answer["judged_by"] == "rule"
    };
    for _ in 0..40 {
        assert!(!judged_by_rule().await);
    }
    rule(&house, form("email:*@win.test", RuleAction::Spam)).await;
    let made = Instant::now();
    loop {
        let asked_after = made.elapsed();
        if judged_by_rule().await {
            break;
        }
        assert!(asked_after < Duration::from_secs(1), "asked {asked_after:?} after the rule was made");
    }
}

#[tokio::test]
async fn always_and_never_spam_are_answered_at_once_and_nothing_is_spent() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let domain = rule(&house, form("email:*@win.test", RuleAction::Spam)).await;
    let body = json!({ "message": "Buy now", "email": "a@WIN.test", "ip": "203.0.113.7" });
    let (answer, row) = told(&house, &body, Some(domain)).await;
    let number = |answer: &Value, field: &str| answer[field].as_f64().unwrap();
    assert!(
        answer["is_spam"] == true
            && number(&answer, "total_score") == 100.0
            && number(&answer, "threshold") == 50.0
    );
    assert!(
        answer["detection_id"].is_string()
            && answer["execution_time"].is_number()
            && answer["timestamp"].is_string()
    );
    assert_eq!(answer["judged_by"], "rule");
    assert_eq!(answer["confidence"], 1.0);
    assert_eq!(
        (&answer["content_analysis"]["words"], &answer["content_analysis"]["links"]),
        (&json!(2), &json!(0))
    );
    assert!(answer["signals"][0]["description"].as_str().unwrap().contains("email:*@win.test"), "{answer}");
    assert_eq!((row.judgement.judged_by, row.judgement.signals.len()), (JudgedBy::Rule, 1));

    // The narrower wins: one address above its domain.
    let before = upstream.asked("check").len();
    let address = rule(&house, form("email:b@win.test", RuleAction::Ham)).await;
    let (answer, _) =
        told(&house, &json!({ "message": "Hello", "email": "b@win.test" }), Some(address)).await;
    assert!(answer["is_spam"] == false && number(&answer, "total_score") == 0.0);
    assert_eq!(upstream.asked("check").len(), before, "nobody was asked");

    // Feedback on it stays here.
    let id = answer["detection_id"].clone();
    let said = house.post("feedback", &json!({ "detection_id": id, "is_spam": true })).send().await.unwrap();
    assert_eq!((said.status().as_u16(), upstream.asked("feedback").len()), (200, 0));
    let count = house.store.log_count(None).await.unwrap();
    assert_eq!(count.spent(), upstream.asked("check").len() as u64);
    assert_eq!(house.store.backlog().await.unwrap().rechecks.count, 0, "it is not judged again");
    let hits = house.store.rule(address).await.unwrap().unwrap().hits;
    assert_eq!(
        (found(&house, "rule:2").await, found(&house, "judged:rule rule:*").await as u64 >= hits),
        (hits as usize, true)
    );
}

#[tokio::test]
async fn to_review_is_judged_as_usual_and_held_until_somebody_says_a_word() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let words = rule(&house, form("\"cheap watches\"", RuleAction::Review)).await;
    let (_, row) = told(&house, &json!({ "message": "CHEAP-Watches here" }), Some(words)).await;
    assert_eq!((row.judgement.judged_by, row.rule.unwrap().held), (JudgedBy::ActiveLayer, true));
    let held = found(&house, "is:held").await;
    assert!(held > 0);
    let moderator = house.moderator().await;
    house.label(moderator, row.id, Label::Ham).await;
    assert_eq!(found(&house, "is:held").await, held - 1);

    // A rule to review can wait for the verdict.
    let score = row.judgement.score;
    let late = rule(&house, form(&format!("lamp score:{score}"), RuleAction::Review)).await;
    let (_, row) = told(&house, &json!({ "message": "a lamp" }), Some(late)).await;
    assert!(row.rule.unwrap().held);
    assert_eq!(found(&house, &format!("rule:{} is:held", late.0)).await, 1);
}

#[tokio::test]
async fn do_not_spend_has_the_detector_judge() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let spare = rule(&house, form("newsletter", RuleAction::Spare)).await;
    let body = json!({ "message": "Please take me off the newsletter, thank you." });
    let (answer, row) = told(&house, &body, Some(spare)).await;
    let asked = upstream.asked("check").len();
    assert_eq!((row.judgement.judged_by, row.rule.unwrap().held), (JudgedBy::Rule, false));
    assert!(answer["total_score"].as_f64().unwrap() > 0.0, "the detector's own score: {answer}");
    told(&house, &body, Some(spare)).await;
    assert_eq!(upstream.asked("check").len(), asked);
}

#[tokio::test]
async fn what_is_watched_elsewhere_or_removed_decides_nothing() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let watched = RuleForm { mode: "watched".to_owned(), ..form("casino", RuleAction::Spam) };
    let watched = rule(&house, watched).await;
    house.token_of("other", "other.example.com").await;
    rule(&house, RuleForm { site: "other.example.com".to_owned(), ..form("casino", RuleAction::Spam) }).await;
    let body = json!({ "message": "casino" });
    let sentinel = rule(&house, form("sentinel", RuleAction::Ham)).await;
    told(&house, &json!({ "message": "sentinel" }), Some(sentinel)).await;
    told(&house, &body, None).await;
    let apply = async |watched_now| {
        house.store.watch_rule(watched, watched_now, None, SystemClock.now()).await.unwrap()
    };
    assert!(apply(false).await);
    told(&house, &body, Some(watched)).await;
    assert!(house.store.remove_rule(watched, None, SystemClock.now()).await.unwrap());
    told(&house, &body, None).await;
    assert!(!apply(true).await, "what was removed is not there any more");
}

#[tokio::test]
async fn labels_that_say_otherwise_ask_for_a_second_look() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let row = house.logged(&house.check("our garden club meets").await).await;
    house.check("another garden").await;
    let moderator = house.moderator().await;
    house.label(moderator, row.id, Label::Ham).await;
    let wish = form("garden", RuleAction::Spam);
    let make = async |form: &RuleForm| {
        moderation::rules::make(&*house.store, form, None, SystemClock.now()).await.unwrap()
    };
    let garden = SearchQuery::parse("garden").unwrap();
    until("both rows are found by their words", async || {
        let count = house.store.count(&garden, SystemClock.now()).await.unwrap().count;
        (count == 2).then_some(())
    })
    .await;
    let Made::Unsure(what_if) = make(&wish).await else { panic!("it was not sure") };
    assert_eq!(what_if.hits, 2);
    assert_eq!((what_if.labelled_ham, what_if.labelled_spam, what_if.spent), (1, 0, 2));
    let sure = RuleForm { sure: "yes".to_owned(), ..wish.clone() };
    assert!(matches!(make(&sure).await, Made::Rule(_)));
    let again = moderation::rules::make(&*house.store, &sure, None, SystemClock.now()).await.unwrap_err();
    assert!(matches!(again, moderation::ModerationError::Invalid(_)), "the same rule twice");
}

#[tokio::test]
async fn a_site_or_token_that_nobody_knows_is_named() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let problem =
        async |form: RuleForm| match moderation::rules::make(&*house.store, &form, None, SystemClock.now())
            .await
        {
            Err(moderation::ModerationError::Invalid(problems)) => problems
                .into_iter()
                .map(|problem| format!("{}: {}", problem.field, problem.problem))
                .collect(),
            other => format!("{other:?}"),
        };
    let sure = |q: &str| RuleForm { sure: "yes".to_owned(), ..form(q, RuleAction::Spam) };
    let site = "No app and nothing in the log is of the site “shpo.example.com”. Is it spelt right?";
    assert_eq!(problem(sure("casino site:shpo.example.com")).await, format!("q: {site}"));
    let only = RuleForm { site: "shpo.example.com".to_owned(), ..sure("casino") };
    assert_eq!(problem(only).await, format!("site: {site}"));
    assert_eq!(problem(sure("token:shpo")).await, "q: There is no token “shpo”. Is it spelt right?");
    // Of one token, of the site of one, and by a pattern.
    for known in ["casino site:SHOP.example.com", "casino site:*.example.com", "casino token:*"] {
        rule(&house, sure(known)).await;
    }
}

#[tokio::test]
async fn of_equally_narrow_rules_of_a_file_the_upper_one_decides() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let file = RuleFile {
        text: "# the order counts\nlamp\nlabel:spam\nsofa\n\nchair site:nowhere.example.com\nLAMP\n"
            .to_owned(),
        action: "spam".to_owned(),
        ..RuleFile::default()
    };
    let now = SystemClock.now();
    let import = async |in_part| file::import(&*house.store, &file, in_part, None, now).await.unwrap();
    let refused = import(false).await;
    let bad: Vec<_> = refused.bad.iter().map(|line| (line.number, line.problem.as_str())).collect();
    assert!(!refused.made && bad[0].0 == 3 && bad[0].1.starts_with("label: asks"), "{bad:?}");
    assert!(bad.len() == 2 && bad[1].0 == 6 && bad[1].1.contains("nowhere.example.com"), "{bad:?}");
    assert_eq!(house.store.rules().await.unwrap(), [], "none is made");
    let made = import(true).await;
    assert!(made.made && made.new == 3, "{made:?}");
    let rules = house.store.rules().await.unwrap();
    let lamp = rules.iter().find(|rule| rule.q == "lamp").unwrap().id;
    told(&house, &json!({ "message": "a sofa and a lamp" }), Some(lamp)).await;
    assert_eq!(import(true).await.there, 3);
}

#[tokio::test]
async fn a_rule_can_ask_for_the_host_of_a_link() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let link = rule(&house, form("link:win.test", RuleAction::Spam)).await;
    told(&house, &json!({ "message": "look: <a href='https://shop.WIN.test:8443/x'>here</a>" }), Some(link))
        .await;
    for other in ["write to me@win.test", "http://notwin.test", "http://win.test.example/"] {
        told(&house, &json!({ "message": other }), None).await;
    }
    let hits = house.store.rule(link).await.unwrap().unwrap().hits;
    until("links are found", async || (found(&house, "link:win.test").await as u64 == hits).then_some(()))
        .await;
    assert_eq!(found(&house, "link:https://shop.win.test/").await as u64, hits);
    assert_eq!(found(&house, "link:hop.win.test").await, 0);
}
