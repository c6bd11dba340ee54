//! Alerts open once and end once, and what is to be told of them waits its turn.

use chrono::TimeDelta;
use domain::{Alert, AlertChannel, AlertEvent, AlertId, AlertKind, AlertRules, WebhookKind, WebhookTarget};
use store::{AlertSettings, NewAlert, Store};

use crate::fresh::Fresh;
use crate::samples::{decision, moderator, noon, scored, seconds};

const BOTH: [AlertChannel; 2] = [AlertChannel::Webhook, AlertChannel::Email];

fn new(subject: &str) -> NewAlert {
    NewAlert {
        kind: AlertKind::QuotaMark,
        subject: subject.to_owned(),
        what: "80 % is used.".to_owned(),
        advice: "Look.".to_owned(),
        link: "/stats".to_owned(),
        opened_at: noon(),
    }
}

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    opening(&*store).await;
    telling(&*store).await;
    settings(&*store).await;
    figures(&*store).await;
}

async fn opening(store: &dyn Store) {
    let id = store.open_alert(&new("80"), &[]).await.unwrap().unwrap();
    assert_eq!(store.open_alert(&new("80"), &BOTH).await.unwrap(), None, "it is open");
    let other = store.open_alert(&new("100"), &[]).await.unwrap().unwrap();
    let ids = |alerts: Vec<Alert>| alerts.into_iter().map(|alert| alert.id).collect::<Vec<_>>();
    assert_eq!(ids(store.open_alerts().await.unwrap()), [id, other]);

    let (ana, ben) = (moderator(store, "Ana").await, moderator(store, "Ben").await);
    store.dismiss_alert(id, ana.id, noon()).await.unwrap();
    store.dismiss_alert(id, ana.id, noon()).await.unwrap();
    store.dismiss_alert(AlertId(999), ana.id, noon()).await.unwrap();
    assert_eq!(ids(store.alerts_to_show(ana.id).await.unwrap()), [other]);
    assert_eq!(ids(store.alerts_to_show(ben.id).await.unwrap()), [id, other]);
    let events = store.audit_events(None, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.action == "alert.dismissed").count(), 1);

    assert!(store.clear_alert(id, "Less again.", noon() + seconds(5), &[]).await.unwrap());
    assert!(!store.clear_alert(id, "Less again.", noon() + seconds(6), &BOTH).await.unwrap(), "it is over");
    let again = store.open_alert(&new("80"), &[]).await.unwrap().unwrap();
    assert_eq!(
        ids(store.alerts_to_show(ana.id).await.unwrap()),
        [other, again],
        "another one is shown again"
    );
    let all = store.alerts(None, 10).await.unwrap();
    assert_eq!(ids(all.clone()), [again, other, id]);
    let first = &all[2];
    assert_eq!((first.cleared_at, first.over.as_deref()), (Some(noon() + seconds(5)), Some("Less again.")));
    assert_eq!(ids(store.alerts(Some(other), 10).await.unwrap()), [id]);
    assert_eq!(store.due_deliveries(noon() + seconds(60), 10).await.unwrap(), [], "nobody was to be told");
}

async fn telling(store: &dyn Store) {
    let id = store.open_alert(&new("told"), &BOTH).await.unwrap().unwrap();
    assert!(store.clear_alert(id, "Over.", noon() + seconds(1), &BOTH).await.unwrap());
    let due = async |second| {
        let due = store.due_deliveries(noon() + seconds(second), 10).await.unwrap();
        due.into_iter().map(|note| (note.id, note.channel, note.event)).collect::<Vec<_>>()
    };
    let [(post, AlertChannel::Webhook, AlertEvent::Opened), (mail, AlertChannel::Email, AlertEvent::Opened)] =
        due(1).await[..]
    else {
        panic!("the end waits for the beginning: {:?}", due(1).await)
    };
    store.delivery_sent(mail, noon() + seconds(2)).await.unwrap();
    store.delivery_failed(post, Some(noon() + seconds(9)), "status 500", noon() + seconds(2)).await.unwrap();
    let ended = due(2).await;
    assert_eq!(ended.len(), 1, "the webhook's turn has not come");
    assert_eq!((ended[0].1, ended[0].2), (AlertChannel::Email, AlertEvent::Cleared));
    store.delivery_sent(ended[0].0, noon() + seconds(3)).await.unwrap();
    assert_eq!(
        store.next_delivery_due().await.unwrap(),
        Some(noon() + seconds(9)),
        "nothing else is in turn"
    );
    let retried = store.due_deliveries(noon() + seconds(9), 10).await.unwrap();
    assert_eq!((retried.len(), retried[0].id, retried[0].attempts), (1, post, 1));
    store.delivery_failed(post, None, "status 500", noon() + seconds(9)).await.unwrap();
    assert_eq!(due(9).await.len(), 1, "given up, so the end's turn has come");
    let told = store.alert_deliveries(&[id]).await.unwrap();
    let states: Vec<_> = told.iter().map(|note| (note.sent_at.is_some(), note.failed)).collect();
    assert_eq!(states, [(false, true), (true, false), (false, false), (true, false)]);
    assert_eq!(told[0].error.as_deref(), Some("status 500"));
}

