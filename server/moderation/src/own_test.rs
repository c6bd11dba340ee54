//! How good the embedded detector is on this installation's labels: progressive validation, one label after the other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Detection, JudgedBy, LINES_SHOWN, Label, OwnTest, OwnTestReport, TestLine, USUAL_THRESHOLD};
use store::{LessonBasis, LessonSource};

use crate::{
    Learner, Moderation, ModerationError,
    lessons::{BATCH, SOURCES},
};

/// What figures were measured on: they stand until it changes.
type MeasuredOn = (LessonBasis, i64);

/// The newest figures, and whether newer ones are on their way.
#[derive(Debug, Default)]
pub(crate) struct OwnTests(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    newest: Option<(MeasuredOn, OwnTest)>,
    under_way: bool,
}

impl OwnTests {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives way to the next measurement, however this one ends.
struct UnderWay(Arc<Moderation>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.own_tests.locked().under_way = false;
    }
}

/// Figures that grow label by label.
#[derive(Default)]
struct Tally {
    all: TestLine,
    by_site: HashMap<String, TestLine>,
    by_language: HashMap<String, TestLine>,
}

impl Moderation {
    /// How good the detector is on the newest labels here. What is not measured yet is measured in the background, once for all who
    /// ask; it takes some milliseconds a label. `None` when nothing learns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own_test(self: &Arc<Self>) -> Result<Option<OwnTestReport>, ModerationError> {
        let Some(learner) = self.upstreams.learner.clone() else { return Ok(None) };
        let on = (self.store.lesson_basis().await?, self.store.first_lesson(LessonSource::Labels, 0).await?);
        let starts = {
            let mut state = self.own_tests.locked();
            let is_new = state.newest.as_ref().is_none_or(|(measured, _)| *measured != on);
            let starts = is_new && !state.under_way;
            state.under_way |= starts;
            starts
        };
        if starts {
            let under_way = UnderWay(Arc::clone(self));
            tokio::spawn(async move {
                let this = &under_way.0;
                match this.measure(learner.anew()).await {
                    Ok(test) => this.own_tests.locked().newest = Some((on, test)),
                    Err(error) => {
                        tracing::error!(%error, "the detector could not be measured on the labels here")
                    }
                }
            });
        }
        let state = self.own_tests.locked();
        let test = state.newest.as_ref().map(|(_, test)| test.clone());
        Ok(Some(OwnTestReport { test, under_way: state.under_way }))
    }

    async fn measure(&self, learner: Arc<dyn Learner>) -> Result<OwnTest, ModerationError> {
        let (source, most) = SOURCES[0];
        let mut after = self.store.first_lesson(source, most).await?;
        let mut tally = Tally::default();
        loop {
            let changes = self.store.lesson_changes(source, after, BATCH).await?;
            let Some(last) = changes.last() else { break };
            after = last.number;
            let mut lessons = Vec::with_capacity(changes.len());
            for change in changes {
                if let Some((teacher, label)) = change.stands {
                    let set = self.own_threshold(change.detection.site.as_deref()).await;
                    let threshold = f64::from(set.unwrap_or(USUAL_THRESHOLD));
                    lessons.push((change.detection, teacher, label, threshold));
                }
            }
            let (learner, language_of) = (Arc::clone(&learner), self.options.language_of);
            let counted = tokio::task::spawn_blocking(move || {
                for (detection, teacher, label, threshold) in &lessons {
                    let is_spam = learner.score(detection) >= *threshold;
                    tally.count(detection, language_of(&detection.content.message), is_spam, *label);
                    learner.learn(detection, *label, *teacher);
                }
                tally
            });
            tally = counted.await.map_err(|_| ModerationError::Cancelled)?;
        }
        Ok(tally.finish(self.clock.now()))
    }
}

impl Tally {
    fn count(&mut self, detection: &Detection, language: Option<&str>, is_spam: bool, label: Label) {
        let language = language.and_then(domain::Language::of_code);
        let language = language.map_or_else(|| "unknown".to_owned(), |language| language.name);
        let site = detection.site.clone().unwrap_or_else(|| "no site".to_owned());
        let lines = [
            &mut self.all,
            self.by_site.entry(site).or_default(),
            self.by_language.entry(language).or_default(),
        ];
        for line in lines {
            line.detector.add(is_spam, label.is_spam(), 1);
            if detection.judgement.judged_by == JudgedBy::ActiveLayer {
                line.detector_beside.add(is_spam, label.is_spam(), 1);
                line.active_layer.add(detection.judgement.is_spam, label.is_spam(), 1);
            }
        }
    }

    fn finish(self, at: chrono::DateTime<chrono::Utc>) -> OwnTest {
        let sorted = |lines: HashMap<String, TestLine>| {
            let mut lines: Vec<TestLine> =
                lines.into_iter().map(|(name, line)| TestLine { name, ..line }).collect();
            lines.sort_by(|one, other| {
                other.detector.sum().cmp(&one.detector.sum()).then_with(|| one.name.cmp(&other.name))
            });
            lines.truncate(LINES_SHOWN);
            lines
        };
        let all = TestLine { name: "All labels".to_owned(), ..self.all };
        OwnTest { at, all, by_site: sorted(self.by_site), by_language: sorted(self.by_language) }
    }
}
