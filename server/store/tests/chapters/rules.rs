//! Rules: made all or none, watched, removed, renewed when they end, and counted.

use domain::{Circumstances, NewDetection, RuleAction, RuleHit, RuleId};
use store::{NewRule, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{detection, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let ana = moderator(store, "Ana").await;
    let (ending, lasting) =
        (NewRule { expires_at: Some(noon() + seconds(10)), ..rule("casino") }, rule("poker"));
    let mut version = store.rules_version().await.unwrap();
    let ids = store.add_rules(&[ending.clone(), lasting.clone()], Some(ana.id), noon()).await.unwrap();
    grown(store, &mut version).await;
    let made = store.rule(ids[0]).await.unwrap().unwrap();
    assert_eq!((made.q.as_str(), made.site.as_deref()), ("casino", Some("shop.example.com")));
    assert_eq!((made.action, made.watched), (RuleAction::Spam, false));
    assert_eq!((made.expires_at, made.created_by.as_deref()), (ending.expires_at, Some("Ana")));

    let taken = store.add_rules(&[rule("bingo"), lasting], None, noon() + seconds(1)).await;
    assert!(matches!(taken, Err(StoreError::Taken("this rule"))), "{taken:?}");
    assert_eq!(there(store).await, ids, "all or none");
    for elsewhere in
        [NewRule { site: None, ..rule("poker") }, NewRule { action: RuleAction::Ham, ..rule("poker") }]
    {
        let other = store.add_rules(&[elsewhere], None, noon()).await.unwrap().remove(0);
        assert!(store.remove_rule(other, None, noon()).await.unwrap());
    }

    // What has ended makes room for its renewal.
    let early = store.add_rules(std::slice::from_ref(&ending), None, noon() + seconds(9)).await;
    assert!(matches!(early, Err(StoreError::Taken(_))));
    let renewed = store.add_rules(&[ending], None, noon() + seconds(10)).await.unwrap().remove(0);
    assert_eq!(there(store).await, [ids[1], renewed]);

    version = store.rules_version().await.unwrap();
    assert!(store.watch_rule(ids[1], true, Some(ana.id), noon()).await.unwrap());
    grown(store, &mut version).await;
    assert!(store.rule(ids[1]).await.unwrap().unwrap().watched);
    assert!(!store.watch_rule(ids[0], true, None, noon()).await.unwrap(), "it was replaced");
    hits_are_counted(store, ids[1]).await;

    assert!(store.remove_rule(ids[1], Some(ana.id), noon()).await.unwrap());
    grown(store, &mut version).await;
    assert!(!store.remove_rule(ids[1], Some(ana.id), noon()).await.unwrap());
    assert_eq!(there(store).await, [renewed]);
    assert_eq!(store.rule(ids[1]).await.unwrap().unwrap().hits, 1, "detections name it");
}

fn rule(q: &str) -> NewRule {
    NewRule {
        q: q.to_owned(),
        site: Some("shop.example.com".to_owned()),
        action: RuleAction::Spam,
        note: "They bet.".to_owned(),
        watched: false,
        expires_at: None,
    }
}

async fn there(store: &dyn Store) -> Vec<RuleId> {
    let mut ids: Vec<_> = store.rules().await.unwrap().into_iter().map(|rule| rule.id).collect();
    ids.sort_unstable_by_key(|id| id.0);
    ids
}

async fn grown(store: &dyn Store, version: &mut i64) {
    let now = store.rules_version().await.unwrap();
    assert!(now > *version, "{now} > {version}");
    *version = now;
}

async fn hits_are_counted(store: &dyn Store, id: RuleId) {
    let circumstances = Circumstances { rule: Some(RuleHit { id, held: true }), ..Circumstances::default() };
    let hit = store.insert_detection(&NewDetection { circumstances, ..detection("poker") }).await.unwrap();
    let rule = store.rule(id).await.unwrap().unwrap();
    assert_eq!((rule.hits, rule.last_hit_at), (1, Some(noon())));
    assert_eq!(store.detection(hit).await.unwrap().unwrap().rule, Some(RuleHit { id, held: true }));
}
