//! Writes detections: the row, its contents and its words, by one statement each for many.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;

use domain::{DetectionId, ImportId, NewDetection};

use super::columns::{At, to_ms};
use super::indexed::Words;
use super::text::kept;
use super::{Connection, Pool, rows, words};
use crate::{Appended, Result};

/// Writes detections in one transaction, and tells of each, in the same order.
pub(super) async fn append(detections: &[NewDetection], writer: &Pool) -> Result<Vec<Appended>> {
    let mut transaction = super::begin(writer).await?;
    let ids = insert(detections, None, &mut transaction).await?;
    let tokens = detections.iter().filter_map(|detection| detection.circumstances.token_id);
    let rotations = rotations(tokens.map(|token| token.0).collect(), &mut transaction).await?;
    transaction.commit().await?;
    let told = |(id, detection): (DetectionId, &NewDetection)| {
        let token = detection.circumstances.token_id;
        Appended { id, token_rotations: token.and_then(|token| rotations.get(&token.0).copied()) }
    };
    Ok(ids.into_iter().zip(detections).map(told).collect())
}

/// How many new secrets some tokens had, as far as they are not revoked.
pub(super) async fn rotations(tokens: Vec<i64>, connection: &mut Connection) -> Result<HashMap<i64, u32>> {
    let rotations: Vec<(i64, i64)> =
        sqlx::query_as("SELECT id, rotations FROM api_tokens WHERE id = ANY($1) AND revoked_at IS NULL")
            .bind(tokens)
            .fetch_all(connection)
            .await?;
    let told = |(id, rotations): (i64, i64)| {
        Ok((id, At { table: "api_tokens", id }.number("rotations", rotations)?))
    };
    rotations.into_iter().map(told).collect()
}

/// Ids that nobody has, in their order.
pub(super) async fn next_ids(count: usize, connection: &mut Connection) -> Result<Vec<i64>> {
    let next =
        "SELECT nextval(pg_get_serial_sequence('detections', 'id')) FROM generate_series(1, $1::bigint)";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(sqlx::query_scalar(next).bind(count).fetch_all(connection).await?)
}

/// Writes detections, of an import if they are of one, with their words, and returns their ids, in the same order.
pub(super) async fn insert<D: Borrow<NewDetection>>(
    detections: &[D],
    import: Option<ImportId>,
    connection: &mut Connection,
) -> Result<Vec<DetectionId>> {
    let fresh = detections.iter().filter(|row| (*row).borrow().circumstances.submission.is_none()).count();
    let mut fresh = next_ids(fresh, connection).await?.into_iter();
    let mut ids = Vec::with_capacity(detections.len());
    for row in detections {
        let id = row.borrow().circumstances.submission.map(|id| id.0).or_else(|| fresh.next());
        ids.push(id.ok_or(sqlx::Error::RowNotFound)?);
    }
    let mut log = Log::default();
    let mut contents = Contents::default();
    for (id, row) in ids.iter().zip(detections) {
        log.push(*id, row.borrow(), import);
        contents.push(*id, row.borrow());
    }
    log.write(connection).await?;
    contents.write(connection).await?;
    let judged: Vec<i64> =
        detections.iter().filter_map(|row| row.borrow().circumstances.submission.map(|id| id.0)).collect();
    if !judged.is_empty() {
        // What is in the log is kept there.
        sqlx::query("DELETE FROM submissions WHERE id = ANY($1)")
            .bind(judged)
            .execute(&mut *connection)
            .await?;
    }
    let ids: Vec<_> = ids.into_iter().map(DetectionId).collect();
    let words: Vec<_> = ids.iter().zip(detections).map(|(id, row)| Words::of(*id, row.borrow())).collect();
    words::write(&words, connection).await?;
    Ok(ids)
}

/// Columns of the log, a list each.
#[derive(Default)]
struct Log<'a> {
    id: Vec<i64>,
    created_at: Vec<i64>,
    endpoint: Vec<&'a str>,
    origin: Vec<&'a str>,
    site: Vec<Option<Cow<'a, str>>>,
    email: Vec<Option<Cow<'a, str>>>,
    ip: Vec<Option<Vec<u8>>>,
    content_hash: Vec<&'a [u8]>,
    upstream_id: Vec<Cow<'a, str>>,
    is_spam: Vec<bool>,
    score: Vec<f64>,
    threshold: Vec<f64>,
    judged_by: Vec<&'a str>,
    token_id: Vec<Option<i64>>,
    took_ms: Vec<Option<f64>>,
    language: Vec<Option<&'a str>>,
    import_id: Vec<Option<i64>>,
    rule_id: Vec<Option<i64>>,
    held: Vec<bool>,
}

