//! `gavel check`: messages from the command line or standard input, judged and logged as the web app does it.

mod input;
mod output;
mod words;

use std::{collections::VecDeque, sync::Arc};

use activelayer::ApiError;
use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use detector::SiteKnowledge;
use domain::{Detection, Endpoint, FileFormat, JudgedBy, Origin};
use moderation::{
    Clock, Line, Moderation, ModerationError, NewCheck, Options, SystemClock, Turn, resilience::BudgetLimits,
};
use tokio::{sync::mpsc::Receiver, task::JoinHandle};
use url::Url;

use self::{
    input::{Input, Item},
    output::Output,
};
use super::reading::Reading;
use crate::{
    Failure,
    config::Settings,
    telemetry,
    upstream::{self, BACKGROUND_PATIENCE},
};

/// Most checks under way at once. They share commits of the log; what they print keeps the order of the messages.
const AT_ONCE: usize = 16;

/// A database that is gone with the process: what `--no-log` writes to.
const NOWHERE: &str = "sqlite::memory:";

/// Check messages with ActiveLayer, or with the embedded detector when there is no key, and print the verdicts. Checks are
/// logged like those of the web app and count against the same quota; --no-log keeps them out of the log, not of the quota
#[derive(Args)]
pub(super) struct Check {
    /// Messages to check; without any, standard input is read
    #[arg(value_name = "MESSAGE")]
    messages: Vec<String>,
    /// What stands between two messages on standard input
    #[arg(long, value_name = "WHAT", default_value = "line")]
    separator: Separator,
    /// Format of standard input, when it is more than text; `auto` finds out. Columns are guessed by their names
    #[arg(long, value_name = "FORMAT", conflicts_with = "separator", value_parser = formats())]
    format: Option<Format>,
    /// Site that the messages belong to, as it is shown in the log
    #[arg(long, value_name = "HOST", value_parser = super::site)]
    site: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// Keep the checks out of the log; the database is not opened: no rule holds, and the detector knows no labels
    #[arg(long)]
    no_log: bool,
    #[command(flatten, next_help_heading = "Settings, as for gavel serve")]
    settings: Settings,
}

/// What stands between two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Separator {
    /// The end of a line
    Line,
    /// A blank line
    Blank,
}

/// A format that is told, or to be found out.
#[derive(Clone, Copy, Debug)]
struct Format(Option<FileFormat>);

/// The word for a format that is to be found out.
const AUTO: &str = "auto";

fn formats() -> impl TypedValueParser<Value = Format> {
    let words = FileFormat::ALL.iter().map(|format| format.as_str());
    PossibleValuesParser::new(words.chain([AUTO])).try_map(|word| match word.as_str() {
        AUTO => Ok(Format(None)),
        word => word.parse::<FileFormat>().map(|format| Format(Some(format))),
    })
}

impl Check {
    pub(super) fn run(mut self) -> Result<(), Failure> {
        telemetry::logs::start(self.settings.log_format, "warn");
        let input = self.input();
        let output = Output::new(self.json, !self.no_log, self.activelayer().cloned());
        super::block_on(async move {
            if self.no_log {
                NOWHERE.clone_into(&mut self.settings.place.database);
            }
            let store = store::open(&self.settings.place.database).await?;
            let judged = self.judge(Arc::clone(&store), input, output).await;
            store.close().await;
            judged
        })
    }

    fn input(&mut self) -> Input {
        let messages = std::mem::take(&mut self.messages);
        if !messages.is_empty() {
            return Input::Messages(messages);
        }
        let format = match (self.format, self.separator) {
            (Some(Format(format)), _) => format,
            (None, Separator::Line) => Some(FileFormat::Lines),
            (None, Separator::Blank) => Some(FileFormat::Paragraphs),
        };
        Input::Standard(format, Box::new(self.reading.clone()))
    }

    /// Where ActiveLayer is asked; `None` when the embedded detector judges.
    fn activelayer(&self) -> Option<&Url> {
        self.settings.activelayer_api_key.is_some().then_some(&self.settings.activelayer_base_url)
    }

    /// Checks under way at once: so few that each gets its turn in the budget of the minute while it still has patience.
    fn at_once(&self) -> usize {
        if self.activelayer().is_none() {
            return AT_ONCE;
        }
        turns_within_patience(self.settings.upstream_per_minute).clamp(1, AT_ONCE)
    }

