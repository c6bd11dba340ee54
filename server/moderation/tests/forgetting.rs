//! What is forgotten is in no file any more, and no figure changes.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Circumstances, Content, DataSubject, Detection, DetectionId, Endpoint, Facets, FileAccount, FileFormat,
    ImportPlan, ImportState, JudgedBy, Judgement, Label, NewDetection, Origin, RetentionRule, Role,
    SearchQuery, Signal, UserId,
};
use moderation::{
    backup::{BackupPlan, back_up},
    forgetting::{Beside, due, erase, forget_due, overwrite, preview, remove_rule, rules, set_rule},
};
use serde_json::json;
use store::{
    ImportTurn, LabelOutcome, LessonSource, NewDecision, NewImport, NewImportRow, NewNote, NewUser,
    SettledRow, Settlement, StagedRow, Store,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Texts that are planted, each in every field of one detection.
const PLANTS: usize = 50;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_794_916_800, 0).unwrap()
}

/// Letters that nothing else has, the same for each number; such a word is written as it is in files and in the index.
fn plant(number: usize) -> String {
    let mut state = number as u64 * 2 + 1;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
    };
    (0..24).map(|_| letter()).collect()
}

fn email(plant: &str) -> String {
    format!("{plant}@people.example")
}

fn answer(word: &str) -> String {
    json!({ "signals": [{ "name": "quoted", "description": format!("It says {word}"), "weight": 1.0 }] })
        .to_string()
}

fn judgement(id: &str, word: &str, is_spam: bool) -> Judgement {
    Judgement {
        upstream_id: id.to_owned(),
        is_spam,
        score: if is_spam { 90.0 } else { 10.0 },
        threshold: 50.0,
        execution_ms: 1.0,
        upstream_timestamp: "2026-11-17T12:00:00Z".to_owned(),
        judged_by: JudgedBy::ActiveLayer,
        signals: Signal::in_answer(&answer(word)),
        raw_answer: answer(word),
    }
}

/// A message of some length, by somebody; `word` is in every field.
fn row(number: usize, word: &str, created_at: DateTime<Utc>) -> NewDetection {
    let filler = format!("filler {} ", number % 97).repeat(1 + (number * 37) % 400);
    NewDetection {
        created_at,
        endpoint: Endpoint::Check,
        origin: Origin::Api,
        site: Some(if number.is_multiple_of(2) { "a.example" } else { "b.example" }.to_owned()),
        content: Content {
            message: format!("{filler} {word} {filler}"),
            email: Some(email(word)),
            name: Some(format!("{word} surname")),
            ip: format!("2001:db8::{:x}", number + 1).parse().ok(),
            timestamp: Some(created_at.timestamp()),
            user_agent: Some(format!("agent/{word}")),
            website_url: Some(format!("https://{word}.example/")),
            domain: Some(format!("{word}.example")),
            extra: json!({ "author": { "id": word } }).as_object().unwrap().clone(),
        },
        content_hash: [u8::try_from(number % 251).unwrap(); 32],
        judgement: judgement(&format!("id {number}"), word, number.is_multiple_of(3)),
        circumstances: Circumstances::default(),
    }
}

struct House {
    folder: TempDir,
    store: Arc<dyn Store>,
    ana: UserId,
    stop: CancellationToken,
}

