//! Which alerts are due, given how things stand: nothing here asks or writes anything.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Alert, AlertId, AlertKind, AlertRules, BoundedCount, Callback, Outlook, QuotaForecast, RefusalCount,
    RefusalKind, SearchQuery, UsageSample, WordPressSite, paging::grouped, statistics::site_term,
    time::minute, upstream::BackupReport,
};
use store::{NewAlert, SiteSpam};

/// How long the upstream must have been away. A restart of its server is over by then.
const AWAY_FOR: TimeDelta = TimeDelta::minutes(2);

/// How long a check that was refused for want of a plan counts, when `/stats` is answered meanwhile.
const NO_PLAN_FOR: TimeDelta = TimeDelta::minutes(10);

/// Refusals of feedback within the last hour that are no chance: a deleted detection is one or two.
const REFUSALS: u64 = 3;

/// Refused requests of a token that are no slip of a hand.
const REFUSED_REQUESTS: u64 = 3;

/// A forecast is told when it is sure of the period, or when the quota runs out within so many days.
const SOON: TimeDelta = TimeDelta::days(7);

/// A lifetime plan that runs out within this time is told.
const LIFETIME_SOON: TimeDelta = TimeDelta::days(30);

/// Spam messages of a site in an hour below which nothing is a wave.
const SMALLEST_WAVE: f64 = 20.0;

/// A wave is over at less than half of what began it, so below this many messages in an hour none lasts.
pub(super) const WAVE_LEAST: f64 = SMALLEST_WAVE / 2.0;

/// How things stand. `None` means that nobody knows: what is unknown neither opens nor ends an alert, so a restart does
/// not end what it has not looked at yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Now.
    pub now: DateTime<Utc>,
    /// Whether the detector in the program is the upstream.
    pub embedded: bool,
    /// The newest figures of the quota.
    pub quota: Option<UsageSample>,
    /// How long it lasts.
    pub forecast: QuotaForecast,
    /// Whether the upstream was heard of, and since when it is away.
    pub reach: Option<Reach>,
    /// What `/verify` or any other call said of the key.
    pub key_valid: Option<bool>,
    /// When a call was last refused for want of a plan, and when one was answered.
    pub no_plan_at: Option<DateTime<Utc>>,
    /// When usage was last told, which takes a plan.
    pub plan_seen_at: Option<DateTime<Utc>>,
    /// Feedback on its way.
    pub feedback: FeedbackTrouble,
    /// Spam of the last hour by site, of those that got [`WAVE_LEAST`] messages or more; the others have no wave.
    pub spam: Vec<SiteSpam>,
    /// Budgets, and what is spent of them.
    pub budgets: Vec<BudgetLine>,
    /// Requests of apps that were refused lately.
    pub refusals: Vec<RefusalCount>,
    /// Checks of the last seven days whose app was told something else than what stands now.
    pub late: BoundedCount,
    /// How backups are going, where they are asked for.
    pub backups: Option<BackupReport>,
    /// Where apps hear of decisions, and how that goes.
    pub callbacks: Vec<Callback>,
    /// WordPress sites, and how the work on them goes.
    pub wordpress: Vec<WordPressSite>,
}

/// Whether the upstream answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Answers,
    /// It does not.
    Away {
        /// Since when.
        since: DateTime<Utc>,
        /// What the last call ran into.
        error: String,
    },
}

/// Feedback that does not get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedbackTrouble {
    /// Waiting after three attempts or more.
    pub stuck: u64,
    /// Refused for good within the last hour.
    pub refused: u64,
}

/// A budget as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    /// The budget and the window that it counts in; another window is another subject.
    pub subject: String,
    /// Whose it is: "The budget of the site shop.example.com".
    pub name: String,
    /// Checks spent.
    pub spent: u64,
    /// Checks allowed.
    pub limit: u64,
    /// Whether the fallback answers from there on.
    pub is_hard: bool,
    /// When it starts anew.
    pub resets_at: Option<DateTime<Utc>>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An alert begins.
    Open(NewAlert),
    /// An alert is over, and how.
    Clear(AlertId, String),
}

/// How one thing stands.
enum State {
    On { what: String, advice: String, link: String },
    Off(String),
    Unknown,
}

impl State {
    fn on(what: impl Into<String>, advice: impl Into<String>, link: impl Into<String>) -> Self {
        Self::On { what: what.into(), advice: advice.into(), link: link.into() }
    }

    fn off(over: &str) -> Self {
        Self::Off(over.to_owned())
    }
}

struct Finding {
    kind: AlertKind,
    subject: String,
    state: State,
}

