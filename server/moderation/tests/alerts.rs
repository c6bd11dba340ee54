//! Alerts on a real database: opened once, told once on every channel, over once, also across a restart.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::sync::{Arc, Mutex};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AlertChannel, AlertRules, AlertRulesForm, Circumstances, Content, Endpoint, JudgedBy, Judgement,
    NewDetection, Origin, Role, User, WebhookTarget,
};
use moderation::{Clock, ManualClock, Moderation, ModerationError, Options};
use notify::{Letter, Messenger, NotifyError, Post, Webhook};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{NewUser, Store};

/// An upstream that says what the test wants.
#[derive(Debug)]
struct Upstream {
    used: Mutex<u64>,
    refusal: Mutex<Option<ApiError>>,
}

impl Upstream {
    fn refused<T>(&self) -> Result<Answer<T>, ApiError> {
        Err(self.refusal.lock().unwrap().clone().unwrap_or(ApiError::Timeout))
    }
}

#[async_trait]
impl SpamApi for Upstream {
    async fn check(&self, _: CheckEndpoint, _: &CheckRequest) -> Result<Answer<CheckResponse>, ApiError> {
        self.refused()
    }
    async fn feedback(&self, _: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        self.refused()
    }
    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        if self.refusal.lock().unwrap().is_some() {
            return self.refused();
        }
        let answer = json!({
            "valid": true, "message": "ok", "timestamp": "t",
            "key_info": {"name": "main", "created_at": "2024-10-12T09:14:27Z", "last_used_at": "2025-02-15T11:00:00Z"},
            "user_info": {"id": 1, "email": "owner@example.com", "name": "Owner"},
        });
        Ok(Answer { value: serde_json::from_value(answer.clone()).unwrap(), body: answer.to_string() })
    }
    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        if self.refusal.lock().unwrap().is_some() {
            return self.refused();
        }
        let used = *self.used.lock().unwrap();
        let answer = json!({
            "success": true, "timestamp": "t",
            "data": {"plan": {"name": "Free", "id": 1}, "period": {"month": 2, "year": 2025},
                     "usage": {"total_requests": 1000, "used_requests": used, "remaining_requests": 1000 - used,
                               "usage_percentage": used as f64 / 10.0}},
        });
        Ok(Answer { value: serde_json::from_value(answer.clone()).unwrap(), body: answer.to_string() })
    }
}

/// A messenger that keeps what it is given, and fails when told to.
#[derive(Debug, Default)]
struct Desk {
    posts: Mutex<Vec<(Post, String)>>,
    letters: Mutex<Vec<Letter>>,
    fails: Mutex<bool>,
}

impl Desk {
    /// Events and kinds posted so far.
    fn posted(&self) -> Vec<String> {
        let told = |(post, _): &(Post, String)| {
            let body: Value = serde_json::from_str(&post.body).unwrap();
            format!("{} {}", post.event, body["alert"]["kind"].as_str().unwrap_or_default())
        };
        self.posts.lock().unwrap().iter().map(told).collect()
    }
}

#[async_trait]
impl Messenger for Desk {
    async fn post(&self, to: &Webhook, post: &Post) -> Result<(), NotifyError> {
        if *self.fails.lock().unwrap() {
            return Err(NotifyError::Status { status: 500, said: String::new() });
        }
        self.posts.lock().unwrap().push((post.clone(), to.secret.expose_secret().to_owned()));
        Ok(())
    }
    async fn mail(&self, letter: &Letter) -> Result<(), NotifyError> {
        self.letters.lock().unwrap().push(letter.clone());
        Ok(())
    }
    fn mail_route(&self) -> Option<String> {
        Some("ops@example.com by localhost:25".to_owned())
    }
}

fn target(url: &str) -> WebhookTarget {
    WebhookTarget { url: url.to_owned(), kind: None }
}

