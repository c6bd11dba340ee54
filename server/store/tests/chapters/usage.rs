//! Samples and figures.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{BoundedCount, DailyCount, JudgedBy, Label, OutboxCounts, UsageSample};
use store::{NewDecision, Store};

use crate::fresh::Fresh;
use crate::samples::{decision, moderator, noon, scored, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    samples(&*store).await;
    figures(&*store).await;
    quota(fresh.store().await).await;
}

async fn samples(store: &dyn Store) {
    assert_eq!(store.latest_usage_sample().await.unwrap(), None);
    let sample = |number: i64, period| UsageSample {
        taken_at: noon() + seconds(number),
        plan: "Pro".to_owned(),
        total: Some(50_000),
        used: Some(41_230),
        remaining: Some(8_770),
        percentage: Some(82.46),
        period,
        unread: Vec::new(),
    };
    let (lifetime, monthly) = (sample(2, None), sample(1, Some((2, 2025))));
    assert_eq!(store.stats_answer().await.unwrap(), None);
    store.save_usage_sample(&lifetime, "{\"newest\": 1}").await.unwrap();
    store.save_usage_sample(&monthly, "{\"late\": 1}").await.unwrap();
    let answer = store.stats_answer().await.unwrap();
    assert_eq!(
        answer,
        Some((lifetime.taken_at, "{\"newest\": 1}".to_owned())),
        "an older one replaces nothing"
    );
    assert_eq!(store.latest_usage_sample().await.unwrap(), Some(lifetime.clone()), "by time, not by arrival");
    assert_eq!(store.usage_samples(noon()).await.unwrap(), [monthly, lifetime.clone()]);
    assert_eq!(store.usage_samples(noon() + seconds(2)).await.unwrap(), std::slice::from_ref(&lifetime));
    let unread = vec!["usage.used_requests".to_owned()];
    let strange = UsageSample {
        taken_at: noon() + seconds(3),
        total: None,
        used: None,
        remaining: None,
        percentage: None,
        unread,
        ..lifetime
    };
    store.save_usage_sample(&strange, "{}").await.unwrap();
    assert_eq!(store.latest_usage_sample().await.unwrap(), Some(strange));
}

async fn figures(store: &dyn Store) {
    let ana = moderator(store, "Ana").await;
    let insert = async |at: DateTime<Utc>, score: f64| {
        let mut new = scored("x", score);
        new.created_at = at;
        store.insert_detection(&new).await.unwrap()
    };
    let days = TimeDelta::days;
    let midnight = noon() - TimeDelta::hours(12);
    insert(noon() - days(8), 90.0).await;
    let blocked = insert(noon() - days(6), 90.0).await;
    insert(midnight - TimeDelta::milliseconds(1), 10.0).await;
    insert(midnight, 90.0).await;
    let passed = insert(noon(), 10.0).await;
    // A clock that jumped back: a later id with an earlier time.
    insert(noon() - days(2), 10.0).await;

    let today = noon().date_naive();
    let day = |back: i64, spam, ham| DailyCount { day: today - days(back), spam, ham };
    let counts = store.daily_counts(today - days(3), today).await.unwrap();
    assert_eq!(counts, [day(3, 0, 0), day(2, 0, 1), day(1, 0, 1), day(0, 1, 1)]);
    assert_eq!(store.daily_counts(today, today - days(1)).await.unwrap(), []);

    let since = async |at| store.checks_since(at).await.unwrap();
    assert_eq!(since(noon() - days(30)).await, 6);
    assert_eq!(since(noon() - days(2)).await, 4);
    assert_eq!(since(noon() - days(2) + TimeDelta::milliseconds(1)).await, 3);
    assert_eq!(since(noon()).await, 1);
    assert_eq!(since(noon() + TimeDelta::milliseconds(1)).await, 0);

    for (id, label, at) in [(blocked, Label::Ham, noon()), (passed, Label::Ham, noon() - days(7))] {
        let new = NewDecision { decided_at: at, ..decision(id, label, &ana) };
        store.decide(&new).await.unwrap();
    }
    let overview = store.overview(noon()).await.unwrap();
    assert_eq!(overview.today, day(0, 1, 1));
    assert_eq!(
        overview.waiting,
        BoundedCount { count: 3, more: false },
        "unlabelled, of the last seven days"
    );
    assert_eq!((overview.labelled_week, overview.false_positives_week), (2, 1));
    assert_eq!(overview.outbox, OutboxCounts { pending: 2, failed: 0 });
    let later = store.overview(noon() + TimeDelta::milliseconds(1)).await.unwrap();
    assert_eq!((later.labelled_week, later.false_positives_week), (1, 1));
}

/// Samples by the hour, and what the log itself counts.
async fn quota(store: Arc<dyn Store>) {
    let hour = TimeDelta::hours(1);
    let sample = |at: DateTime<Utc>, used| UsageSample {
        taken_at: at,
        plan: "Pro".to_owned(),
        total: Some(1000),
        used: Some(used),
        remaining: Some(1000 - used),
        percentage: Some(0.0),
        period: Some((2, 2025)),
        unread: Vec::new(),
    };
    for (minutes, used) in [(-70, 1), (-5, 2), (0, 3), (30, 4), (59, 5), (61, 6)] {
        store.save_usage_sample(&sample(noon() + TimeDelta::minutes(minutes), used), "{}").await.unwrap();
    }
    let used = async |since| {
        let samples = store.hourly_usage_samples(since).await.unwrap();
        samples.into_iter().filter_map(|sample| sample.used).collect::<Vec<_>>()
    };
    assert_eq!(used(noon() - hour * 2).await, [1, 2, 5, 6], "the newest of each hour");
    assert_eq!(used(noon()).await, [5, 6]);

    assert_eq!(store.log_count(None).await.unwrap().spent(), 0);
    let insert = async |at: DateTime<Utc>, judged_by| {
        let mut new = scored("x", 90.0);
        new.created_at = at;
        new.judgement.judged_by = judged_by;
        store.insert_detection(&new).await.unwrap()
    };
    let before = insert(noon() - hour, JudgedBy::Fallback).await;
    let judged = insert(noon(), JudgedBy::ActiveLayer).await;
    let late = insert(noon(), JudgedBy::Fallback).await;
    let judgement = scored("x", 10.0).judgement;
    let count = async || store.log_count(Some(noon())).await.unwrap();
    assert_eq!((count().await.logged, count().await.unpaid, count().await.rechecked), (2, 1, 0));
    assert_eq!(count().await.log_begins, Some(noon() - hour));
    store.rejudged(late, &judgement, noon() + hour).await.unwrap();
    assert_eq!(count().await.spent(), 2, "its first verdict was paid for now");
    store.rejudged(before, &judgement, noon() + hour).await.unwrap();
    assert_eq!(count().await.spent(), 3, "an older one's first verdict, too");
    store.rejudged(judged, &judgement, noon() + hour).await.unwrap();
    assert_eq!(count().await.spent(), 4, "a verdict asked for again");
    assert_eq!(store.log_count(Some(noon() + hour * 2)).await.unwrap().spent(), 0);
}
