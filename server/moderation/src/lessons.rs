//! The detector learns from moderators' labels, however they were set (one by one, in bulk, or by taking one back), and from the
//! feedback of apps.

use std::{collections::HashMap, sync::Arc};

use domain::{Detection, DetectionId, Label, Learnt, Taught, Teacher, UserId, lessons::TEACHERS_LISTED};
use serde_json::json;
use store::{LessonBasis, LessonSource, NewAuditEvent, Store};

use crate::{Moderation, ModerationError};

/// The sequences of lessons, and how many of the newest are learnt after a start; reading them takes some seconds in the
/// background. What people say counts for more.
pub(crate) const SOURCES: [(LessonSource, u32); 2] =
    [(LessonSource::Labels, 5_000), (LessonSource::Feedback, 1_000)];

/// Labels learnt in one go.
pub(crate) const BATCH: u32 = 100;

/// Learns from labels. All of it may take milliseconds of processor time.
pub trait Learner: Send + Sync {
    /// Learns a label; what the same detection taught before is replaced.
    fn learn(&self, detection: &Detection, label: Label, by: Teacher);

    /// Takes back what a detection taught.
    fn unlearn(&self, detection: DetectionId);

    /// Forgets everything.
    fn forget(&self);

    /// How spam-like a detection is by what was learnt, 0 to 100.
    fn score(&self, detection: &Detection) -> f64;

    /// One that has learnt nothing yet.
    fn anew(&self) -> Arc<dyn Learner>;

    /// How many labels of each teacher count at present.
    fn teachers(&self) -> Vec<(Teacher, usize)>;
}

/// How far the learner has read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LessonsSeen {
    /// What the reading went by.
    basis: LessonBasis,
    /// Number of the last change in each of [`SOURCES`].
    upto: [i64; SOURCES.len()],
}