/// What opens and what is over, given how things stand and what is open.
pub fn changes(snapshot: &Snapshot, rules: &AlertRules, open: &[Alert]) -> Vec<Change> {
    let is_open = |kind: AlertKind, subject: &str| {
        open.iter().any(|alert| alert.kind == kind && alert.subject == subject)
    };
    let mut findings = quota_marks(snapshot, rules);
    findings.extend(quota_forecast(snapshot, rules, &is_open));
    if rules.upstream && !snapshot.embedded {
        findings.extend(upstream(snapshot));
    }
    if rules.upstream {
        findings.push(feedback(snapshot));
    }
    if let Some(times) = rules.spam_wave {
        findings.extend(spam_waves(snapshot, f64::from(times), open));
    }
    if let Some(least) = rules.late {
        findings.push(late(snapshot.late, least));
    }
    findings.extend(snapshot.budgets.iter().map(budget));
    findings.extend(refused_requests(&snapshot.refusals));
    findings.extend(snapshot.backups.as_ref().map(backup));
    findings.extend(snapshot.callbacks.iter().map(|one| callback(one, snapshot.now)));
    findings.extend(snapshot.wordpress.iter().map(|one| wordpress(one, snapshot.now)));
    // It opens elsewhere, before any of this can be looked at. That this is being looked at, to be written, says that it is over.
    findings.push(Finding {
        kind: AlertKind::LogNotWritten,
        subject: String::new(),
        state: State::off("Everything can be written again."),
    });
    let opened = findings.iter().filter(|found| !is_open(found.kind, &found.subject)).filter_map(|found| {
        let State::On { what, advice, link } = &found.state else { return None };
        Some(Change::Open(NewAlert {
            kind: found.kind,
            subject: found.subject.clone(),
            what: what.clone(),
            advice: advice.clone(),
            link: link.clone(),
            opened_at: snapshot.now,
        }))
    });
    let cleared = open.iter().filter_map(|alert| {
        let found = findings.iter().find(|found| found.kind == alert.kind && found.subject == alert.subject);
        let over = match found.map(|found| &found.state) {
            Some(State::On { .. } | State::Unknown) => return None,
            Some(State::Off(over)) => over.clone(),
            None if is_unheard_of(alert, snapshot) => return None,
            None => gone(alert.kind).to_owned(),
        };
        Some(Change::Clear(alert.id, over))
    });
    opened.chain(cleared).collect()
}

/// Whether an alert that no rule speaks of is left alone: without figures nobody knows whether its period is over.
fn is_unheard_of(alert: &Alert, snapshot: &Snapshot) -> bool {
    matches!(alert.kind, AlertKind::QuotaMark | AlertKind::QuotaForecast) && snapshot.quota.is_none()
}

/// How an alert ended that no rule speaks of any more: its period is over, or nobody wants to be told.
fn gone(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::QuotaMark | AlertKind::QuotaForecast => "A new period began, or the rule was changed.",
        AlertKind::BudgetSpent => "The budget started anew or was changed.",
        AlertKind::RequestsRefused => "For six hours no request of it was refused.",
        AlertKind::RevokedInUse => "Nobody has used it for six hours.",
        AlertKind::BackupLate => "The settings ask for no more backups.",
        AlertKind::CallbackFailing => "It was taken away.",
        _ => "The rule was changed.",
    }
}

/// The period in words that also tell one from another: `11/2026`.
fn period(sample: &UsageSample) -> String {
    sample.period.map_or_else(|| "lifetime".to_owned(), |(month, year)| format!("{month:02}/{year}"))
}

fn anew(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "It does not start anew by itself.".to_owned(),
        |at| format!("It renews on {}.", minute(at)),
    )
}

#[expect(clippy::cast_precision_loss, reason = "checks are far below 2^52")]
fn quota_marks(snapshot: &Snapshot, rules: &AlertRules) -> Vec<Finding> {
    let Some(sample) = &snapshot.quota else { return Vec::new() };
    // A plan without a limit has no marks, and what could not be read tells nothing.
    let (Some(total), Some(spent)) = (sample.total.filter(|total| *total > 0), sample.used) else {
        return Vec::new();
    };
    let used = spent as f64 * 100.0 / total as f64;
    let marks = rules.quota_marks.iter();
    let highest = marks.clone().filter(|mark| used >= f64::from(**mark)).max();
    let finding = |mark: &u32| {
        let is_out = *mark >= 100 || sample.is_used_up();
        let is_passed = highest.is_some_and(|highest| highest > mark);
        let state = if is_passed {
            // The higher mark says it all: this one is not told beside it, nor is it over.
            State::Unknown
        } else if used >= f64::from(*mark) {
            let what = format!(
                "{used:.0} % of the quota is used: {} of {} checks. {}",
                grouped(spent),
                grouped(total),
                anew(sample.resets_at())
            );
            let advice = if is_out {
                "Until then the fallback of each site answers. Upgrade the plan, or wait."
            } else {
                "See who spends it, set budgets for sites that spend too much, or upgrade the plan."
            };
            State::on(what, advice, "/stats")
        } else {
            State::off("Less than that is used again.")
        };
        Finding { kind: AlertKind::QuotaMark, subject: format!("{mark} % of {}", period(sample)), state }
    };
    marks.map(finding).collect()
}