async fn settings(store: &dyn Store) {
    assert_eq!(store.alert_settings().await.unwrap(), AlertSettings::default());
    let ana = moderator(store, "Ida").await;
    let settings = AlertSettings {
        rules: AlertRules { quota_marks: vec![50], ..AlertRules::default() },
        webhook: Some(WebhookTarget {
            url: "https://hooks.example.com/secret-path".to_owned(),
            kind: Some(WebhookKind::Discord),
        }),
        webhook_secret: Some("gvlwh_0".to_owned()),
    };
    store.set_alert_settings(&settings, ana.id, noon()).await.unwrap();
    assert_eq!(store.alert_settings().await.unwrap(), settings);
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!(event.action, "alerts.changed");
    let details = event.details.to_string();
    assert!(
        details.contains("hooks.example.com")
            && !details.contains("secret-path")
            && !details.contains("gvlwh")
    );
}

async fn figures(store: &dyn Store) {
    let hour = TimeDelta::hours(1);
    let now = noon() + hour / 2;
    let insert = async |site: Option<&str>, ago: TimeDelta, score| {
        let mut new = scored("x", score);
        new.site = site.map(str::to_owned);
        new.created_at = now - ago;
        store.insert_detection(&new).await.unwrap()
    };
    let spam = async |at_least| {
        store.count_new().await.unwrap();
        store.spam_by_site(now, at_least).await.unwrap()
    };
    assert_eq!(spam(1.0).await, []);
    let shop = Some("shop.example.com");
    let first = insert(shop, hour * 48, 90.0).await;
    insert(shop, hour * 47, 10.0).await;
    insert(Some("SHOP.example.com"), hour * 3, 90.0).await;
    insert(shop, hour, 90.0).await;
    insert(shop, TimeDelta::minutes(10), 90.0).await;
    // Ham is none, another site's spam is another's, and an old site that was silent is known.
    for minutes in [1, 2, 3] {
        insert(Some("new.example.com"), TimeDelta::minutes(minutes), 90.0).await;
        insert(Some("old.example.com"), TimeDelta::minutes(minutes), 90.0).await;
        insert(Some("calm.example.com"), TimeDelta::minutes(minutes), 5.0).await;
        insert(None, TimeDelta::minutes(minutes), 90.0).await;
    }
    insert(Some("old.example.com"), hour * 24 * 20, 90.0).await;
    let found = spam(1.0).await;
    let of = |site: Option<&str>| {
        let spam = found.iter().find(|spam| spam.site.as_deref() == site).unwrap();
        (spam.last_hour, spam.usual)
    };
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(of(shop), (1.5, Some(2.0 / 47.0)), "half of the hour before counts");
    assert_eq!(of(Some("new.example.com")), (3.0, None), "nobody knows what is usual for it");
    assert_eq!(of(Some("old.example.com")), (3.0, Some(0.0)));
    assert_eq!(of(None), (3.0, None));
    assert_eq!(spam(2.0).await.len(), 3);

    assert_eq!(store.feedback_trouble(noon()).await.unwrap(), (0, 0));
    let ana = moderator(store, "Eva").await;
    store.decide(&decision(first, domain::Label::Ham, &ana)).await.unwrap();
    let due = store.due_feedback(noon() + hour, 10).await.unwrap().remove(0);
    for _ in 0..3 {
        store.feedback_deferred(due.id, noon(), None, "away").await.unwrap();
    }
    assert_eq!(store.feedback_trouble(noon()).await.unwrap(), (1, 0));
    store.feedback_failed(due.id, noon(), "unknown").await.unwrap();
    assert_eq!(store.feedback_trouble(noon() + hour).await.unwrap(), (0, 1));
    assert_eq!(store.feedback_trouble(noon() + hour + seconds(1)).await.unwrap(), (0, 0));
}
