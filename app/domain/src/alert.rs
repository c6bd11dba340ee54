//! What needs a person: an alert opens once, lasts, and is over once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::FieldError;

/// Local id of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub i64);

crate::words! {
    /// What an alert is about.
    AlertKind {
        /// So much of the quota is used.
        QuotaMark = "quota_mark",
        /// The quota runs out before its period ends.
        QuotaForecast = "quota_forecast",
        /// The upstream does not answer.
        UpstreamUnreachable = "upstream_unreachable",
        /// The upstream does not accept the key.
        KeyInvalid = "key_invalid",
        /// The key's account has no plan.
        NoPlan = "no_plan",
        /// Feedback does not get through, or is refused.
        FeedbackFailing = "feedback_failing",
        /// Far more spam on a site than is usual there.
        SpamWave = "spam_wave",
        /// A site or token has spent its budget.
        BudgetSpent = "budget_spent",
        /// Requests of an app are refused.
        RequestsRefused = "requests_refused",
        /// A revoked or expired token, or a secret that was replaced, is still in use.
        RevokedInUse = "revoked_in_use",
        /// Apps were answered otherwise than what stands now.
        ToldOtherwise = "told_otherwise",
        /// The database cannot be written.
        LogNotWritten = "log_not_written",
        /// The newest backup is older than it should be.
        BackupLate = "backup_late",
        /// An app is not told of decisions.
        CallbackFailing = "callback_failing",
    }
}

impl AlertKind {
    /// A heading of a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::QuotaMark => "Quota",
            Self::QuotaForecast => "Quota will not last",
            Self::UpstreamUnreachable => "Upstream unreachable",
            Self::KeyInvalid => "API key refused",
            Self::NoPlan => "No active plan",
            Self::FeedbackFailing => "Feedback failing",
            Self::SpamWave => "Spam wave",
            Self::BudgetSpent => "Budget spent",
            Self::RequestsRefused => "Requests of an app refused",
            Self::RevokedInUse => "Ended token in use",
            Self::ToldOtherwise => "Apps were told otherwise",
            Self::LogNotWritten => "Nothing can be written",
            Self::BackupLate => "Backup overdue",
            Self::CallbackFailing => "App is not told",
        }
    }
}

crate::words! {
    /// What happens to an alert.
    AlertEvent {
        /// It began.
        Opened = "opened",
        /// It is over.
        Cleared = "cleared",
    }
}

crate::words! {
    /// How people outside the app are told.
    AlertChannel {
        /// A signed request to an address of theirs.
        Webhook = "webhook",
        /// A letter.
        Email = "email",
    }
}

crate::words! {
    /// What kind of service takes a webhook, and so what its requests look like.
    WebhookKind {
        /// A program of one's own: JSON, with all that is known of an alert.
        Json = "json",
        /// Slack, and what takes the same: Mattermost, Rocket.Chat, Zulip.
        Slack = "slack",
        /// Discord, and what takes the same: Guilded.
        Discord = "discord",
        /// Matrix, by a bridge such as hookshot.
        Matrix = "matrix",
    }
}

impl WebhookKind {
    /// The kind that an address looks like.
    pub fn of_address(url: &str) -> Self {
        let Ok(url) = url::Url::parse(url) else { return Self::Json };
        let host = url.host_str().unwrap_or_default();
        let is_of = |domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let path = url.path().trim_end_matches('/');
        if is_of("discord.com") || is_of("discordapp.com") {
            // Discord takes Slack's bodies at an address of its own.
            if path.ends_with("/slack") { Self::Slack } else { Self::Discord }
        } else if is_of("hooks.slack.com") || is_of("hooks.slack-gov.com") {
            Self::Slack
        } else if host.contains("hookshot") || path.contains("/hookshot/") || host.starts_with("matrix.") {
            Self::Matrix
        } else {
            Self::Json
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON, for a program of your own",
            Self::Slack => "Slack, Mattermost, Rocket.Chat",
            Self::Discord => "Discord",
            Self::Matrix => "Matrix (hookshot)",
        }
    }
}

/// An alert, now or before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Local id.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// Of what, where there can be several.
    pub subject: String,
    /// What happens, in a sentence.
    pub what: String,
    /// What to do about it.
    pub advice: String,
    /// Where in Gavel to look: a path.
    pub link: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was over.
    pub cleared_at: Option<DateTime<Utc>>,
    /// How it ended, in a sentence.
    pub over: Option<String>,
}