fn quota_forecast(
    snapshot: &Snapshot,
    rules: &AlertRules,
    is_open: &dyn Fn(AlertKind, &str) -> bool,
) -> Option<Finding> {
    let sample = snapshot.quota.as_ref().filter(|_| rules.forecast)?;
    let (kind, subject) = (AlertKind::QuotaForecast, period(sample));
    let state = match snapshot.forecast.outlook {
        Outlook::RunsOut { at, latest, .. } => {
            let is_sure = match sample.resets_at() {
                Some(_) => latest.is_some() || at - snapshot.now < SOON,
                None => at - snapshot.now < LIFETIME_SOON,
            };
            if is_sure && snapshot.forecast.days_known > 0 || is_open(kind, &subject) {
                let what = format!("{} {}", snapshot.forecast.sentence(), anew(sample.resets_at()));
                State::on(
                    what,
                    "See who spends it, set budgets for sites, or upgrade the plan in time.",
                    "/stats",
                )
            } else {
                State::Unknown
            }
        }
        // While it may still run out on a busy day, what was told stands.
        Outlook::Lasts { earliest: None, .. } => State::off("At the present pace the quota lasts."),
        Outlook::Lasts { .. } | Outlook::UsedUp | Outlook::Unknown => State::Unknown,
    };
    Some(Finding { kind, subject, state })
}

fn upstream(snapshot: &Snapshot) -> Vec<Finding> {
    let finding = |kind, state| Finding { kind, subject: String::new(), state };
    let reach = match &snapshot.reach {
        None => State::Unknown,
        Some(Reach::Answers) => {
            State::off("ActiveLayer answers again. What the fallback judged is checked again.")
        }
        Some(Reach::Away { since, error }) if snapshot.now - *since >= AWAY_FOR => State::on(
            format!("ActiveLayer has not answered since {}: {error}.", minute(*since)),
            "The fallback of each site answers, and all of it is judged again later. Check the server's network and ActiveLayer's status.",
            "/health",
        ),
        Some(Reach::Away { .. }) => State::Unknown,
    };
    let key = match snapshot.key_valid {
        None => State::Unknown,
        Some(true) => State::off("ActiveLayer accepts the key again."),
        Some(false) => State::on(
            "ActiveLayer does not accept the API key.",
            "It may be deleted, revoked or mistyped. Create one under API Tokens and start Gavel with it as ACTIVELAYER_API_KEY.",
            "/health",
        ),
    };
    let plan = match (snapshot.no_plan_at, snapshot.plan_seen_at) {
        (Some(at), seen) if snapshot.now - at < NO_PLAN_FOR || seen.is_none_or(|seen| seen < at) => {
            State::on(
                "The ActiveLayer account has no active plan.",
                "Activate a plan in the ActiveLayer dashboard. Until then the fallback of each site answers.",
                "/health",
            )
        }
        (_, Some(_)) => State::off("There is a plan again."),
        (_, None) => State::Unknown,
    };
    vec![
        finding(AlertKind::UpstreamUnreachable, reach),
        finding(AlertKind::KeyInvalid, key),
        finding(AlertKind::NoPlan, plan),
    ]
}

fn feedback(snapshot: &Snapshot) -> Finding {
    let FeedbackTrouble { stuck, refused } = snapshot.feedback;
    let state = if refused >= REFUSALS {
        State::on(
            format!("ActiveLayer refused {} corrections for good in the last hour.", grouped(refused)),
            "Open one: its story tells why. Detections of another account's key cannot be corrected with this one.",
            "/detections?q=is%3Afailed",
        )
    } else if stuck > 0 {
        State::on(
            format!(
                "{} corrections do not get through to ActiveLayer, after three attempts or more.",
                grouped(stuck)
            ),
            "Nothing is lost: they are sent again until they arrive. Look at the connection.",
            "/health",
        )
    } else {
        State::off("Corrections get through again.")
    };
    Finding { kind: AlertKind::FeedbackFailing, subject: String::new(), state }
}