impl<'a> Log<'a> {
    fn push(&mut self, id: i64, detection: &'a NewDetection, import: Option<ImportId>) {
        let NewDetection { content, judgement, circumstances, .. } = detection;
        self.id.push(id);
        self.created_at.push(to_ms(detection.created_at));
        self.endpoint.push(detection.endpoint.as_str());
        self.origin.push(detection.origin.as_str());
        self.site.push(detection.site.as_deref().map(kept));
        self.email.push(content.email.as_deref().map(kept));
        self.ip.push(content.ip.map(|ip| rows::ip_to_bytes(ip).to_vec()));
        self.content_hash.push(&detection.content_hash);
        self.upstream_id.push(kept(&judgement.upstream_id));
        self.is_spam.push(judgement.is_spam);
        self.score.push(judgement.score);
        self.threshold.push(judgement.threshold);
        self.judged_by.push(judgement.judged_by.as_str());
        self.token_id.push(circumstances.token_id.map(|token| token.0));
        self.took_ms.push(circumstances.took_ms);
        self.language.push(circumstances.language.as_deref());
        self.import_id.push(import.map(|id| id.0));
        self.rule_id.push(circumstances.rule.map(|hit| hit.id.0));
        self.held.push(circumstances.rule.is_some_and(|hit| hit.held));
    }

    async fn write(self, connection: &mut Connection) -> Result<()> {
        sqlx::query(
            "INSERT INTO detections (id, created_at, endpoint, origin, site, email, ip, content_hash, upstream_id, is_spam,
                                     score, threshold, judged_by, token_id, took_ms, language, import_id, rule_id, held)
             SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[],
                                  $8::bytea[], $9::text[], $10::boolean[], $11::float8[], $12::float8[], $13::text[],
                                  $14::bigint[], $15::float8[], $16::text[], $17::bigint[], $18::bigint[], $19::boolean[])",
        )
        .bind(self.id)
        .bind(self.created_at)
        .bind(self.endpoint)
        .bind(self.origin)
        .bind(self.site)
        .bind(self.email)
        .bind(self.ip)
        .bind(self.content_hash)
        .bind(self.upstream_id)
        .bind(self.is_spam)
        .bind(self.score)
        .bind(self.threshold)
        .bind(self.judged_by)
        .bind(self.token_id)
        .bind(self.took_ms)
        .bind(self.language)
        .bind(self.import_id)
        .bind(self.rule_id)
        .bind(self.held)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Columns of the contents, a list each.
#[derive(Default)]
struct Contents<'a> {
    detection_id: Vec<i64>,
    excerpt: Vec<Option<Cow<'a, str>>>,
    name: Vec<Option<Cow<'a, str>>>,
    website_url: Vec<Option<Cow<'a, str>>>,
    domain: Vec<Option<Cow<'a, str>>>,
    user_agent: Vec<Option<Cow<'a, str>>>,
    submitted_at: Vec<Option<i64>>,
    execution_ms: Vec<f64>,
    upstream_timestamp: Vec<Cow<'a, str>>,
    message: Vec<Cow<'a, str>>,
    extra: Vec<String>,
    raw_answer: Vec<Cow<'a, str>>,
}

impl<'a> Contents<'a> {
    fn push(&mut self, id: i64, detection: &'a NewDetection) {
        let NewDetection { content, judgement, .. } = detection;
        self.detection_id.push(id);
        self.excerpt.push(rows::excerpt(&content.message).map(kept));
        self.name.push(content.name.as_deref().map(kept));
        self.website_url.push(content.website_url.as_deref().map(kept));
        self.domain.push(content.domain.as_deref().map(kept));
        self.user_agent.push(content.user_agent.as_deref().map(kept));
        self.submitted_at.push(content.timestamp);
        self.execution_ms.push(judgement.execution_ms);
        self.upstream_timestamp.push(kept(&judgement.upstream_timestamp));
        self.message.push(kept(&content.message));
        self.extra.push(serde_json::Value::Object(content.extra.clone()).to_string());
        self.raw_answer.push(kept(&judgement.raw_answer));
    }

    async fn write(self, connection: &mut Connection) -> Result<()> {
        sqlx::query(
            "INSERT INTO detection_contents (detection_id, excerpt, name, website_url, domain, user_agent, submitted_at,
                                             execution_ms, upstream_timestamp, message, extra, raw_answer)
             SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                                  $8::float8[], $9::text[], $10::text[], $11::text[], $12::text[])",
        )
        .bind(self.detection_id)
        .bind(self.excerpt)
        .bind(self.name)
        .bind(self.website_url)
        .bind(self.domain)
        .bind(self.user_agent)
        .bind(self.submitted_at)
        .bind(self.execution_ms)
        .bind(self.upstream_timestamp)
        .bind(self.message)
        .bind(self.extra)
        .bind(self.raw_answer)
        .execute(connection)
        .await?;
        Ok(())
    }
}