impl House {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = store::open(&format!("sqlite://{}/gavel.db", folder.path().display())).await.unwrap();
        let user = NewUser {
            email: "ana@moderators.example".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Moderator,
            password_hash: String::new(),
            created_at: noon(),
        };
        let ana = store.create_user(&user).await.unwrap().id;
        Self { folder, store, ana, stop: CancellationToken::new() }
    }

    /// Detections of which each tenth has a plant, as long as there are some; the others have words of their own. Of those with a plant,
    /// each third is labelled, and all have notes and an earlier verdict.
    async fn fill(&self, rows: usize, created: impl Fn(usize) -> DateTime<Utc>) -> Vec<DetectionId> {
        let mut planted = Vec::new();
        for number in 0..rows {
            let is_plant = number % 10 == 5 && planted.len() < PLANTS;
            let word = if is_plant { plant(planted.len()) } else { format!("kept{number}word") };
            let id = self.store.insert_detection(&row(number, &word, created(number))).await.unwrap();
            if !is_plant {
                continue;
            }
            planted.push(id);
            let body = format!("This is {word} again.");
            let note = NewNote { detection_id: id, user_id: self.ana, body, written_at: noon() };
            self.store.add_note(&note).await.unwrap().unwrap();
            let again = judgement(&format!("again {number}"), &word, number.is_multiple_of(3));
            self.store.rejudged(id, &again, noon()).await.unwrap();
            if number.is_multiple_of(3) {
                self.label(id).await;
            }
        }
        planted
    }

    async fn label(&self, id: DetectionId) {
        let decision = NewDecision {
            detection_id: id,
            label: Label::Ham,
            user_id: self.ana,
            decided_at: noon(),
            send_after: noon(),
            seen_version: None,
            with: domain::LabelParts::default(),
        };
        assert!(matches!(self.store.decide(&decision).await.unwrap(), LabelOutcome::Decided { .. }));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Plants that are in the database, in what is written ahead, or in a backup that is made now.
    async fn traces(&self) -> Vec<String> {
        let plan = BackupPlan {
            database: format!("sqlite://{}", self.path("gavel.db").display()),
            aside: None,
            folder: self.path("backups"),
            keep: 1,
        };
        let backup = back_up(&plan, noon()).await.unwrap().path;
        let mut found = Vec::new();
        for file in [self.path("gavel.db"), self.path("gavel.db-wal"), backup] {
            let bytes = std::fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            // The index leaves out what a word shares with the one before it.
            let is_in = |plant: &str| text.contains(&plant[8..]);
            let plants = (0..PLANTS).map(plant).filter(|plant| is_in(plant));
            found.extend(plants.map(|plant| format!("{plant} in {}", file.display())));
        }
        found
    }

    /// What searches count, in an order of its own: of two sites with as many either may be first.
    async fn facets(&self) -> Facets {
        let mut facets = self.store.facets(&SearchQuery::default(), noon()).await.unwrap();
        facets.values.sort_by_key(|value| format!("{value:?}"));
        facets
    }

    async fn matches(&self, query: &str) -> u64 {
        self.store.count(&SearchQuery::parse(query).unwrap(), noon()).await.unwrap().count
    }

    async fn detection(&self, id: DetectionId) -> Detection {
        self.store.detection(id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn by_rules_messages_and_writers_go_and_no_figure_changes() {
    let house = House::new().await;
    let store = &*house.store;
    // Ten rows a day, for sixty days; a plant in each day but the last.
    let planted = house.fill(600, |number| noon() - TimeDelta::days(59 - number as i64 / 10)).await;
    let (before, labelled) = (house.facets().await, house.matches("is:labelled").await);
    assert!(
        house.traces().await.len() >= 2 * PLANTS,
        "in the database and in a backup, while nothing is forgotten"
    );
    let one_site =
        RetentionRule { site: Some("b.example".to_owned()), content_days: Some(5), personal_days: None };
    let others = RetentionRule { site: None, content_days: Some(20), personal_days: Some(7) };
    for rule in [&one_site, &others] {
        set_rule(store, rule, None, noon()).await.unwrap();
    }
    assert_eq!(rules(store).await.unwrap(), [others.clone(), one_site.clone()]);
    let count = due(store, noon()).await.unwrap();
    // Even rows are the other site's: 5 a day. More than 5, 20 and 7 whole days ago.
    assert_eq!((count.content, count.personal), (5 * (60 - 6) + 5 * (60 - 21), 5 * (60 - 8)));
    assert_eq!(forget_due(store, noon(), &house.stop).await.unwrap(), count);
    assert_eq!(due(store, noon()).await.unwrap(), Default::default());

    // Plants are in odd rows, whose site keeps who wrote them.
    let old = house.detection(planted[0]).await;
    assert_eq!((old.content.message.as_str(), old.content.email), ("", Some(email(&plant(0)))));
    assert_eq!(old.forgotten.content.map(|gone| (gone.at, gone.after_days)), Some((noon(), Some(5))));
    assert_eq!(old.forgotten.personal, None);
    assert_eq!(house.matches(&format!("email:{}", email(&plant(0)))).await, 1);
    // Site by site and day by day, until nothing of it is left.
    let all =
        RetentionRule { site: Some("b.example".to_owned()), content_days: Some(5), personal_days: Some(5) };
    set_rule(store, &all, None, noon()).await.unwrap();
    for day in 0..20 {
        let now = noon() + TimeDelta::days(day);
        forget_due(store, now, &house.stop).await.unwrap();
        store.insert_detection(&row(7, "later", now)).await.unwrap();
    }
    assert!(overwrite(store, &house.stop).await.unwrap());
    assert_eq!(house.traces().await, Vec::<String>::new());
    for id in &planted {
        let row = house.detection(*id).await;
        assert!(row.forgotten.content.is_some() && row.forgotten.personal.is_some());
        assert_eq!(row.content, Content { timestamp: row.content.timestamp, ..Content::default() });
        assert_eq!(store.notes(*id).await.unwrap()[0].body, "Forgotten with the message.");
    }
    for word in [plant(3), email(&plant(3)), format!("\"{}\"", plant(9))] {
        assert_eq!(house.matches(&word).await, 0, "{word}");
    }
    let lessons = store.lesson_changes(LessonSource::Labels, 0, 100).await.unwrap();
    assert!(lessons.is_empty(), "what has no message teaches nothing");
    assert!(
        store.lesson_basis().await.unwrap().forgotten > 0,
        "and what it taught is learnt anew without it"
    );

    // Verdicts, labels, sites: as before, and twenty later ones.
    let after = house.facets().await;
    assert_eq!(house.matches("is:labelled").await, labelled);
    assert_eq!(house.matches("is:spam").await + house.matches("is:ham").await, 620);
    assert_ne!(before, after);
    remove_rule(store, None, None, noon()).await.unwrap();
    remove_rule(store, None, None, noon()).await.unwrap_err();
    let actions: Vec<_> =
        store.audit_events(None, 99).await.unwrap().into_iter().map(|event| event.action).collect();
    for action in ["retention.set", "retention.run", "retention.removed"] {
        assert!(actions.iter().any(|recorded| recorded == action), "{action}");
    }
}

/// A row of an import that failed and is kept to be mended, with its file.
async fn failed_import(house: &House, word: &str) {
    let store = &*house.store;
    let new = NewImport {
        user_id: Some(house.ana),
        file_name: "comments.csv".to_owned(),
        file: "f1".to_owned(),
        bytes: 1000,
        format: FileFormat::Csv,
        plan: ImportPlan::default(),
        created_at: noon(),
    };
    let import = store.create_import(&new).await.unwrap();
    store.plan_import(import.id, &import.plan, None, noon()).await.unwrap();
    let content = row(1, word, noon()).content;
    let fate = StagedRow::Check {
        content: Box::new(content),
        content_hash: [255; 32],
        label: None,
        reasons: Vec::new(),
    };
    let staged = NewImportRow { number: 1, place: "line 2".to_owned(), fate };
    store.stage_import_rows(import.id, &[staged], 500).await.unwrap();
    store.finish_reading(import.id, None, &FileAccount::default()).await.unwrap();
    let (from, to) = (&[ImportState::Ready][..], ImportState::Running);
    let turn = ImportTurn { id: import.id, from, to, reason: None, by: None, action: None, at: noon() };
    assert!(store.turn_import(&turn).await.unwrap());
    let rows = vec![SettledRow { number: 1, outcome: Err(format!("{word} is refused")) }];
    store.settle_import_rows(import.id, &Settlement { rows, per_minute: None, at: noon() }).await.unwrap();
    std::fs::create_dir(house.path("gavel.db-imports")).unwrap();
    std::fs::write(house.path("gavel.db-imports/f1"), format!("message,email\nx,{}\n", email(word))).unwrap();
}

#[tokio::test]
async fn somebody_who_asks_for_it_is_in_no_file_any_more() {
    let house = House::new().await;
    let store = &*house.store;
    let planted = house.fill(600, |_| noon()).await;
    failed_import(&house, &plant(0)).await;
    let mut left = row(5, &plant(1), noon());
    left.judgement.judged_by = JudgedBy::Fallback;
    store.keep_submissions(&[left]).await.unwrap();
    let (before, labelled) = (house.facets().await, house.matches("is:labelled").await);
    let beside = Beside { imports: house.path("gavel.db-imports"), aside: None };
    for (number, id) in planted.iter().enumerate() {
        let (plant, whole) = (plant(number), house.detection(*id).await);
        let person = match number % 3 {
            0 => DataSubject::Name(format!("{} Surname", plant.to_uppercase())),
            1 => DataSubject::Email(email(&plant).to_uppercase()),
            _ => DataSubject::Ip(whole.content.ip.unwrap()),
        };
        let found = preview(store, &person).await.unwrap();
        assert_eq!(found.detections, [*id], "{person:?}");
        let erased = erase(store, &beside, &person, "They asked for it.", None, noon()).await.unwrap();
        assert!(erased.is_complete() && erased.detections == 1, "{erased:?}");
        let expected = if number == 0 { (1, 1) } else { (usize::from(number == 1), 0) };
        assert_eq!((erased.beside, erased.files), expected, "{number}: {person:?}");
        assert_eq!(preview(store, &person).await.unwrap().count(), 0);
        let row = house.detection(*id).await;
        assert_eq!(row.content, Content { timestamp: row.content.timestamp, ..Content::default() });
        assert_eq!(
            (row.judgement.is_spam, row.judgement.score, row.label, row.site),
            (whole.judgement.is_spam, whole.judgement.score, whole.label, whole.site)
        );
    }
    assert_eq!(house.traces().await, Vec::<String>::new());
    assert_eq!((house.facets().await, house.matches("is:labelled").await), (before, labelled));
    assert!(!house.path("gavel.db-imports/f1").exists());
    let left = store.left_submissions(noon() + TimeDelta::days(1), 9).await.unwrap();
    assert_eq!(left.iter().map(|left| left.content.clone()).collect::<Vec<_>>(), [Content::default()]);
    let events = store.audit_events(None, 100).await.unwrap();
    let erased: Vec<_> = events.iter().filter(|event| event.action == "person.erased").collect();
    assert_eq!(erased.len(), PLANTS);
    assert!(erased.iter().all(|event| event.subject.contains(":sha256:") && event.details["reason"] != ""));
}
