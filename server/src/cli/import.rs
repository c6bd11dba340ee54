//! `gavel import`: a file's content is checked, row by row, by a running Gavel or by this very command.

use std::{
    fs::File,
    io::{IsTerminal, Write},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{
    AtQuota, Endpoint, FileAccount, FileFormat, Import as Stored, ImportCost, ImportId, ImportPlan,
    ImportState, Role, TakenLabels, import::FILE_MAX_BYTES, paging::grouped, time::exact,
};
use moderation::{Chore, Clock, Moderation, ModerationError, NewFile, SystemClock, create_private};
use tokio_util::sync::CancellationToken;

use super::{
    account,
    reading::{self, Reading},
};
use crate::{
    Failure,
    config::Settings,
    serve::{stop_signal, use_cases},
};

/// How often the import is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How often a line is written where it cannot be overwritten.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Characters of the bar.
const BAR: usize = 24;

#[derive(Args)]
pub(super) struct Import {
    /// The file: a table, JSON, an export of WordPress or Disqus, mail or plain text; also packed with gzip or zip
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Site that the content belongs to, as it is shown in the log
    #[arg(long, value_name = "HOST", value_parser = super::site)]
    site: Option<String>,
    /// How the file is written; found out when not given
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<FileFormat>,
    /// Which check to ask for
    #[arg(long, value_name = "CHECK", default_value = "check-comment", value_parser = endpoints())]
    check: Endpoint,
    /// Leave out rows that say they are older than this day, as in 2025-02-01
    #[arg(long, value_name = "DAY")]
    after: Option<NaiveDate>,
    /// Also check a text that stands further up in the file
    #[arg(long)]
    keep_duplicates: bool,
    /// Also check a text that the log has already
    #[arg(long)]
    keep_known: bool,
    /// Take labels of the file over as decisions of the moderator with this e-mail address; they can be taken back on the
    /// import's page. Without it they are compared with the verdicts
    #[arg(long, value_name = "EMAIL")]
    take_labels: Option<String>,
    /// Also send these labels to ActiveLayer as feedback, one request each
    #[arg(long, requires = "take_labels")]
    tell_labels: bool,
    /// What to do when the quota ends before the rows: wait for the next period, or stop there
    #[arg(long, value_name = "WHAT", default_value = "wait", value_parser = at_quota())]
    at_quota: AtQuota,
    /// Wait until all rows are checked, showing how far it is; checks them itself where no Gavel is running
    #[arg(long)]
    wait: bool,
    #[command(flatten, next_help_heading = "How the file is read; found out when not given")]
    reading: Reading,
    #[command(flatten, next_help_heading = "Settings, as for gavel serve")]
    settings: Settings,
}

fn formats() -> impl TypedValueParser<Value = FileFormat> {
    PossibleValuesParser::new(FileFormat::ALL.iter().map(|format| format.as_str()))
        .try_map(|word| word.parse::<FileFormat>())
}

fn endpoints() -> impl TypedValueParser<Value = Endpoint> {
    PossibleValuesParser::new(Endpoint::ALL.iter().map(|endpoint| endpoint.as_str()))
        .try_map(|word| word.parse::<Endpoint>())
}

fn at_quota() -> impl TypedValueParser<Value = AtQuota> {
    PossibleValuesParser::new(AtQuota::ALL.iter().map(|what| what.as_str()))
        .try_map(|word| word.parse::<AtQuota>())
}

impl Import {
    pub(super) fn run(self) -> Result<(), Failure> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let store = store::open(&self.settings.place.database).await?;
            let moderation = use_cases(&self.settings, &clock, &store).await?;
            let stop = CancellationToken::new();
            let keeping = tokio::spawn(Arc::clone(&moderation).keep_leases(&[Chore::Imports], stop.clone()));
            let working = tokio::spawn({
                let (moderation, stop) = (Arc::clone(&moderation), stop.clone());
                async move { moderation.work_on_imports(&stop).await }
            });
            let interrupted = stop_signal()?;
            let done = tokio::select! {
                done = self.import(&moderation, &*store) => done,
                () = interrupted => Err(Failure::Refused(
                    "interrupted; the import goes on where it was when Gavel runs next".to_owned(),
                )),
            };
            stop.cancel();
            let worked = working.await;
            keeping.await.map_err(std::io::Error::other)?;
            moderation.drain().await;
            store.close().await;
            done?;
            Ok(worked.map_err(std::io::Error::other)??)
        })
    }

    async fn import(&self, moderation: &Arc<Moderation>, store: &dyn store::Store) -> Result<(), Failure> {
        let labels = self.labels(store).await?;
        let id = self.hand_over(moderation, labels).await.map_err(super::refused)?;
        let ready = follow(moderation, id, &[ImportState::Ready]).await?;
        let cost = moderation.import_cost(id).await.map_err(super::refused)?;
        let account = moderation.import_account(id).await.map_err(super::refused)?.unwrap_or_default();
        let guesses = moderation.import_guesses(id).await.map_err(super::refused)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "Import {}: {}", id.0, staged_words(&ready, &account))?;
        for line in reading::lines(&guesses).into_iter().chain(account::lines(&account)) {
            writeln!(out, "{line}")?;
        }
        if let Some(problem) = &ready.problem {
            writeln!(out, "{problem} What was read before that counts.")?;
        }
        writeln!(out, "{}", cost_words(&cost))?;
        drop(out);
        // The learner first: verdicts of the detector go by what moderators taught it.
        while moderation.take_lessons().await.map_err(super::refused)? > 0 {}
        let started = moderation.start_import(id, Some(self.at_quota), None).await.map_err(super::refused)?;
        if !self.wait && started.state != ImportState::Done {
            let words =
                "Its rows are checked by the Gavel that runs on this database, or when one runs next.";
            return Ok(writeln!(std::io::stdout(), "{words}")?);
        }
        let over = [ImportState::Done, ImportState::Paused, ImportState::Cancelled];
        let over = follow(moderation, id, &over).await?;
        writeln!(std::io::stdout(), "{}", result_words(&over, &account))?;
        if let Some(words) = label_words(&over) {
            writeln!(std::io::stdout(), "{words}")?;
        }
        match over.state {
            ImportState::Done => Ok(()),
            _ => {
                Err(Failure::Refused(over.reason.unwrap_or_else(|| format!("the import is {}", over.state))))
            }
        }
    }

    /// In whose name labels are taken over, if they are.
    async fn labels(&self, store: &dyn store::Store) -> Result<Option<TakenLabels>, Failure> {
        let Some(email) = &self.take_labels else { return Ok(None) };
        let user = store.user_by_email(email).await?.map(|(user, _)| user);
        match user.filter(|user| user.role.allows(Role::Moderator)) {
            Some(user) => Ok(Some(TakenLabels { by: user.id, tell: self.tell_labels })),
            None => Err(Failure::Refused(format!("--take-labels {email}: no moderator has this address"))),
        }
    }

    async fn hand_over(
        &self,
        moderation: &Moderation,
        labels: Option<TakenLabels>,
    ) -> Result<ImportId, ModerationError> {
        let invalid = |problem: String| {
            ModerationError::Invalid(vec![domain::FieldError { field: "file".to_owned(), problem }])
        };
        let shown = self.file.display();
        let size =
            tokio::fs::metadata(&self.file).await.map_err(|error| invalid(format!("{shown}: {error}")))?;
        if size.len() > FILE_MAX_BYTES {
            return Err(invalid(format!("{shown} is larger than 1 GiB; split it, or pack it with gzip")));
        }
        // A copy: the import goes on after a restart, wherever the file is by then.
        let (file, path) = moderation.new_import_file().await?;
        let copied =
            File::open(&self.file).and_then(|mut file| std::io::copy(&mut file, &mut create_private(&path)?));
        if let Err(error) = copied {
            drop(tokio::fs::remove_file(&path).await);
            return Err(invalid(format!("{shown}: {error}")));
        }
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let reading = self.reading.choices(self.format);
        let new = NewFile { by: None, name, file, site: self.site.clone(), reading };
        let import =
            moderation.receive_settled(new, |plan| self.choose(plan, labels), reading::doubt).await?;
        Ok(import.id)
    }

    /// Puts what the flags say ahead of what was guessed, or chosen for the site's last import.
    fn choose(&self, plan: &mut ImportPlan, labels: Option<TakenLabels>) {
        self.reading.map(&mut plan.mapping);
        plan.endpoint = self.check;
        plan.skip_duplicates = !self.keep_duplicates;
        plan.skip_known = !self.keep_known;
        plan.after = self.after.map(|day| day.and_time(NaiveTime::MIN).and_utc());
        plan.at_quota = self.at_quota;
        plan.labels = labels;
    }
}