struct House {
    store: Arc<dyn Store>,
    upstream: Arc<Upstream>,
    desk: Arc<Desk>,
    clock: ManualClock,
    moderation: Arc<Moderation>,
    ana: User,
}

impl House {
    async fn new() -> Self {
        let store = store::open("sqlite::memory:").await.unwrap();
        let upstream = Arc::new(Upstream { used: Mutex::new(100), refusal: Mutex::new(None) });
        let (desk, clock) =
            (Arc::new(Desk::default()), ManualClock::at(DateTime::from_timestamp(1_739_619_120, 0).unwrap()));
        let user = NewUser {
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Admin,
            password_hash: String::new(),
            created_at: clock.now(),
        };
        let ana = store.create_user(&user).await.unwrap();
        let moderation = assemble(&store, &upstream, &desk, &clock);
        Self { store, upstream, desk, clock, moderation, ana }
    }

    /// The same database with nothing remembered, as after a restart.
    fn restart(&mut self) {
        self.moderation = assemble(&self.store, &self.upstream, &self.desk, &self.clock);
    }

    async fn with_webhook(&self) -> String {
        let form =
            AlertRulesForm::of(&AlertRules::default(), Some(&target("https://hooks.example.com/gavel")));
        self.moderation.set_alerts(&form, &self.ana).await.unwrap().unwrap().expose_secret().to_owned()
    }

    /// So many spam messages of a site in the log.
    async fn log(&self, site: &str, at: DateTime<Utc>, messages: usize) {
        let judgement = Judgement {
            upstream_id: String::new(),
            is_spam: true,
            score: 90.0,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: JudgedBy::ActiveLayer,
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        };
        let detection = NewDetection {
            created_at: at,
            endpoint: Endpoint::Check,
            origin: Origin::Api,
            site: Some(site.to_owned()),
            content: Content { message: "casino".to_owned(), ..Content::default() },
            content_hash: [0; 32],
            judgement,
            circumstances: Circumstances::default(),
        };
        self.store.insert_detections(&vec![detection; messages]).await.unwrap();
    }

    /// Polls, looks, tells; returns how many alerts changed.
    async fn round(&self) -> usize {
        let _ = self.moderation.verify().await;
        let _ = self.moderation.sample_usage().await;
        let changed = self.moderation.watch().await.unwrap();
        self.moderation.deliver_alerts().await.unwrap();
        self.moderation.deliver_alerts().await.unwrap();
        changed
    }
}

fn assemble(
    store: &Arc<dyn Store>,
    upstream: &Arc<Upstream>,
    desk: &Arc<Desk>,
    clock: &ManualClock,
) -> Arc<Moderation> {
    let api: Arc<dyn SpamApi> = Arc::clone(upstream) as _;
    let options = Options {
        messenger: Arc::clone(desk) as _,
        public_url: Some("https://gavel.example.com".to_owned()),
        ..Options::new(JudgedBy::ActiveLayer)
    };
    Moderation::new(Arc::clone(store), api, Arc::new(clock.clone()), options)
}

#[tokio::test]
async fn a_mark_is_told_once_and_is_over_once_also_across_a_restart() {
    let mut house = House::new().await;
    let secret = house.with_webhook().await;
    assert_eq!(house.round().await, 0);
    *house.upstream.used.lock().unwrap() = 850;
    assert_eq!(house.round().await, 1);
    assert_eq!(house.desk.posted(), ["alert.opened quota_mark"]);
    house.restart();
    assert_eq!(house.moderation.watch().await.unwrap(), 0, "before anything was asked");
    assert_eq!(house.round().await, 0);
    *house.upstream.used.lock().unwrap() = 700;
    assert_eq!(house.round().await, 1);
    assert_eq!(house.round().await, 0);
    assert_eq!(house.desk.posted(), ["alert.opened quota_mark", "alert.cleared quota_mark"]);

    let posts = house.desk.posts.lock().unwrap().clone();
    assert_ne!(posts[0].0.id, posts[1].0.id);
    assert!(posts.iter().all(|(_, by)| *by == secret));
    let body: Value = serde_json::from_str(&posts[0].0.body).unwrap();
    assert_eq!(body["alert"]["link"], "https://gavel.example.com/stats");
    assert!(
        body["alert"]["what"]
            .as_str()
            .unwrap()
            .starts_with("85 % of the quota is used: 850 of 1,000 checks.")
    );
    let letters = house.desk.letters.lock().unwrap().clone();
    let subjects: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    assert_eq!(subjects, ["Gavel: Quota", "Gavel: over: Quota"]);
    assert!(letters[0].text.contains("What to do: ") && letters[0].text.contains("Since 15 Feb 2025"));
}