/// Apps acted on an answer that does not stand any more.
fn late(BoundedCount { count, more }: BoundedCount, least: u32) -> Finding {
    let state = if count >= u64::from(least) {
        State::on(
            format!(
                "{} checks of the last seven days were answered otherwise than what stands now.",
                grouped(count)
            ),
            "What an app was told is ham may be public although it is spam, and the reverse. Look at them, and correct them where the \
             app keeps them.",
            LATE,
        )
    } else if more {
        // They are not all counted: the log is being read after a start.
        State::Unknown
    } else {
        State::off("Fewer checks of the last seven days are answered otherwise than what stands.")
    };
    Finding { kind: AlertKind::ToldOtherwise, subject: String::new(), state }
}

/// The log with what was answered otherwise than what stands now, of the last seven days.
const LATE: &str = "/detections?q=is%3Alate%20age%3A%3C7d";

/// A site's wave is judged by what is usual for that site: a small one is not drowned by a large one's noise, and a busy one's
/// usual spam is no wave.
fn spam_waves(snapshot: &Snapshot, times: f64, open: &[Alert]) -> Vec<Finding> {
    let kind = AlertKind::SpamWave;
    let subject = |site: &SiteSpam| site.site.as_deref().unwrap_or_default().to_ascii_lowercase();
    let mut findings: Vec<Finding> = snapshot
        .spam
        .iter()
        .map(|site| {
            let subject = subject(site);
            let lasts = open.iter().any(|alert| alert.kind == kind && alert.subject == subject);
            Finding { kind, state: spam_wave(site, times, lasts), subject }
        })
        .collect();
    // A wave of which nothing comes any more is over.
    let ebbed = open
        .iter()
        .filter(|alert| alert.kind == kind && !findings.iter().any(|found| found.subject == alert.subject));
    let ebbed: Vec<Finding> = ebbed
        .map(|alert| Finding { kind, subject: alert.subject.clone(), state: State::off(NO_WAVE) })
        .collect();
    findings.extend(ebbed);
    findings
}

const NO_WAVE: &str = "No more spam comes than usual.";

fn spam_wave(spam: &SiteSpam, times: f64, lasts: bool) -> State {
    let SiteSpam { site, last_hour, usual: Some(usual) } = spam else { return State::Unknown };
    let wave = (usual * times).max(SMALLEST_WAVE);
    if *last_hour >= wave {
        let place = site.as_ref().map_or_else(|| "without a site".to_owned(), |site| format!("for {site}"));
        // What would be shown as 0.0 is nothing to a reader.
        let usual = if *usual < 0.05 { "none is".to_owned() } else { format!("{usual:.1} are") };
        State::on(
            format!("{last_hour:.0} spam messages came {place} in the last hour; {usual} usual there."),
            "Look who sends them; if what passes is spam too, label it: the detector learns from it.",
            spam_of_the_last_hour(site.as_deref()),
        )
    } else if lasts && *last_hour >= wave / 2.0 {
        State::Unknown
    } else {
        State::off(NO_WAVE)
    }
}

/// The log with a site's spam of the last hour.
fn spam_of_the_last_hour(site: Option<&str>) -> String {
    let mut query = SearchQuery::parse("is:spam age:<1h").unwrap_or_default();
    query.terms.push(site_term(site));
    query.address()
}

fn budget(line: &BudgetLine) -> Finding {
    let BudgetLine { subject, name, spent, limit, is_hard, resets_at } = line;
    let state = if spent >= limit {
        let what = format!(
            "{name} is spent: {} of {} checks. {}",
            grouped(*spent),
            grouped(*limit),
            anew(*resets_at)
        );
        let advice = if *is_hard {
            "Until then its fallback answers. Raise the budget in Settings if these checks are wanted."
        } else {
            "Checks go on. See whether the app asks more than it should, or raise the budget in Settings."
        };
        State::on(what, advice, "/settings#budgets")
    } else {
        State::off("The budget has something left again.")
    };
    Finding { kind: AlertKind::BudgetSpent, subject: subject.clone(), state }
}

/// A receiver that is restarted takes nothing for a while; that is nothing to be told.
const CALLBACK_FAILS_FOR: TimeDelta = TimeDelta::minutes(15);

fn callback(callback: &Callback, now: DateTime<Utc>) -> Finding {
    let site = &callback.site;
    let state = match callback.failing_since {
        Some(since) if callback.stopped_at.is_some() || now - since >= CALLBACK_FAILS_FOR => State::on(
            format!(
                "The app of {site} has taken no decision since {}: {}. {} wait.",
                minute(since),
                callback.last_error.as_deref().unwrap_or("no answer"),
                grouped(callback.waiting)
            ),
            "See to the receiver; what waits is kept, and sent once it takes it.",
            "/settings/callbacks",
        ),
        Some(_) => State::Unknown,
        None => State::off("The app takes decisions again."),
    };
    Finding { kind: AlertKind::CallbackFailing, subject: site.clone(), state }
}