/// Shows how far an import is until it is in one of these states.
async fn follow(moderation: &Moderation, id: ImportId, until: &[ImportState]) -> Result<Stored, Failure> {
    let mut line = ProgressLine::default();
    loop {
        let import = moderation.import(id).await.map_err(super::refused)?;
        if until.contains(&import.state) || import.state == ImportState::Cancelled {
            line.end()?;
            return Ok(import);
        }
        line.show(&import, moderation.now())?;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// One line on standard error that is written over and over; where that is no terminal, a line now and then.
#[derive(Default)]
struct ProgressLine {
    width: usize,
    written: Option<Instant>,
}

impl ProgressLine {
    fn show(&mut self, import: &Stored, now: DateTime<Utc>) -> std::io::Result<()> {
        let words = progress_words(import, now);
        let mut err = std::io::stderr().lock();
        if err.is_terminal() {
            let width = std::mem::replace(&mut self.width, words.chars().count());
            write!(err, "\r{words:<width$}")?;
            return err.flush();
        }
        if self.written.is_none_or(|written| written.elapsed() >= LINE_EVERY) {
            self.written = Some(Instant::now());
            writeln!(err, "{words}")?;
        }
        Ok(())
    }

    fn end(&mut self) -> std::io::Result<()> {
        if self.width > 0 {
            write!(std::io::stderr(), "\r{:<width$}\r", "", width = self.width)?;
            self.width = 0;
        }
        Ok(())
    }
}

fn progress_words(import: &Stored, _now: DateTime<Utc>) -> String {
    let counts = &import.counts;
    if import.state == ImportState::Reading {
        return format!(
            "{} read: {} rows",
            bar(percent(import.bytes_read, import.bytes)),
            grouped(counts.rows())
        );
    }
    let mut words = vec![
        format!(
            "{} {} of {}",
            bar(counts.percent_done()),
            grouped(counts.checked() + counts.failed),
            grouped(counts.checked() + counts.failed + counts.waiting)
        ),
        format!("{} spam", grouped(counts.spam)),
        format!("{} ham", grouped(counts.ham)),
    ];
    if counts.failed > 0 {
        words.push(format!("{} failed", grouped(counts.failed)));
    }
    if let Some(pace) = import.per_minute.filter(|pace| *pace >= 1.0) {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a pace and a number of minutes to show"
        )]
        let (pace, minutes) = (pace.round() as u64, (counts.waiting as f64 / pace).ceil() as u64);
        words.push(format!("{} a minute, about {} min left", grouped(pace), grouped(minutes)));
    }
    words.extend(import.reason.clone());
    words.join(" · ")
}

