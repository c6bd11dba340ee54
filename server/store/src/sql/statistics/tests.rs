//! Whatever happens to the log, the counts are those of a recount.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    BulkKind, BulkState, Circumstances, Content, Days, DecisionId, DetectionId, Endpoint, JudgedBy,
    Judgement, Label, NewDetection, Origin, Role, RowRef, SearchQuery, UserId,
};
use fastrand::Rng;

use super::super::Engine;
use super::{fold, sums};
use crate::{
    Accounts, ApiTokens, AppWords, Bulk, BulkStep, Detections, LabelOutcome, Labels, NewApiToken, NewAppWord,
    NewBulk, NewDecision, NewUser, Rechecks, Statistics,
};

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, 14, 12, 0, 0).unwrap()
}

fn some<T: Copy>(of: &[T], rng: &mut Rng) -> T {
    of[rng.usize(..of.len())]
}

fn judgement(rng: &mut Rng) -> Judgement {
    // Also scores that no scale has, and verdicts that contradict them.
    let judged_by = some(JudgedBy::ALL, rng);
    let is_refused = judged_by == JudgedBy::Refused;
    let score = some(&[-3.0, 0.0, 4.999, 5.0, 49.9, 50.0, 72.5, 99.9, 100.0, 130.0], rng);
    let score = if is_refused { domain::NO_SCORE } else { score };
    Judgement {
        upstream_id: rng.u64(..).to_string(),
        is_spam: if rng.u8(0..9) == 0 { rng.bool() && !is_refused } else { score >= 50.0 },
        score,
        threshold: 50.0,
        execution_ms: some(&[0.0, 0.07, 1.0, 12.3, 480.0, 99_999.0], rng),
        upstream_timestamp: String::new(),
        judged_by,
        signals: Vec::new(),
        raw_answer: "{}".to_owned(),
    }
}

fn row(rng: &mut Rng) -> NewDetection {
    let message = format!("{} {}", some(&["casino", "poker", "garden"], rng), rng.u8(..));
    NewDetection {
        created_at: noon() + TimeDelta::milliseconds(rng.i64(-300_000_000..300_000_000)),
        endpoint: Endpoint::Check,
        origin: some(Origin::ALL, rng),
        site: some(&[None, Some("blog.example.com"), Some("Blog.Example.com"), Some("é.example")], rng)
            .map(str::to_owned),
        content: Content {
            message,
            email: rng.bool().then(|| format!("a{}@mail.test", rng.u8(0..4))),
            ..Content::default()
        },
        content_hash: [0; 32],
        judgement: judgement(rng),
        circumstances: Circumstances {
            submission: None,
            token_id: rng.bool().then_some(domain::ApiTokenId(1)),
            took_ms: rng.bool().then(|| some(&[0.0, 3.0, 250.0], rng)),
            language: None,
            rule: None,
        },
    }
}

