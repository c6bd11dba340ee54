//! What is let go of: by rules for sites, and of somebody who asks for it.

use chrono::TimeDelta;
use domain::{
    Content, DataSubject, DetectionId, Gone, JudgedBy, Label, NewDetection, Order, PageRequest,
    RetentionRule, SearchQuery,
};
use serde_json::json;
use store::{ForgottenCount, NewNote, NewSavedSearch, Store};

use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

const SHOP: &str = "shop.example.com";

pub(crate) async fn tell(fresh: &impl Fresh) {
    by_rules(&*fresh.store().await).await;
    of_one_person(&*fresh.store().await).await;
}

/// Somebody's message, on a site or none, some days before noon.
async fn written(store: &dyn Store, message: &str, site: Option<&str>, days: i64) -> DetectionId {
    let content = Content {
        email: Some("Ana@example.com".to_owned()),
        name: Some("Ana".to_owned()),
        ip: "203.0.113.4".parse().ok(),
        extra: json!({ "page": "7" }).as_object().cloned().unwrap(),
        ..detection(message).content
    };
    let mut new = NewDetection { content, site: site.map(str::to_owned), ..detection(message) };
    new.created_at = noon() - TimeDelta::days(days);
    store.insert_detection(&new).await.unwrap()
}

async fn found(store: &dyn Store, search: &str) -> Vec<DetectionId> {
    let request = PageRequest { order: Order::Newest, from: None, limit: 10 };
    let page = store.search(&SearchQuery::parse(search).unwrap(), &request, noon()).await.unwrap();
    page.rows.iter().map(|row| row.id).collect()
}

/// Forgets a row at a time, until nothing is due.
async fn forget_all(store: &dyn Store) -> ForgottenCount {
    let mut forgotten = ForgottenCount::default();
    while let Some(count) = store.forget_due(noon(), 1).await.unwrap() {
        forgotten.content += count.content;
        forgotten.personal += count.personal;
    }
    forgotten
}

async fn by_rules(store: &dyn Store) {
    let ana = moderator(store, "Ana").await;
    let shops = written(store, "walrus of the shop", Some("Shop.example.com"), 40).await;
    let others = [
        written(store, "walrus of nobody", None, 40).await,
        written(store, "walrus of another", Some("blog.example.com"), 40).await,
    ];
    let young = written(store, "walrus of today", Some(SHOP), 0).await;
    let body = "walrus".to_owned();
    let note = NewNote { detection_id: others[0], user_id: ana.id, body, written_at: noon() };
    store.add_note(&note).await.unwrap();
    decide(store, others[0], Label::Spam, &ana).await;

    let all = RetentionRule { site: None, content_days: Some(30), personal_days: None };
    let of_shop =
        RetentionRule { site: Some(SHOP.to_owned()), content_days: Some(60), personal_days: Some(7) };
    let before =
        RetentionRule { site: Some(SHOP.to_uppercase()), content_days: Some(1), personal_days: None };
    for rule in [&before, &all, &of_shop] {
        store.set_retention_rule(rule, Some(ana.id), noon()).await.unwrap();
    }
    let rules = store.retention_rules().await.unwrap();
    assert_eq!(rules.len(), 2, "one a site, whatever its case");
    assert_eq!((&rules[0], rules[1].content_days), (&all, Some(60)));

    let due = ForgottenCount { content: 2, personal: 1 };
    assert_eq!(store.due_to_forget(noon()).await.unwrap(), due);
    assert_eq!(forget_all(store).await, due);
    assert_eq!(store.due_to_forget(noon()).await.unwrap(), ForgottenCount::default());

    let gone = |days| Some(Gone { at: noon(), after_days: Some(days) });
    for id in others {
        let row = store.detection(id).await.unwrap().unwrap();
        assert_eq!((row.content.message.as_str(), row.content.name.as_deref()), ("", Some("Ana")));
        assert_eq!((row.forgotten.content, row.forgotten.personal), (gone(30), None));
    }
    let row = store.detection(shops).await.unwrap().unwrap();
    assert_eq!(row.content, detection("walrus of the shop").content, "who wrote it is gone");
    assert_eq!((row.forgotten.content, row.forgotten.personal), (None, gone(7)));
    assert_eq!(store.notes(others[0]).await.unwrap()[0].body, "Forgotten with the message.");
    assert_eq!(store.standings(&others).await.unwrap()[0].label, Some(Label::Spam));
    while store.index_appended(10).await.unwrap() > 0 {}
    assert_eq!(found(store, "walrus").await, [young, shops]);
    assert_eq!(found(store, "email:ana@example.com").await, [young, others[1], others[0]]);
    assert_eq!(store.same_text(shops, 5, 100).await.unwrap().1, [young], "of the rest no hash is kept");

    traces_go(store).await;
    assert!(store.remove_retention_rule(Some(SHOP), None, noon()).await.unwrap());
    assert!(!store.remove_retention_rule(Some(SHOP), None, noon()).await.unwrap());
}