#[tokio::test]
async fn an_outage_is_told_after_two_minutes_and_its_end_too() {
    let mut house = House::new().await;
    house.with_webhook().await;
    house.round().await;
    *house.upstream.refusal.lock().unwrap() = Some(ApiError::Timeout);
    assert_eq!(house.round().await, 0, "it may be a moment");
    house.clock.advance(TimeDelta::minutes(2));
    assert_eq!(house.round().await, 1);
    house.restart();
    assert_eq!(house.moderation.watch().await.unwrap(), 0, "a restart does not know better");
    *house.upstream.refusal.lock().unwrap() = None;
    assert_eq!(house.round().await, 1);
    assert_eq!(
        house.desk.posted(),
        ["alert.opened upstream_unreachable", "alert.cleared upstream_unreachable"]
    );
}

#[tokio::test]
async fn a_refused_key_and_a_missing_plan_are_two_alerts() {
    let house = House::new().await;
    house.round().await;
    *house.upstream.refusal.lock().unwrap() =
        Some(ApiError::Unauthorized { message: "Invalid API key".to_owned() });
    house.round().await;
    *house.upstream.refusal.lock().unwrap() = Some(ApiError::NoPlan { message: "No plan".to_owned() });
    house.round().await;
    let open: Vec<_> =
        house.store.open_alerts().await.unwrap().into_iter().map(|alert| alert.kind.as_str()).collect();
    assert_eq!(open, ["key_invalid", "no_plan"]);
    *house.upstream.refusal.lock().unwrap() = None;
    house.clock.advance(TimeDelta::minutes(10));
    assert_eq!(house.round().await, 2);
    assert!(house.store.open_alerts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wave_on_one_site_is_told_once_and_is_over_once_also_across_a_restart() {
    let mut house = House::new().await;
    house.with_webhook().await;
    let start = house.clock.now();
    // Two days of a busy site's usual, and of a small one's.
    for hour in 0..48 {
        let at = start - TimeDelta::hours(hour + 2);
        house.log("large.example.com", at, 40).await;
        house.log("Small.example.com", at, usize::from(hour % 12 == 0)).await;
    }
    house.log("large.example.com", start, 45).await;
    house.round().await;
    assert_eq!(house.desk.posted(), [""; 0], "what is usual there is no wave");
    house.log("Small.example.com", start, 30).await;
    house.round().await;
    house.restart();
    house.round().await;
    assert_eq!(house.desk.posted(), ["alert.opened spam_wave"]);
    let open = house.store.open_alerts().await.unwrap();
    assert_eq!((open.len(), open[0].subject.as_str()), (1, "small.example.com"));
    assert!(open[0].what.starts_with("30 spam messages came for Small.example.com"), "{}", open[0].what);
    house.clock.advance(TimeDelta::hours(3));
    house.round().await;
    house.round().await;
    assert_eq!(house.desk.posted(), ["alert.opened spam_wave", "alert.cleared spam_wave"]);
}

#[tokio::test]
async fn a_receiver_that_fails_gets_it_later_in_order() {
    let house = House::new().await;
    house.with_webhook().await;
    *house.desk.fails.lock().unwrap() = true;
    *house.upstream.used.lock().unwrap() = 850;
    house.round().await;
    *house.upstream.used.lock().unwrap() = 700;
    house.round().await;
    assert!(house.desk.posted().is_empty());
    assert_eq!(house.desk.letters.lock().unwrap().len(), 2, "the other channel is not held up");
    *house.desk.fails.lock().unwrap() = false;
    house.moderation.deliver_alerts().await.unwrap();
    assert!(house.desk.posted().is_empty(), "its time has not come");
    house.clock.advance(TimeDelta::seconds(60));
    house.round().await;
    assert_eq!(house.desk.posted(), ["alert.opened quota_mark", "alert.cleared quota_mark"]);
}

#[tokio::test]
async fn what_is_set_is_checked_and_the_secret_is_shown_once() {
    let house = House::new().await;
    let first = house.with_webhook().await;
    assert!(first.starts_with("gvlwh_") && first.len() > 60);
    let set = async |url: Option<&str>| {
        let form = AlertRulesForm::of(&AlertRules::default(), url.map(target).as_ref());
        house.moderation.set_alerts(&form, &house.ana).await.unwrap()
    };
    assert!(
        set(Some("https://hooks.example.com/gavel")).await.is_none(),
        "the same address keeps its secret"
    );
    let second = set(Some("https://hooks.example.com/other")).await.unwrap();
    assert_ne!(second.expose_secret(), first);
    let to = house.moderation.test_alerts(AlertChannel::Webhook, &house.ana).await.unwrap();
    assert_eq!(to, "hooks.example.com", "a path may be secret");
    house.moderation.test_alerts(AlertChannel::Email, &house.ana).await.unwrap();
    assert_eq!(house.desk.posts.lock().unwrap()[0].0.event, "test");
    assert!(set(None).await.is_none());
    let refused = house.moderation.test_alerts(AlertChannel::Webhook, &house.ana).await;
    let Err(ModerationError::Invalid(fields)) = refused else { panic!("{refused:?}") };
    assert_eq!(
        (fields[0].field.as_str(), fields[0].problem.as_str()),
        ("webhook_url", "Set and save an address first.")
    );
    let events = house.store.audit_events(None, 20).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions.iter().filter(|action| **action == "alerts.changed").count(), 4);
    assert_eq!(actions.iter().filter(|action| **action == "alerts.tested").count(), 2);
}

#[tokio::test]
async fn the_key_is_known_after_a_look() {
    let house = House::new().await;
    let health = house.moderation.verify().await.unwrap();
    assert_eq!((health.key_name.as_deref(), health.owner.as_deref()), (Some("main"), Some("Owner")));
    assert_eq!(health.key_created_at.unwrap().to_rfc3339(), "2024-10-12T09:14:27+00:00");
    assert!(health.key_last_used_at.is_some());
    let report = house.moderation.connection().await.unwrap();
    assert_eq!((report.circuit, report.in_line, report.backlog.rechecks.count), (None, 0, 0));
}

#[tokio::test]
async fn the_quota_report_holds_upstream_and_log_side_by_side() {
    let house = House::new().await;
    for (hours, used) in [(0, 100), (1, 110), (1, 120), (1, 130), (24, 370)] {
        house.clock.advance(TimeDelta::hours(hours));
        *house.upstream.used.lock().unwrap() = used;
        house.moderation.sample_usage().await.unwrap();
    }
    let report = house.moderation.quota_report().await.unwrap();
    assert_eq!(report.points.len(), 5);
    assert_eq!(report.sample.as_ref().unwrap().used, Some(370));
    assert_eq!(report.forecast.last_day, Some(240.0));
    assert!(report.forecast.runs_out().is_some(), "630 left at 240 a day: {:?}", report.forecast);
    let counted = report.counted.unwrap();
    assert_eq!((counted.spent(), counted.logged), (0, 0));
    assert!(counted.explain(&report.sample.unwrap()).starts_with("The upstream counts 370 more"));
}