impl Moderation {
    /// Lets the detector learn what it has not seen yet, and returns how many changes there were; 0 when it is up to date.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_lessons(&self) -> Result<usize, ModerationError> {
        let Some(learner) = self.upstreams.learner.clone() else { return Ok(0) };
        let mut seen = self.lessons_seen.lock().await;
        let basis = self.store.lesson_basis().await?;
        let mut upto = match &*seen {
            Some(seen) if seen.basis == basis => seen.upto,
            // A start, a reset by another process, or a token whose feedback is somebody else's word now.
            _ => {
                learner.forget();
                self.first_lessons().await?
            }
        };
        let mut count = 0;
        for (upto, (source, _)) in upto.iter_mut().zip(SOURCES) {
            let changes = self.store.lesson_changes(source, *upto, BATCH).await?;
            let (after, last) = (*upto, changes.last().map_or(*upto, |change| change.number));
            (count, *upto) = (count + changes.len(), last);
            if changes.is_empty() {
                continue;
            }
            let learner = learner.clone();
            let learnt = tokio::task::spawn_blocking(move || {
                for change in changes {
                    match change.stands {
                        Some((teacher, label)) => learner.learn(&change.detection, label, teacher),
                        None => learner.unlearn(change.detection.id),
                    }
                }
            });
            if learnt.await.is_err() {
                tracing::error!(
                    ?source,
                    after,
                    last,
                    "the detector could not learn some labels; it goes on without them"
                );
            }
        }
        *seen = Some(LessonsSeen { basis, upto });
        Ok(count)
    }

    /// Where reading begins.
    async fn first_lessons(&self) -> Result<[i64; SOURCES.len()], ModerationError> {
        let mut upto = [0; SOURCES.len()];
        for (upto, (source, most)) in upto.iter_mut().zip(SOURCES) {
            *upto = self.store.first_lesson(source, most).await?;
        }
        Ok(upto)
    }

    /// What the detector goes by at present, and who taught it; `None` when nothing learns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn learnt(&self) -> Result<Option<Learnt>, ModerationError> {
        let Some(learner) = &self.upstreams.learner else { return Ok(None) };
        let mut teachers = learner.teachers();
        teachers.sort_by_key(|(_, lessons)| std::cmp::Reverse(*lessons));
        let mut names: HashMap<Teacher, String> = HashMap::new();
        names.extend(self.store.names().await?.into_iter().map(|(id, name)| (Teacher::Person(id), name)));
        let tokens = self.store.api_tokens().await?;
        for token in tokens {
            names.insert(Teacher::PeopleOf(token.id), token.name.clone());
            names.insert(Teacher::App(token.id), token.name);
        }
        let of = |teachers: &[(Teacher, usize)]| teachers.iter().map(|(_, lessons)| lessons).sum();
        let (lessons, listed) = (of(&teachers), teachers.len().min(TEACHERS_LISTED));
        let of_others = of(&teachers[listed..]);
        let teachers = teachers[..listed].iter().map(|(teacher, lessons)| Taught {
            name: names.remove(teacher).unwrap_or_default(),
            kind: teacher.kind(),
            lessons: *lessons,
        });
        Ok(Some(Learnt { lessons, teachers: teachers.collect(), of_others }))
    }

    /// Lets the detector forget all that it was taught. Labels stay; only new ones teach.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_lessons(&self, by: UserId) -> Result<(), ModerationError> {
        let mut seen = self.lessons_seen.lock().await;
        self.store.forget_lessons(Some(by), self.clock.now()).await?;
        // The next look finds the reset; until then nothing of before may count.
        *seen = None;
        if let Some(learner) = &self.upstreams.learner {
            learner.forget();
        }
        Ok(())
    }

    /// Begins to read what the detector is taught, and puts that on record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_lessons(&self, by: UserId) -> Result<LessonReader, ModerationError> {
        let event = NewAuditEvent {
            at: self.clock.now(),
            user_id: Some(by),
            action: "lessons.exported",
            subject: "detector".to_owned(),
            details: json!({}),
        };
        self.store.record(&event).await?;
        Ok(LessonReader::default())
    }

    /// The next page of an export; see [`LessonReader::next_page`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_lessons(
        &self,
        reader: &mut LessonReader,
    ) -> Result<Option<Vec<LessonRow>>, ModerationError> {
        Ok(reader.next_page(&*self.store).await?)
    }
}

/// A label as it is taught.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonRow {
    /// What it is about.
    pub detection: Detection,
    /// The label.
    pub label: Label,
    /// Whose word it is.
    pub teacher: Teacher,
}

/// Reads what the detector learns after a start, page by page: labels first, then feedback of apps, each oldest first.
#[derive(Clone, Debug, Default)]
pub struct LessonReader {
    /// Which of [`SOURCES`] is read.
    source: usize,
    after: Option<i64>,
}

impl LessonReader {
    /// The next page, which may be empty; `None` at the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self, store: &dyn Store) -> store::Result<Option<Vec<LessonRow>>> {
        let Some((source, most)) = SOURCES.get(self.source).copied() else { return Ok(None) };
        let after = match self.after {
            Some(after) => after,
            None => store.first_lesson(source, most).await?,
        };
        let changes = store.lesson_changes(source, after, BATCH).await?;
        match changes.last() {
            Some(last) => self.after = Some(last.number),
            None => *self = Self { source: self.source + 1, after: None },
        }
        // A detection on which both have spoken is in both sequences.
        let is_of_source = |teacher: Teacher| match source {
            LessonSource::Labels => matches!(teacher, Teacher::Person(_)),
            LessonSource::Feedback => !matches!(teacher, Teacher::Person(_)),
        };
        let rows = changes.into_iter().filter_map(|change| {
            let (teacher, label) = change.stands.filter(|(teacher, _)| is_of_source(*teacher))?;
            Some(LessonRow { detection: change.detection, label, teacher })
        });
        Ok(Some(rows.collect()))
    }
}
