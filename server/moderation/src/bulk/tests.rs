//! What the worker does in steps, what a restart in the middle leaves, and what a cancel and an undo take back.

use std::future::pending;

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Circumstances, Content, Endpoint, JudgedBy, Judgement, Label, LabelParts, NewDetection, Order, Origin,
    PageRequest, Role,
};
use store::{NewUser, Store};

use super::*;
use crate::{ManualClock, Options};

/// More than what is done while the moderator waits.
const ROWS: usize = 450;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_739_534_400, 0).unwrap()
}

fn row(number: usize) -> NewDetection {
    NewDetection {
        created_at: noon(),
        endpoint: Endpoint::Check,
        origin: Origin::Api,
        site: None,
        content: Content { message: format!("garden number{number}"), ..Content::default() },
        content_hash: [0; 32],
        circumstances: Circumstances::default(),
        judgement: Judgement {
            upstream_id: format!("upstream-{number}"),
            is_spam: true,
            score: 90.0,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: JudgedBy::Detector,
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        },
    }
}

/// An upstream that never answers: nothing here waits for one.
pub(crate) struct Silent;

#[async_trait]
impl SpamApi for Silent {
    async fn check(&self, _: CheckEndpoint, _: &CheckRequest) -> Result<Answer<CheckResponse>, ApiError> {
        pending().await
    }
    async fn feedback(&self, _: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        pending().await
    }
    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        pending().await
    }
    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        pending().await
    }
}

/// A log in a file, and who works on it.
struct Scene {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    moderation: Arc<Moderation>,
    ana: UserId,
    ben: UserId,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, moderation) = Self::open(&folder).await;
        let rows: Vec<_> = (0..ROWS).map(row).collect();
        store.insert_detections(&rows).await.unwrap();
        let mut people = Vec::new();
        for name in ["Ana", "Ben"] {
            let email = format!("{name}@example.com");
            let password_hash = String::new();
            let user = NewUser {
                email,
                name: name.to_owned(),
                role: Role::Moderator,
                password_hash,
                created_at: noon(),
            };
            people.push(store.create_user(&user).await.unwrap().id);
        }
        Self { folder, store, moderation, ana: people[0], ben: people[1] }
    }

    async fn open(folder: &tempfile::TempDir) -> (Arc<dyn Store>, Arc<Moderation>) {
        let file = format!("sqlite://{}", folder.path().join("gavel.db").display());
        let store: Arc<dyn Store> = store::open(&file).await.unwrap();
        let api: Arc<dyn SpamApi> = Arc::new(Silent);
        let options = Options::new(JudgedBy::Detector);
        let clock = Arc::new(ManualClock::at(noon()));
        let moderation = Moderation::new(Arc::clone(&store), api, clock, options);
        (store, moderation)
    }

    /// The program ends, and starts again on the same file.
    async fn restart(mut self) -> Self {
        self.store.close().await;
        (self.store, self.moderation) = Self::open(&self.folder).await;
        self
    }

    async fn mark_all(&self) -> BulkAction {
        let target = BulkTarget::Search("garden".to_owned());
        self.moderation
            .start_bulk(BulkKind::Ham, LabelParts::default(), target, true, self.ana)
            .await
            .unwrap()
    }

    async fn work_to_the_end(&self) -> usize {
        let mut steps = 0;
        while self.moderation.work_on_bulk().await.unwrap() {
            steps += 1;
        }
        steps
    }

    async fn labelled(&self, label: Label) -> u64 {
        let query = SearchQuery::parse(&format!("label:{label}")).unwrap();
        self.store.count(&query, noon()).await.unwrap().count
    }

    async fn now(&self, action: &BulkAction) -> BulkAction {
        self.moderation.bulk(action.id, self.ana).await.unwrap()
    }
}

#[tokio::test]
async fn a_restart_in_the_middle_goes_on_where_it_stopped() {
    let scene = Scene::new().await;
    let action = scene.mark_all().await;
    assert_eq!(action.state, BulkState::Running, "a large one goes on by itself");
    assert_eq!(action.done, 200, "listed, and two steps of a hundred");

    let scene = scene.restart().await;
    assert_eq!(scene.work_to_the_end().await, 3);
    let action = scene.now(&action).await;
    assert_eq!((action.state, action.done, action.skipped), (BulkState::Done, ROWS as u64, 0));
    assert_eq!(scene.labelled(Label::Ham).await, ROWS as u64);

    let undone = scene.moderation.undo_bulk(action.id, scene.ana).await.unwrap();
    assert_eq!(undone.state, BulkState::Undoing);
    let scene = scene.restart().await;
    scene.work_to_the_end().await;
    assert_eq!(scene.now(&action).await.state, BulkState::Undone);
    assert_eq!(scene.labelled(Label::Ham).await, 0);
}

#[tokio::test]
async fn a_cancelled_one_stops_and_what_was_done_can_be_taken_back() {
    let scene = Scene::new().await;
    let action = scene.mark_all().await;
    let cancelled = scene.moderation.cancel_bulk(action.id, scene.ana).await.unwrap();
    assert_eq!((cancelled.state, cancelled.done), (BulkState::Cancelled, 200));
    assert_eq!(scene.work_to_the_end().await, 0, "nothing is left to do");
    assert_eq!(scene.labelled(Label::Ham).await, 200);
    assert!(scene.moderation.cancel_bulk(action.id, scene.ana).await.is_err(), "it has ended");

    scene.moderation.undo_bulk(action.id, scene.ana).await.unwrap();
    scene.work_to_the_end().await;
    assert_eq!(scene.labelled(Label::Ham).await, 0);
}

#[tokio::test]
async fn what_somebody_else_decided_meanwhile_stands() {
    let scene = Scene::new().await;
    let action = scene.mark_all().await;
    // The oldest is labelled last.
    let request = PageRequest { order: Order::Newest, from: None, limit: 500 };
    let page = scene.store.search(&SearchQuery::default(), &request, noon()).await.unwrap();
    let last = page.rows.last().unwrap();
    scene.moderation.label(last.id, Label::Spam, scene.ben, Some(last.version)).await.unwrap();
    scene.work_to_the_end().await;
    let action = scene.now(&action).await;
    assert_eq!((action.state, action.done, action.skipped), (BulkState::Done, ROWS as u64 - 1, 1));
    assert_eq!(scene.labelled(Label::Spam).await, 1);

    scene.moderation.undo_bulk(action.id, scene.ana).await.unwrap();
    scene.work_to_the_end().await;
    assert_eq!((scene.labelled(Label::Ham).await, scene.labelled(Label::Spam).await), (0, 1));
}

#[tokio::test]
async fn many_are_meant_only_if_said_so() {
    let scene = Scene::new().await;
    let all = || BulkTarget::Search(String::new());
    let refused = scene
        .moderation
        .start_bulk(BulkKind::Spam, LabelParts::default(), all(), false, scene.ana)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, ModerationError::Invalid(fields) if fields[0].field == "confirmed"),
        "{refused}"
    );
    let none = BulkTarget::Search("absent".to_owned());
    assert!(
        scene
            .moderation
            .start_bulk(BulkKind::Spam, LabelParts::default(), none, true, scene.ana)
            .await
            .is_err()
    );
    // Signs are passed over where one looks; what is done to all is not done because of them.
    let signs = BulkTarget::Search("& ???".to_owned());
    assert!(
        scene
            .moderation
            .start_bulk(BulkKind::Spam, LabelParts::default(), signs, true, scene.ana)
            .await
            .is_err()
    );
    assert_eq!(scene.labelled(Label::Spam).await, 0);
}
