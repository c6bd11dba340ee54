//! Reasons of labels, lists of them, and macros.

use domain::search::{ReasonTest, Term, TermKind};
use domain::{
    BulkKind, BulkState, Decided, DetectionId, Label, LabelParts, MacroId, NewDetection, NewMacro,
    NewReasonList, ReasonId, RowRef, RuleAction, SearchQuery, User,
};
use store::{BulkStep, LabelOutcome, NewBulk, NewDecision, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{decide, decision, detection, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let (ana, ben) = (moderator(store, "Ana").await, moderator(store, "Ben").await);
    lists(store, &ana).await;
    macros(store, &ana).await;
    given(store, &ana, &ben).await;
    in_bulk(store, &ana).await;
    with_note_and_rule(store, &ana).await;
}

async fn reason(store: &dyn Store, name: &str) -> ReasonId {
    let lists = store.reason_lists().await.unwrap();
    let all = lists.iter().flat_map(|list| list.spam.iter().chain(&list.ham));
    all.into_iter().find(|reason| reason.name == name).expect(name).id
}

async fn found(store: &dyn Store, test: ReasonTest) -> u64 {
    let query = SearchQuery { terms: vec![Term { negated: false, kind: TermKind::Reason(test) }] };
    store.count(&query, noon()).await.unwrap().count
}

/// A first list is there; a site may have its own, and lose it again.
async fn lists(store: &dyn Store, ana: &User) {
    let first = store.reason_lists().await.unwrap();
    assert_eq!((first.len(), first[0].site.as_deref(), first[0].required), (1, None, false));
    assert_eq!((first[0].spam.len(), first[0].ham.len()), (7, 2));
    let own = NewReasonList {
        site: Some("shop.example.com".to_owned()),
        required: true,
        spam: vec!["Scam".to_owned(), "resold goods".to_owned()],
        ham: vec!["customer".to_owned()],
    };
    store.set_reason_list(&own, Some(ana.id), noon()).await.unwrap();
    store.set_reason_list(&own, Some(ana.id), noon()).await.unwrap();
    let lists = store.reason_lists().await.unwrap();
    assert_eq!(lists.len(), 2, "kept twice, it is there once");
    assert_eq!(lists[1].spam[0].id, lists[0].spam[1].id, "the same reason, whatever its case");
    assert_eq!(lists[0].spam[1].name, "Scam", "the newest spelling counts");
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), event.subject.as_str()), ("reasons.set", "site:shop.example.com"));
    assert!(store.remove_reason_list("Shop.example.com", None, noon()).await.unwrap());
    assert!(!store.remove_reason_list("shop.example.com", None, noon()).await.unwrap());
    let names = store.reason_names(50).await.unwrap();
    assert!(
        names.contains(&"SEO link".to_owned()) && !names.contains(&"resold goods".to_owned()),
        "{names:?}"
    );
}

async fn macros(store: &dyn Store, ana: &User) {
    let new = |name: &str, key| NewMacro {
        id: None,
        name: name.to_owned(),
        key,
        label: Label::Spam,
        reasons: vec!["scam".to_owned(), "brand new".to_owned()],
        note: "seen before".to_owned(),
        rule: Some(RuleAction::Spam),
    };
    let id = store.set_macro(&new("SEO spammer", Some('q')), Some(ana.id), noon()).await.unwrap();
    for (other, what) in
        [(new("seo Spammer", None), "this name of a macro"), (new("other", Some('q')), "this key")]
    {
        match store.set_macro(&other, None, noon()).await {
            Err(StoreError::Taken(taken)) => assert_eq!(taken, what),
            other => panic!("{other:?}"),
        }
    }
    let changed = NewMacro { id: Some(id), ..new("SEO", Some('q')) };
    assert_eq!(store.set_macro(&changed, None, noon()).await.unwrap(), id);
    let macros = store.macros().await.unwrap();
    assert_eq!((macros.len(), macros[0].name.as_str(), macros[0].key), (1, "SEO", Some('q')));
    assert_eq!(
        macros[0].reasons.iter().map(|reason| reason.name.as_str()).collect::<Vec<_>>(),
        ["scam", "brand new"]
    );
    assert!(store.remove_macro(id, None, noon()).await.unwrap());
    assert!(!store.remove_macro(MacroId(99), None, noon()).await.unwrap());
}

