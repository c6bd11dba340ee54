//! Rows of the log as the database keeps them, and what they become.

use std::net::{IpAddr, Ipv6Addr};

use domain::detection::EXCERPT_CHARS;
use domain::{
    Content, Detection, DetectionId, DetectionSummary, Forgotten, Gone, Judgement, RuleHit, RuleId, Signal,
};

use super::columns::At;
use super::text;
use crate::{Result, StoreError};

/// Everything that a detection's own page shows; see [`DETECTION_COLUMNS`].
#[derive(sqlx::FromRow)]
pub(super) struct DetectionRow {
    id: i64,
    created_at: i64,
    endpoint: String,
    origin: String,
    site: Option<String>,
    email: Option<String>,
    ip: Option<Vec<u8>>,
    upstream_id: String,
    is_spam: bool,
    score: f64,
    threshold: f64,
    judged_by: String,
    label: Option<String>,
    labelled_by: Option<String>,
    labelled_at: Option<i64>,
    version: i64,
    feedback: String,
    name: Option<String>,
    website_url: Option<String>,
    domain: Option<String>,
    user_agent: Option<String>,
    submitted_at: Option<i64>,
    execution_ms: f64,
    upstream_timestamp: String,
    message: String,
    extra: String,
    raw_answer: String,
    app_word: Option<String>,
    told: Option<String>,
    ip_is_apps: bool,
    rule_id: Option<i64>,
    held: bool,
    content_at: Option<i64>,
    content_days: Option<i64>,
    personal_at: Option<i64>,
    personal_days: Option<i64>,
}

/// What the app was told, of those that `is:late` finds.
macro_rules! told {
    () => {
        "CASE WHEN d.late THEN coalesce(d.told, CASE WHEN d.is_spam THEN 'spam' ELSE 'ham' END) END AS told"
    };
}

/// As a column of other statements.
pub(super) const TOLD: &str = told!();

/// The start of every statement that reads whole detections.
pub(super) const SELECT_DETECTION: &str = concat!(
    "
    SELECT d.id, d.created_at, d.endpoint, d.origin, d.site, d.email, d.ip, d.upstream_id, d.is_spam, d.score,
           d.threshold, d.judged_by, d.label, u.name AS labelled_by, d.labelled_at, d.version, d.feedback,
           c.name, c.website_url, c.domain, c.user_agent, c.submitted_at, c.execution_ms, c.upstream_timestamp,
           c.message, c.extra, c.raw_answer, d.app_word, d.rule_id, d.held,
           f.content_at, f.content_days, f.personal_at, f.personal_days,
           EXISTS (SELECT 1 FROM app_addresses a WHERE a.token_id = d.token_id AND a.ip = d.ip)
             AND (SELECT count(*) FROM app_addresses a WHERE a.token_id = d.token_id) <= 8 AS ip_is_apps, ",
    told!(),
    "
    FROM detections d
    JOIN detection_contents c ON c.detection_id = d.id
    LEFT JOIN forgotten f ON f.detection_id = d.id
    LEFT JOIN users u ON u.id = d.labelled_by "
);

impl TryFrom<DetectionRow> for Detection {
    type Error = StoreError;