/// How telling somebody outside went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertDelivery {
    /// Of which alert.
    pub alert: AlertId,
    /// By which way.
    pub channel: AlertChannel,
    /// Of its beginning or its end.
    pub event: AlertEvent,
    /// When it got through.
    pub sent_at: Option<DateTime<Utc>>,
    /// Whether it was given up.
    pub failed: bool,
    /// What went wrong last, while it has not got through.
    pub error: Option<String>,
}

/// When alerts open; what administrators set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertRules {
    /// Shares of the quota, in percent, ascending. The vendor's own marks are 80 and 100.
    pub quota_marks: Vec<u32>,
    /// Whether a quota that will not last to the end of its period is told.
    pub forecast: bool,
    /// Whether trouble with the upstream is told: unreachable, key refused, no plan, feedback failing.
    pub upstream: bool,
    /// Spam of a site in the last hour, as a multiple of its usual hour's, that is a wave; `None` tells of none.
    pub spam_wave: Option<u32>,
    /// How many checks of the last seven days may be answered otherwise than what stands now before it is told; `None` tells of
    /// none.
    pub late: Option<u32>,
    /// Whether letters are sent, where the configuration names a server.
    pub email: bool,
}

impl Default for AlertRules {
    fn default() -> Self {
        Self {
            quota_marks: vec![80, 100],
            forecast: true,
            upstream: true,
            spam_wave: Some(5),
            late: None,
            email: true,
        }
    }
}

/// The rules as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertRulesForm {
    /// Percentages, separated by commas or spaces; blank for none.
    pub quota_marks: String,
    /// `on` when ticked.
    pub forecast: String,
    /// `on` when ticked.
    pub upstream: String,
    /// A multiple, or blank.
    pub spam_wave: String,
    /// A number of checks, or blank.
    pub late: String,
    /// `on` when ticked.
    pub email: String,
    /// Address of the webhook; blank for none.
    pub webhook_url: String,
    /// What takes it; blank goes by the address.
    pub webhook_kind: String,
}

/// Where alerts are posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget {
    /// As typed.
    pub url: String,
    /// What takes it; `None` goes by the address.
    pub kind: Option<WebhookKind>,
}

impl WebhookTarget {
    /// What is sent there.
    pub fn kind(&self) -> WebhookKind {
        self.kind.unwrap_or_else(|| WebhookKind::of_address(&self.url))
    }
}

impl AlertRulesForm {
    /// The form that says what is in force.
    pub fn of(rules: &AlertRules, webhook: Option<&WebhookTarget>) -> Self {
        let tick = |on: bool| if on { "on".to_owned() } else { String::new() };
        let marks: Vec<_> = rules.quota_marks.iter().map(u32::to_string).collect();
        Self {
            quota_marks: marks.join(", "),
            forecast: tick(rules.forecast),
            upstream: tick(rules.upstream),
            spam_wave: rules.spam_wave.map(|times| times.to_string()).unwrap_or_default(),
            late: rules.late.map(|checks| checks.to_string()).unwrap_or_default(),
            email: tick(rules.email),
            webhook_url: webhook.map(|webhook| webhook.url.clone()).unwrap_or_default(),
            webhook_kind: webhook
                .and_then(|webhook| webhook.kind)
                .map(|kind| kind.to_string())
                .unwrap_or_default(),
        }
    }

