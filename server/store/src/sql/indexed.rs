//! What the index of words is made of, by row.

use domain::{DetectionId, NewDetection};

use super::columns::At;
use super::keys::Keys;
use super::rows::ip_from_bytes;
use super::text;
use crate::Result;

/// What the index holds of a row.
pub(super) struct Words<'a> {
    pub(super) id: i64,
    pub(super) keys: Keys<'a>,
    pub(super) name: Option<&'a str>,
    pub(super) domain: Option<&'a str>,
    pub(super) website_url: Option<&'a str>,
    pub(super) message: &'a str,
}

impl<'a> Words<'a> {
    /// Those of a detection that got this id.
    pub(super) fn of(id: DetectionId, detection: &'a NewDetection) -> Self {
        let NewDetection { content, judgement, circumstances, .. } = detection;
        let keys = Keys {
            origin: detection.origin,
            judged_by: judgement.judged_by,
            site: detection.site.as_deref(),
            email: content.email.as_deref(),
            ip: content.ip,
            upstream_id: &judgement.upstream_id,
            content_hash: &detection.content_hash,
            language: circumstances.language.as_deref(),
        };
        Self {
            id: id.0,
            keys,
            name: content.name.as_deref(),
            domain: content.domain.as_deref(),
            website_url: content.website_url.as_deref(),
            message: &content.message,
        }
    }
}

/// A row of the log, as far as the index is made of it.
#[derive(sqlx::FromRow)]
pub(super) struct WordsRow {
    pub(super) id: i64,
    origin: String,
    judged_by: String,
    site: Option<String>,
    email: Option<String>,
    ip: Option<Vec<u8>>,
    upstream_id: String,
    content_hash: Vec<u8>,
    language: Option<String>,
    name: Option<String>,
    domain: Option<String>,
    website_url: Option<String>,
    message: String,
}

/// The start of every statement that reads them.
pub(super) const SELECT_WORDS: &str = "
    SELECT d.id, d.origin, d.judged_by, d.site, d.email, d.ip, d.upstream_id, d.content_hash, d.language, c.name,
           c.domain, c.website_url, c.message
    FROM detections d JOIN detection_contents c ON c.detection_id = d.id ";

impl WordsRow {
    /// The row with people's texts as they wrote them.
    pub(super) fn read(self) -> Self {
        Self {
            site: self.site.map(text::read),
            email: self.email.map(text::read),
            name: self.name.map(text::read),
            domain: self.domain.map(text::read),
            website_url: self.website_url.map(text::read),
            message: text::read(self.message),
            ..self
        }
    }

    /// What the index is to hold.
    pub(super) fn words(&self) -> Result<Words<'_>> {
        let at = At { table: "detections", id: self.id };
        let keys = Keys {
            origin: at.word("origin", &self.origin)?,
            judged_by: at.word("judged_by", &self.judged_by)?,
            site: self.site.as_deref(),
            email: self.email.as_deref(),
            ip: self.ip.as_ref().map(|ip| ip_from_bytes(at, ip)).transpose()?,
            upstream_id: &self.upstream_id,
            content_hash: &self.content_hash,
            language: self.language.as_deref(),
        };
        Ok(Words {
            id: self.id,
            keys,
            name: self.name.as_deref(),
            domain: self.domain.as_deref(),
            website_url: self.website_url.as_deref(),
            message: &self.message,
        })
    }
}