fn wordpress(site: &WordPressSite, now: DateTime<Utc>) -> Finding {
    let state = match site.failing_since {
        Some(since) if now - since >= CALLBACK_FAILS_FOR => State::on(
            format!(
                "The WordPress of {} cannot be worked on since {}: {}. {} decisions wait.",
                site.site,
                minute(since),
                site.last_error.as_deref().unwrap_or("no answer"),
                grouped(site.waiting)
            ),
            "What waits is kept, and written once WordPress takes it.",
            "/settings/wordpress",
        ),
        Some(_) => State::Unknown,
        None => State::off("WordPress takes decisions again."),
    };
    Finding { kind: AlertKind::CallbackFailing, subject: format!("WordPress of {}", site.site), state }
}

fn backup(backups: &BackupReport) -> Finding {
    let state = if backups.is_late == Some(true) {
        let newest = backups.newest.map_or_else(
            || "There is no backup.".to_owned(),
            |at| format!("The newest backup is of {}.", minute(at)),
        );
        let error = backups.error.as_ref().map(|error| format!(" The last try: {error}."));
        State::on(
            newest + &error.unwrap_or_default(),
            "See that the folder of the setting backup_to has room and can be written, or make one with `gavel backup`.",
            "/health",
        )
    } else if backups.is_late == Some(false) {
        State::off("There is a new backup.")
    } else {
        State::Unknown
    };
    Finding { kind: AlertKind::BackupLate, subject: String::new(), state }
}

/// By token: one in use that opens nothing any more is told at once, wrong requests of one in force when there are several. The limit by the minute is
/// as somebody set it.
fn refused_requests(refusals: &[RefusalCount]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for refused in refusals {
        let Some(token) = &refused.token else { continue };
        let (count, since, reason) = (grouped(refused.count), minute(refused.first_at), &refused.reason);
        let (kind, state) = match refused.kind {
            RefusalKind::Limited | RefusalKind::UnknownKey => continue,
            RefusalKind::Revoked => (
                AlertKind::RevokedInUse,
                State::on(
                    format!(
                        "The revoked token {token} is still in use: {count} requests were refused since {since}."
                    ),
                    "Its app gets no verdicts. Give it a token that is in force, or take it out of service.",
                    "/settings#tokens",
                ),
            ),
            RefusalKind::Expired => (
                AlertKind::RevokedInUse,
                State::on(
                    format!(
                        "The expired token {token} is still in use: {count} requests were refused since {since}."
                    ),
                    "Its app gets no verdicts. Give it a token that is in force, or take it out of service.",
                    "/settings#tokens",
                ),
            ),
            RefusalKind::Replaced => (
                AlertKind::RevokedInUse,
                State::on(
                    format!(
                        "The old secret of the token {token} is still in use: {count} requests were refused since {since}."
                    ),
                    "An app was not given the new secret and gets no verdicts. Give it the new one, or make another.",
                    "/settings#tokens",
                ),
            ),
            _ if refused.count < REFUSED_REQUESTS => continue,
            RefusalKind::OutOfScope | RefusalKind::OutOfNetwork => (
                AlertKind::RequestsRefused,
                State::on(
                    format!(
                        "{count} requests of the token {token} were refused since {since}; the last: {reason}"
                    ),
                    "If the app is meant to do this, make a token that allows it. If not, somebody else may have its secret.",
                    "/settings#tokens",
                ),
            ),
            RefusalKind::Invalid => (
                AlertKind::RequestsRefused,
                State::on(
                    format!(
                        "{count} requests of the token {token} were refused since {since}; the last: {reason}"
                    ),
                    "The app may let pass what was refused. See what it sends, and correct it.",
                    "/detections?q=is%3Arefused",
                ),
            ),
            kind => (
                AlertKind::RequestsRefused,
                State::on(
                    format!(
                        "{count} requests of the token {token} were refused since {since} ({}): {reason}",
                        kind.title()
                    ),
                    "The app may let pass what was refused. Correct what it sends.",
                    "/health#refused",
                ),
            ),
        };
        // One alert a token, whatever is wrong with its requests.
        if !findings.iter().any(|found| found.kind == kind && found.subject == *token) {
            findings.push(Finding { kind, subject: token.clone(), state });
        }
    }
    findings
}

#[cfg(test)]
mod tests;