/// A run is over once.
async fn traces_go(store: &dyn Store) {
    assert!(store.finish_forgetting().await.unwrap());
    assert!(!store.finish_forgetting().await.unwrap());
    while !store.words_are_gone().await.unwrap() {
        store.merge_index().await.unwrap();
    }
    assert!(store.empty_write_ahead().await.unwrap(), "nobody reads");
}

async fn of_one_person(store: &dyn Store) {
    let with = |number: usize| {
        let mut new = detection(&format!("message {number}"));
        match number {
            0 => new.content.email = Some("ANA@example.com".to_owned()),
            1 => new.content.email = Some("mailto:Ana@example.com".to_owned()),
            2 => {
                let from = json!({ "from": { "all": ["Ana <ana@EXAMPLE.com>, Ben"] } });
                new.content.extra = from.as_object().cloned().unwrap();
            }
            3 => new.content.email = Some("diana@example.com".to_owned()),
            4 => new.content.ip = "203.0.113.4".parse().ok(),
            5 => {
                let via = json!({ "via": "10.0.0.1, 203.0.113.4" });
                new.content.extra = via.as_object().cloned().unwrap();
            }
            _ => new.content.name = Some(" ANA Émile".to_owned()),
        }
        new
    };
    let ids = store.insert_detections(&(0..7).map(with).collect::<Vec<_>>()).await.unwrap();
    let ana = DataSubject::Email("Ana@Example.com".to_owned());
    for (person, rows) in [
        (&ana, &ids[..3]),
        (&DataSubject::Ip("203.0.113.4".parse().unwrap()), &ids[4..6]),
        (&DataSubject::Name("ana Émile".to_owned()), &ids[6..]),
    ] {
        let found = store.find_person(person).await.unwrap();
        assert_eq!((found.detections.as_slice(), found.count()), (rows, rows.len()), "{person:?}");
    }

    let mut left = with(0);
    left.judgement.judged_by = JudgedBy::Fallback;
    let left = store.keep_submissions(&[left]).await.unwrap()[0].id;
    let search = NewSavedSearch {
        name: "Ana's".to_owned(),
        q: "email:ANA@example.com".to_owned(),
        sorted: Order::Newest,
        created_by: moderator(store, "Ben").await.id,
        created_at: noon(),
    };
    store.save_search(&search).await.unwrap();
    let found = store.find_person(&ana).await.unwrap();
    assert_eq!((found.submissions.as_slice(), found.named_in), (&[left][..], 2), "the search, and its event");
    store.erase_beside(&found).await.unwrap();
    store.erase_detections(&found.detections, noon()).await.unwrap();
    assert_eq!(store.find_person(&ana).await.unwrap().count(), 0);
    let submissions = store.left_submissions(noon() + seconds(1), 9).await.unwrap();
    assert_eq!(submissions.len(), 1, "a check is not lost");
    assert_eq!(submissions[0].content, Content::default());
    let asked = Some(Gone { at: noon(), after_days: None });
    for id in &found.detections {
        let row = store.detection(*id).await.unwrap().unwrap();
        assert_eq!((row.content, row.forgotten.content), (Content::default(), asked));
        assert_eq!((row.judgement.score, row.judgement.raw_answer.as_str()), (80.0, "{}"));
    }
}