    fn try_from(row: DetectionRow) -> Result<Self> {
        let at = At { table: "detections", id: row.id };
        let contents = At { table: "detection_contents", id: row.id };
        let raw_answer = text::read(row.raw_answer);
        let gone = |column, ms, after_days: Option<i64>| -> Result<Option<Gone>> {
            let at = At { table: "forgotten", id: row.id }.maybe_time(column, ms)?;
            let after_days = after_days.map(|days| u32::try_from(days).unwrap_or(u32::MAX));
            Ok(at.map(|at| Gone { at, after_days }))
        };
        let forgotten = Forgotten {
            content: gone("content_at", row.content_at, row.content_days)?,
            personal: gone("personal_at", row.personal_at, row.personal_days)?,
        };
        Ok(Self {
            id: DetectionId(row.id),
            created_at: at.time("created_at", row.created_at)?,
            endpoint: at.word("endpoint", &row.endpoint)?,
            origin: at.word("origin", &row.origin)?,
            site: row.site.map(text::read),
            content: Content {
                message: text::read(row.message),
                email: row.email.map(text::read),
                name: row.name.map(text::read),
                ip: row.ip.map(|ip| ip_from_bytes(at, &ip)).transpose()?,
                timestamp: row.submitted_at,
                user_agent: row.user_agent.map(text::read),
                website_url: row.website_url.map(text::read),
                domain: row.domain.map(text::read),
                extra: contents.json("extra", &row.extra)?,
            },
            judgement: Judgement {
                upstream_id: text::read(row.upstream_id),
                is_spam: row.is_spam,
                score: row.score,
                threshold: row.threshold,
                execution_ms: row.execution_ms,
                upstream_timestamp: text::read(row.upstream_timestamp),
                judged_by: at.word("judged_by", &row.judged_by)?,
                signals: Signal::in_answer(&raw_answer),
                raw_answer,
            },
            label: at.maybe_word("label", row.label.as_deref())?,
            reasons: Vec::new(),
            labelled_by: row.labelled_by,
            labelled_at: at.maybe_time("labelled_at", row.labelled_at)?,
            version: row.version,
            feedback: at.word("feedback", &row.feedback)?,
            app_word: at.maybe_word("app_word", row.app_word.as_deref())?,
            told: at.maybe_word("told", row.told.as_deref())?,
            ip_is_apps: row.ip_is_apps,
            rule: row.rule_id.map(|id| RuleHit { id: RuleId(id), held: row.held }),
            forgotten,
        })
    }
}

/// What a list shows; see [`SELECT_SUMMARY`].
#[derive(sqlx::FromRow)]
pub(super) struct SummaryRow {
    id: i64,
    created_at: i64,
    origin: String,
    site: Option<String>,
    excerpt: String,
    email: Option<String>,
    name: Option<String>,
    is_spam: bool,
    score: f64,
    threshold: f64,
    judged_by: String,
    label: Option<String>,
    labelled_by: Option<String>,
    version: i64,
    feedback: String,
    app_word: Option<String>,
    told: Option<String>,
}

/// The start of every statement that reads rows of a list.
pub(super) const SELECT_SUMMARY: &str = concat!(
    "
    SELECT d.id, d.created_at, d.origin, d.site, coalesce(c.excerpt, c.message) AS excerpt, d.email, c.name,
           d.is_spam, d.score, d.threshold, d.judged_by, d.label, u.name AS labelled_by, d.version, d.feedback,
           d.app_word, ",
    told!(),
    "
    FROM detections d
    JOIN detection_contents c ON c.detection_id = d.id
    LEFT JOIN users u ON u.id = d.labelled_by "
);

impl TryFrom<SummaryRow> for DetectionSummary {
    type Error = StoreError;

    fn try_from(row: SummaryRow) -> Result<Self> {
        let at = At { table: "detections", id: row.id };
        Ok(Self {
            id: DetectionId(row.id),
            created_at: at.time("created_at", row.created_at)?,
            origin: at.word("origin", &row.origin)?,
            site: row.site.map(text::read),
            excerpt: text::read(row.excerpt),
            marks: Vec::new(),
            email: row.email.map(text::read),
            name: row.name.map(text::read),
            is_spam: row.is_spam,
            score: row.score,
            threshold: row.threshold,
            judged_by: at.word("judged_by", &row.judged_by)?,
            label: at.maybe_word("label", row.label.as_deref())?,
            labelled_by: row.labelled_by,
            version: row.version,
            feedback: at.word("feedback", &row.feedback)?,
            app_word: at.maybe_word("app_word", row.app_word.as_deref())?,
            told: at.maybe_word("told", row.told.as_deref())?,
        })
    }
}

/// The first characters of a message that is longer than a list shows; `None` when the message itself will do.
pub(super) fn excerpt(message: &str) -> Option<&str> {
    message.char_indices().nth(EXCERPT_CHARS).map(|(end, _)| &message[..end])
}

/// An address as 16 bytes, IPv4 mapped into IPv6, so that both sort in one index.
pub(super) fn ip_to_bytes(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

pub(super) fn ip_from_bytes(at: At, bytes: &[u8]) -> Result<IpAddr> {
    let octets = <[u8; 16]>::try_from(bytes).map_err(|error| at.bad("ip", error))?;
    Ok(Ipv6Addr::from(octets).to_canonical())
}