fn bar(percent: f64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a few characters"
    )]
    let full = (percent.clamp(0.0, 100.0) / 100.0 * BAR as f64) as usize;
    format!("[{}{}] {percent:>3.0} %", "#".repeat(full), ".".repeat(BAR - full))
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a file stay far below 2^52")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 / whole as f64 * 100.0 }
}

fn staged_words(import: &Stored, account: &FileAccount) -> String {
    let counts = &import.counts;
    format!(
        "{} rows in {} ({}): {} to check, {} duplicates, {} known to the log, {} too old, {}",
        grouped(counts.rows()),
        import.file_name,
        import.format.title(),
        grouped(counts.waiting),
        grouped(counts.duplicates),
        grouped(counts.known),
        grouped(counts.old),
        account::failed(counts.failed, account)
    )
}

fn cost_words(cost: &ImportCost) -> String {
    let mut words = format!("It takes {} checks", grouped(cost.checks));
    if let Some(minutes) = cost.minutes() {
        words.push_str(&format!(", about {} min at the present budget", grouped(minutes)));
    }
    if cost.feedback > 0 {
        words.push_str(&format!(", and {} requests for feedback", grouped(cost.feedback)));
    }
    match cost.left {
        Some(left) if cost.is_enough() => {
            let after = grouped(cost.left_after().unwrap_or_default());
            words.push_str(&format!("; {} of the quota are left now, {after} afterwards.", grouped(left)));
        }
        Some(left) => {
            let rest = grouped(cost.checks - cost.fits());
            words.push_str(&format!("; the quota has {} left: {rest} rows do not fit", grouped(left)));
            match cost.resets_at {
                Some(at) => words.push_str(&format!(" before the next period begins ({}).", exact(at))),
                None => words.push('.'),
            }
        }
        None => words.push_str("; the quota is not known."),
    }
    words
}

fn result_words(import: &Stored, account: &FileAccount) -> String {
    let counts = &import.counts;
    format!(
        "{}: {} checked ({} spam, {} ham), {} left out, {}, {} not checked. In the log: import:{}",
        import.state,
        grouped(counts.checked()),
        grouped(counts.spam),
        grouped(counts.ham),
        grouped(counts.skipped()),
        account::failed(counts.failed, account),
        grouped(counts.waiting),
        import.id.0
    )
}

/// What the file knew, beside what the verdicts say.
fn label_words(import: &Stored) -> Option<String> {
    let labels = &import.labels;
    let agreement = labels.agreement()?;
    let taken = if labels.set > 0 {
        format!(" {} labels were taken over as decisions.", grouped(labels.set))
    } else {
        String::new()
    };
    Some(format!(
        "Labels of the file: {agreement:.1} % of {} agree with the verdicts. Spam: {} found, {} missed; ham: {} taken for spam, {} \
         passed.{taken}",
        grouped(labels.compared()),
        grouped(labels.spam_found),
        grouped(labels.spam_missed),
        grouped(labels.ham_accused),
        grouped(labels.ham_passed)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_told_before_it_is_paid() {
        let cost =
            ImportCost { checks: 5000, left: Some(1200), resets_at: None, per_minute: Some(40), feedback: 0 };
        assert_eq!(
            cost_words(&cost),
            "It takes 5,000 checks, about 125 min at the present budget; the quota has 1,200 left: 3,800 rows do not fit."
        );
        let cost = ImportCost { left: Some(6000), ..cost };
        assert!(cost_words(&cost).ends_with("; 6,000 of the quota are left now, 1,000 afterwards."));
    }

    #[test]
    fn the_bar_is_as_full_as_the_work_is_done() {
        assert_eq!(bar(50.0), "[############............]  50 %");
        assert_eq!(bar(100.0), "[########################] 100 %");
    }
}