/// Reasons belong to the label that they were given with: another has none of them, and taking that back shows them again.
async fn given(store: &dyn Store, ana: &User, ben: &User) {
    let (scam, adult) = (reason(store, "scam").await, reason(store, "adult").await);
    let id = store.insert_detection(&detection("A watch for you")).await.unwrap();
    let of = async |id: DetectionId| store.detection(id).await.unwrap().unwrap().reasons;
    let first = decide(store, id, Label::Spam, ana).await;
    assert_eq!((found(store, ReasonTest::None).await, found(store, ReasonTest::Any).await), (1, 0));
    let turn = async |decision, reason| {
        store.turn_reason(Decided::One(decision), reason, ana.id, noon()).await.unwrap()
    };
    turn(first.id, adult).await;
    assert_eq!(turn(first.id, scam).await.unwrap().len(), 2);
    assert_eq!(of(id).await, ["scam", "adult"]);
    assert_eq!(turn(first.id, adult).await.unwrap().len(), 1, "given twice, it is taken away");
    assert_eq!(found(store, ReasonTest::Named("SCAM".to_owned())).await, 1);
    assert_eq!(found(store, ReasonTest::None).await, 0);
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), &event.details["reasons"]), ("detection.reasons", &"scam".into()));

    let second = decide(store, id, Label::Ham, ben).await;
    assert_eq!((of(id).await, found(store, ReasonTest::None).await), (Vec::<String>::new(), 1));
    assert_eq!(turn(first.id, adult).await, None, "it does not stand any more");
    store.undo(second.id, ben.id, noon()).await.unwrap();
    assert_eq!(of(id).await, ["scam"], "what stands again has its reasons");
    let decisions = store.decisions(id).await.unwrap();
    assert_eq!((decisions[0].reasons[0].id, decisions[1].reasons.len()), (scam, 0));
    let counts = store.count_reasons(noon() - seconds(1), noon() + seconds(1), None).await.unwrap();
    assert_eq!((counts[0].name.as_deref(), counts[0].labels), (Some("scam"), 1));
    assert_eq!(
        store.count_reasons(noon() - seconds(1), noon() + seconds(1), Some("other.test")).await.unwrap(),
        []
    );
}

/// A reason of a bulk action is for all of its labels, also those that come later; they are taken back together.
async fn in_bulk(store: &dyn Store, ana: &User) {
    let (phishing, malware) = (reason(store, "phishing").await, reason(store, "malware").await);
    let mut rows = Vec::new();
    for number in 0..3 {
        let id = store.insert_detection(&detection(&format!("bulk {number}"))).await.unwrap();
        rows.push(RowRef { id, version: 0 });
    }
    let new = NewBulk {
        user_id: ana.id,
        kind: BulkKind::Spam,
        with: LabelParts { reasons: vec![phishing], ..LabelParts::default() },
        q: None,
        rows,
        created_at: noon(),
        send_after: noon() + seconds(10),
    };
    let id = store.start_bulk(&new).await.unwrap().id;
    let step = BulkStep { id, at: noon(), send_after: noon() + seconds(10), limit: 2 };
    store.bulk_label(&step).await.unwrap();
    let turned = store.turn_reason(Decided::Bulk(id), malware, ana.id, noon()).await.unwrap().unwrap();
    assert_eq!(turned.len(), 2);
    store.bulk_label(&step).await.unwrap();
    let of = async |name: &str| found(store, ReasonTest::Named(name.to_owned())).await;
    assert_eq!((of("phishing").await, of("malware").await), (3, 3));
    assert_eq!(store.bulk(id).await.unwrap().unwrap().reasons.len(), 2);
    store.turn_reason(Decided::Bulk(id), phishing, ana.id, noon()).await.unwrap().unwrap();
    assert_eq!((of("phishing").await, of("malware").await), (0, 3));
    store.turn_bulk(id, ana.id, &[BulkState::Done], BulkState::Undoing, noon()).await.unwrap();
    while !store.bulk_undo(&step).await.unwrap().is_empty() {}
    assert_eq!(of("malware").await, 0);
    assert_eq!(store.turn_reason(Decided::Bulk(id), malware, ana.id, noon()).await.unwrap(), None);
}

/// A macro's label: the rule that it made goes with it, and one that was there already stays.
async fn with_note_and_rule(store: &dyn Store, ana: &User) {
    let mut new: NewDetection = detection("Buy links");
    new.content.email = Some("seo@links.test".to_owned());
    let (one, two) =
        (store.insert_detection(&new).await.unwrap(), store.insert_detection(&new).await.unwrap());
    let with = LabelParts {
        reasons: vec![reason(store, "SEO link").await],
        note: "sells links".to_owned(),
        rule: Some(RuleAction::Spam),
    };
    let label = async |id| {
        let decision = NewDecision { with: with.clone(), ..decision(id, Label::Spam, ana) };
        match store.decide(&decision).await.unwrap() {
            LabelOutcome::Decided(decision) => decision,
            other => panic!("{other:?}"),
        }
    };
    let rules = async || store.rules().await.unwrap();
    let first = label(one).await;
    assert_eq!(first.reasons[0].name, "SEO link");
    assert_eq!(store.notes(one).await.unwrap()[0].body, "sells links");
    assert_eq!((rules().await.len(), rules().await[0].q.as_str()), (1, "email:seo@links.test"));
    let second = label(two).await;
    assert_eq!(rules().await.len(), 1, "it is there already");
    store.undo(second.id, ana.id, noon()).await.unwrap();
    assert_eq!(rules().await.len(), 1, "the second label did not make it");
    store.undo(first.id, ana.id, noon()).await.unwrap();
    assert_eq!(rules().await.len(), 0);
}