    async fn judge(&self, store: Arc<dyn store::Store>, input: Input, output: Output) -> Result<(), Failure> {
        let moderation = assemble(&self.settings, store).await?;
        let (sender, items) = tokio::sync::mpsc::channel(4 * AT_ONCE);
        let (told, mut outcome) = tokio::sync::oneshot::channel();
        // Not waited for: when nobody takes its messages any more, it may still wait for standard input.
        std::thread::spawn(move || {
            let sent = input.send(&sender);
            // Ahead of the end of the messages, so that it is known when they end.
            let _ = told.send(sent);
        });
        let judged = self.judge_all(&moderation, items, output).await;
        moderation.drain().await;
        judged?;
        outcome.try_recv().unwrap_or(Ok(()))
    }

    async fn judge_all(
        &self,
        moderation: &Arc<Moderation>,
        mut items: Receiver<Item>,
        mut output: Output,
    ) -> Result<(), Failure> {
        let at_once = self.at_once();
        let mut under_way = VecDeque::<(Item, JoinHandle<Option<Verdict>>)>::new();
        let mut line = Line::default();
        let mut is_over = false;
        while !(is_over && under_way.is_empty()) {
            let has_room = !is_over && under_way.len() < at_once;
            let first = under_way.front_mut().map(|(_, handle)| handle);
            let judged = tokio::select! {
                // What is judged is printed before more is taken: somebody may be waiting for it.
                biased;
                verdict = finished(first) => verdict.map_err(|error| Failure::Refused(error.to_string()))?,
                next = items.recv(), if has_room => {
                    match next {
                        Some(item) => {
                            let turn = line.next_turn();
                            let judging = verdict(Arc::clone(moderation), item.clone(), self.site.clone(), turn);
                            under_way.push_back((item, tokio::spawn(judging)));
                        }
                        None => is_over = true,
                    }
                    continue;
                }
            };
            let Some((item, _)) = under_way.pop_front() else { break };
            if !output.print(&item, judged.as_ref())? {
                return Ok(());
            }
            if let Some(Err(error)) = &judged
                && ends_all(error)
            {
                return Err(Failure::Upstream(words::of(error, self.activelayer())));
            }
        }
        output.finish()
    }
}

/// Turns that the budget of the minute gives within half of the patience; the other half is for tries after the first.
fn turns_within_patience(per_minute: u32) -> usize {
    let steady = BudgetLimits { per_minute, ..BudgetLimits::default() }.steady_per_minute();
    usize::try_from(u64::from(steady) * BACKGROUND_PATIENCE.as_secs() / 2 / 60).unwrap_or(usize::MAX)
}

/// Waits for a verdict; for ever, when none is under way.
async fn finished(
    first: Option<&mut JoinHandle<Option<Verdict>>>,
) -> Result<Option<Verdict>, tokio::task::JoinError> {
    match first {
        Some(handle) => handle.await,
        None => std::future::pending().await,
    }
}

/// What came of a message.
type Verdict = Result<Detection, ModerationError>;

/// Asks for a verdict; none for what could not be read.
async fn verdict(
    moderation: Arc<Moderation>,
    item: Item,
    site: Option<String>,
    turn: Turn,
) -> Option<Verdict> {
    let content = item.content.ok()?;
    let check = NewCheck { endpoint: Endpoint::Check, origin: Origin::Paste, site, content };
    Some(moderation.check_in_line(check, turn).await)
}

/// Whether no other message would fare better.
fn ends_all(error: &ModerationError) -> bool {
    use ApiError::{NoPlan, QuotaExhausted, Unauthorized};
    matches!(error, ModerationError::Upstream(Unauthorized { .. } | NoPlan { .. } | QuotaExhausted { .. }))
}

/// The use cases as `gavel serve` has them, with the labels of the log learnt; but ActiveLayer is asked with the patience of
/// work that waits for its turn, since a person is not at a page.
async fn assemble(settings: &Settings, store: Arc<dyn store::Store>) -> Result<Arc<Moderation>, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let knowledge = Arc::<SiteKnowledge>::default();
    let (mut upstreams, judged_by) = upstream::choose(settings, &store, &clock, knowledge).await?;
    if judged_by == JudgedBy::ActiveLayer {
        upstreams.interactive = Arc::clone(&upstreams.background);
    }
    let options = Options { language_of: detector::language_of, ..Options::new(judged_by) };
    let moderation = Moderation::new(store, upstreams, clock, options);
    while judged_by == JudgedBy::Detector
        && moderation.take_lessons().await.map_err(|error| Failure::Refused(error.to_string()))? > 0
    {}
    Ok(moderation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_under_way_as_get_their_turn_in_time() {
        // 50 a minute keep 10 for bursts: 40 a minute go on and on, 10 in the 15 s that are half of the patience.
        assert_eq!(turns_within_patience(50), 10);
        assert_eq!(turns_within_patience(6), 0);
        assert_eq!(turns_within_patience(1_000_000), 249_997);
    }
}