    /// Reads the form: the rules, and the webhook.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<(AlertRules, Option<WebhookTarget>), Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            problems.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let words =
            self.quota_marks.split([',', ' ', ';', '%']).map(str::trim).filter(|word| !word.is_empty());
        let marks: Option<Vec<u32>> =
            words.map(|word| word.parse().ok().filter(|mark| (1..=100).contains(mark))).collect();
        let mut quota_marks = marks.unwrap_or_else(|| {
            wrong("quota_marks", "The marks must be whole percentages from 1 to 100, such as 80, 100.");
            Vec::new()
        });
        quota_marks.sort_unstable();
        quota_marks.dedup();
        let spam_wave = match self.spam_wave.trim() {
            "" => None,
            text => text.parse().ok().filter(|times| (2..=1000).contains(times)).or_else(|| {
                wrong(
                    "spam_wave",
                    "The multiple must be a whole number from 2 to 1000, or blank for no such alert.",
                );
                None
            }),
        };
        let late = match self.late.trim() {
            "" => None,
            text => text.parse().ok().filter(|checks| (1..=10_000).contains(checks)).or_else(|| {
                wrong("late", "The number of checks must be from 1 to 10000, or blank for no such alert.");
                None
            }),
        };
        let webhook_url = Some(self.webhook_url.trim().to_owned()).filter(|url| !url.is_empty());
        if webhook_url.as_ref().is_some_and(|url| !is_web_address(url)) {
            wrong(
                "webhook_url",
                "The address must begin with https:// or http:// and carry no user name or password.",
            );
        }
        let kind = match self.webhook_kind.trim() {
            "" => None,
            word => {
                let kind = word.parse().ok();
                if kind.is_none() {
                    wrong("webhook_kind", "Choose one of the kinds in the list.");
                }
                kind
            }
        };
        if problems.is_empty() {
            let webhook_url = webhook_url.map(|url| WebhookTarget { url, kind });
            let (forecast, upstream, email) =
                (!self.forecast.is_empty(), !self.upstream.is_empty(), !self.email.is_empty());
            Ok((AlertRules { quota_marks, forecast, upstream, spam_wave, late, email }, webhook_url))
        } else {
            Err(problems)
        }
    }
}

pub(crate) fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_in_force_and_reads_back() {
        let rules = AlertRules {
            quota_marks: vec![50, 80, 100],
            spam_wave: None,
            late: Some(7),
            ..AlertRules::default()
        };
        let webhook = WebhookTarget {
            url: "https://hooks.example.com/x?y=1".to_owned(),
            kind: Some(WebhookKind::Slack),
        };
        let form = AlertRulesForm::of(&rules, Some(&webhook));
        assert_eq!(form.quota_marks, "50, 80, 100");
        let read = form.validate().unwrap();
        assert_eq!(read, (rules, Some(webhook)));
        let loose = AlertRulesForm { quota_marks: "100% 80%;80".to_owned(), ..form };
        assert_eq!(loose.validate().unwrap().0.quota_marks, [80, 100]);
    }

    #[test]
    fn a_webhooks_kind_is_read_off_its_address() {
        for (url, kind) in [
            ("https://hooks.slack.com/services/T0/B0/x", WebhookKind::Slack),
            ("https://discord.com/api/webhooks/1/x", WebhookKind::Discord),
            ("https://ptb.discord.com/api/webhooks/1/x", WebhookKind::Discord),
            ("https://discordapp.com/api/webhooks/1/x", WebhookKind::Discord),
            ("https://discord.com/api/webhooks/1/x/slack", WebhookKind::Slack),
            ("https://hookshot.example.org/webhook/6a1f", WebhookKind::Matrix),
            ("https://matrix.example.org/hookshot/webhook/6a1f", WebhookKind::Matrix),
            ("https://hooks.example.com/x", WebhookKind::Json),
            ("https://notdiscord.com/api/webhooks/1/x", WebhookKind::Json),
            ("https://example.com/discord.com", WebhookKind::Json),
            ("nonsense", WebhookKind::Json),
        ] {
            assert_eq!(WebhookKind::of_address(url), kind, "{url}");
        }
        let chosen = |kind| WebhookTarget { url: "https://discord.com/x".to_owned(), kind }.kind();
        assert_eq!(chosen(None), WebhookKind::Discord);
        assert_eq!(chosen(Some(WebhookKind::Json)), WebhookKind::Json);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let form = AlertRulesForm {
            quota_marks: "80, many".to_owned(),
            spam_wave: "1".to_owned(),
            late: "0".to_owned(),
            webhook_url: "https://user:secret@example.com/".to_owned(),
            webhook_kind: "pager".to_owned(),
            ..AlertRulesForm::default()
        };
        let fields: Vec<_> = form.validate().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["quota_marks", "spam_wave", "late", "webhook_url", "webhook_kind"]);
        let over = AlertRulesForm { quota_marks: "101".to_owned(), ..AlertRulesForm::default() };
        assert!(over.validate().is_err());
    }
}