/// A log that random things happen to.
struct Life {
    store: Engine,
    rng: Rng,
    ids: Vec<DetectionId>,
    /// Submissions that are still to be judged.
    kept: Vec<NewDetection>,
    decisions: Vec<(DecisionId, UserId)>,
    people: Vec<UserId>,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let store = super::super::fresh::store().await;
        let mut people = Vec::new();
        for name in ["Ana", "Ben"] {
            let user = NewUser {
                email: format!("{name}@example.com"),
                name: name.to_owned(),
                role: Role::Moderator,
                password_hash: String::new(),
                created_at: noon(),
            };
            people.push(store.create_user(&user).await.unwrap().id);
        }
        let token = NewApiToken {
            name: "shop".to_owned(),
            hash: [1; 32],
            prefix: "gvl_0123".to_owned(),
            site: "blog.example.com".to_owned(),
            per_minute: None,
            fallback: domain::Fallback::Pass,
            created_at: noon(),
            bounds: domain::TokenBounds::default(),
            created_by: None,
        };
        store.create_api_token(&token).await.unwrap();
        Self {
            store,
            rng: Rng::with_seed(seed),
            ids: Vec::new(),
            kept: Vec::new(),
            decisions: Vec::new(),
            people,
        }
    }

    fn anyone(&mut self) -> UserId {
        some(&self.people, &mut self.rng)
    }

    async fn happen(&mut self) {
        if self.ids.is_empty() || self.rng.u8(0..3) == 0 {
            self.arrive().await;
            return;
        }
        let id = some(&self.ids, &mut self.rng);
        match self.rng.u8(0..9) {
            0..=2 => self.label(id).await,
            3 => {
                if let Some((decision, by)) = self.decisions.pop() {
                    self.store.undo(decision, by, noon()).await.unwrap();
                }
            }
            4 => {
                let judgement = judgement(&mut self.rng);
                self.store.rejudged(id, &judgement, noon()).await.unwrap();
            }
            5 if self.rng.bool() => self.bulk().await,
            5 => self.say(id).await,
            6 => {
                self.store.count_new().await.unwrap();
            }
            7 => self.change(id).await,
            _ => {
                sqlx::query("DELETE FROM detections WHERE id = $1")
                    .bind(id.0)
                    .execute(&self.store.writer)
                    .await
                    .unwrap();
                self.ids.retain(|other| *other != id);
            }
        }
    }

    async fn arrive(&mut self) {
        if !self.kept.is_empty() && self.rng.bool() {
            let judged = self.kept.swap_remove(self.rng.usize(0..self.kept.len()));
            let appended = self.store.append_detections(&[judged]).await.unwrap();
            // Some engines write words with the rows.
            self.store.index_appended(10).await.unwrap();
            self.ids.extend(appended.iter().map(|row| row.id));
            return;
        }
        let rows: Vec<_> = (0..self.rng.usize(1..30)).map(|_| row(&mut self.rng)).collect();
        if self.rng.bool() {
            self.ids.extend(self.store.insert_detections(&rows).await.unwrap());
            return;
        }
        let kept = self.store.keep_submissions(&rows[..1]).await.unwrap();
        let circumstances = Circumstances { submission: Some(kept[0].id), ..rows[0].circumstances.clone() };
        self.kept.push(NewDetection { circumstances, ..rows[0].clone() });
    }

    async fn label(&mut self, id: DetectionId) {
        let user_id = self.anyone();
        let new = NewDecision {
            detection_id: id,
            label: some(Label::ALL, &mut self.rng),
            user_id,
            decided_at: noon() + TimeDelta::seconds(self.rng.i64(-100_000..900_000)),
            send_after: noon() + TimeDelta::days(20),
            seen_version: None,
            with: domain::LabelParts::default(),
        };
        if let LabelOutcome::Decided(decision) = self.store.decide(&new).await.unwrap() {
            self.decisions.push((decision.id, user_id));
        }
    }

    /// An app's word, on rows that are counted and on such that are not.
    async fn say(&mut self, detection_id: DetectionId) {
        let label = some(Label::ALL, &mut self.rng);
        let word = NewAppWord {
            detection_id,
            token_id: domain::ApiTokenId(1),
            label,
            extra: serde_json::Map::new(),
            said_at: noon(),
            upstream: some(JudgedBy::ALL, &mut self.rng),
            claimed_until: noon(),
        };
        self.store.app_said(&word).await.unwrap();
    }

    async fn bulk(&mut self) {
        let user_id = self.anyone();
        let kind = some(&[BulkKind::Spam, BulkKind::Ham], &mut self.rng);
        let rows: Vec<RowRef> = self.ids.iter().take(9).map(|id| RowRef { id: *id, version: 0 }).collect();
        let (created_at, send_after) = (noon(), noon() + TimeDelta::seconds(10));
        let with = domain::LabelParts::default();
        let new = NewBulk { user_id, kind, with, q: None, rows, created_at, send_after };
        let action = self.store.start_bulk(&new).await.unwrap();
        let step = BulkStep { id: action.id, at: noon(), send_after, limit: 100 };
        self.store.bulk_label(&step).await.unwrap();
        if self.rng.bool() {
            let (from, to) = ([BulkState::Done], BulkState::Undoing);
            self.store.turn_bulk(action.id, user_id, &from, to, noon()).await.unwrap();
            self.store.bulk_undo(&step).await.unwrap();
        }
    }

    /// What no code of ours does, but an import or a person with the file may.
    async fn change(&mut self, id: DetectionId) {
        let sql = some(
            &[
                "UPDATE detections SET site = 'other.example' WHERE id = $1",
                "UPDATE detections SET site = NULL, token_id = NULL WHERE id = $1",
                "UPDATE detections SET created_at = created_at + 7200000, label = 'spam', labelled_at = created_at WHERE id = $1",
                "UPDATE detections SET took_ms = 77, is_spam = NOT is_spam, origin = 'import' WHERE id = $1",
                "UPDATE detection_contents SET execution_ms = execution_ms + 100 WHERE detection_id = $1",
            ],
            &mut self.rng,
        );
        sqlx::query(sql).bind(id.0).execute(&self.store.writer).await.unwrap();
        // Nothing follows a row to another hour.
        let wider = "UPDATE check_hours SET first_id = CASE WHEN first_id < $1 THEN first_id ELSE $1 END,
                                            last_id = CASE WHEN last_id > $1 THEN last_id ELSE $1 END";
        sqlx::query(wider).bind(id.0).execute(&self.store.writer).await.unwrap();
    }

    /// Searches that the counts answer, or that look as if they did: counted in either way they give the same.
    async fn searches_agree(&self) {
        let times = [
            "after:2025-02-12",
            "before:2025-02-15",
            "after:2025-02-13 before:2025-02-16",
            "after:2025-02-13T05:00:00Z before:2025-02-15T22:00:00Z",
            "after:2025-02-13T05:30:00Z",
            "-after:2025-02-14",
        ];
        let terms = [
            "",
            "is:spam",
            "-is:spam",
            "is:labelled",
            "is:unlabelled",
            "is:disputed",
            "-is:disputed",
            "is:waiting",
            "app:spam",
            "-app:none",
            "is:contested",
            "is:late",
            "label:ham",
            "-label:ham",
            "site:BLOG.example.com",
            "-site:blog.example.com",
            "site:*",
            "-site:*",
            "site:b*",
            "token:SHOP",
            "-token:shop",
            "token:*",
            "from:api is:ham",
            "-judged:fallback",
            "is:refused",
            "-is:refused",
            "casino",
        ];
        let mut summed = 0;
        for (time, term) in times.into_iter().flat_map(|time| terms.map(|term| (time, term))) {
            let query = SearchQuery::parse(&format!("{time} {term}")).unwrap();
            let found = self.store.search_below(&query, None, 100_000, noon()).await.unwrap().len() as u64;
            if let Some(sum) = sums::count(&query, noon(), &self.store.readers).await.unwrap() {
                assert_eq!(sum, found, "{query}");
                summed += 1;
            }
        }
        // Whole days with all terms but two, whole hours with verdict and site.
        assert_eq!(summed, 3 * 20 + 7, "no search was counted another way than meant");
    }

    /// What charts of days and of weeks read adds up to what the log has in that range.
    async fn reads_agree(&self) {
        self.store.count_new().await.unwrap();
        let (day, many) = (noon().date_naive(), 150);
        let ranges = [Days::up_to(day, 2), Days::up_to(day + TimeDelta::days(3), many)];
        for (days, site) in ranges.into_iter().flat_map(|days| {
            [None, Some("BLOG.example.com"), Some("é.example"), Some("")].map(|site| (days, site))
        }) {
            let logged = async |condition: &str, time: &str| -> u64 {
                let sql = format!(
                    "SELECT count(*) FROM detections WHERE judged_by <> 'refused' AND {condition} AND {time} >= $1 AND {time} < $2
                     AND ($3 IS NULL OR coalesce(site, '') = $3 COLLATE NOCASE)"
                );
                let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                    .bind(days.start().timestamp_millis())
                    .bind(days.end().timestamp_millis())
                    .bind(site);
                let count: i64 = count.fetch_one(&self.store.readers).await.unwrap();
                count.unsigned_abs()
            };
            let counts = self.store.counts(days, site).await.unwrap();
            let all = logged("TRUE", "created_at").await;
            let spent = logged("judged_by NOT IN ('fallback', 'rule')", "created_at").await;
            let said = logged("app_word IS NOT NULL", "created_at").await;
            let decided = logged("label IS NOT NULL", "labelled_at").await;
            let sums = [
                ("days", counts.days.iter().map(|count| count.checks).sum(), all),
                ("sites", counts.sites.iter().map(|count| count.checks).sum(), all),
                ("scores", counts.scores.iter().map(|count| count.checks).sum(), all),
                ("words", counts.words.iter().map(|count| count.checks).sum(), said),
                ("askers", counts.askers.iter().map(|count| count.checks).sum(), spent),
                ("executions", counts.executions.iter().map(|count| count.count).sum(), spent),
                (
                    "answers",
                    counts.answers.iter().map(|count| count.count).sum::<u64>(),
                    logged("took_ms IS NOT NULL", "created_at").await,
                ),
                ("decisions", counts.decisions.iter().map(|count| count.count).sum(), decided),
                ("deciders", counts.deciders.iter().map(|count| count.spread.count).sum(), decided),
            ];
            for (what, read, logged) in sums {
                assert_eq!(read, logged, "{what}, {days}, {site:?}");
            }
            let columns: Vec<_> =
                days.slots(days.long_step()).iter().map(|slot| slot.start.date_naive()).collect();
            assert!(counts.days.iter().all(|count| columns.contains(&count.day)), "added up by column");
            assert!(counts.decisions.iter().all(|count| columns.contains(&count.day)));
        }
    }

    async fn differences(&self) -> Vec<String> {
        self.store.count_new().await.unwrap();
        let mut connection = self.store.writer.acquire().await.unwrap();
        fold::differences(&mut connection).await.unwrap()
    }
}

#[tokio::test]
async fn counts_are_what_a_recount_finds() {
    for seed in 0..12 {
        let mut life = Life::begin(seed).await;
        for step in 0..120 {
            life.happen().await;
            if step % 20 == 19 {
                if step % 60 == 59 {
                    life.searches_agree().await;
                    life.reads_agree().await;
                }
                assert_eq!(life.differences().await, Vec::<String>::new(), "seed {seed}, step {step}");
            }
        }
    }
}
