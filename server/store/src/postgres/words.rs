//! Writes the words of rows, which are what searches look up, with the rows themselves: PostgreSQL keeps new words in a list of their
//! own until it sorts them into its index, so a commit with words hardly takes longer.

use std::collections::BTreeSet;

use domain::DetectionId;
use domain::search::{IndexText, link_keys};
use sqlx::AssertSqlSafe;

use super::indexed::{SELECT_WORDS, Words, WordsRow};
use super::{Connection, Pool, expression, lexeme};
use crate::{Result, Unfolded};

/// Words of one part: PostgreSQL knows places up to 16,383 only.
const WORDS_MAX: usize = 15_000;

/// Bytes of the words of one part: a `tsvector` holds a megabyte, with its places.
const BYTES_MAX: usize = 400_000;

/// Words at the end of a part that the next begins with again, so that a phrase across the border is found.
const OVERLAP: usize = 64;

/// What the index holds of a row, as the text of a `tsvector`.
struct Vector {
    text: String,
    words: usize,
    place: usize,
}

impl Vector {
    fn new() -> Self {
        Self { text: String::new(), words: 0, place: 0 }
    }

    /// A word at the next place, in one of the columns A to D.
    fn word(&mut self, word: &str, column: char) {
        self.place += 1;
        self.words += 1;
        self.text.push_str(&lexeme::quoted(word));
        self.text.push_str(&format!(":{}{column} ", self.place));
    }

    /// Something that stands nowhere.
    fn key(&mut self, key: &str) {
        self.text.push_str(&lexeme::quoted(key));
        self.text.push(' ');
    }

    /// No phrase goes beyond here.
    fn gap(&mut self) {
        self.place += 1;
    }
}

/// The parts of a row: nearly always one.
fn vectors(row: &Words<'_>) -> Vec<String> {
    let message = IndexText::of(row.message);
    let mut pictures: BTreeSet<char> = message.pictures().collect();
    let mut first = Vector::new();
    for (text, column) in [(row.keys.email, 'B'), (row.name, 'C'), (row.domain, 'D'), (row.website_url, 'D')]
    {
        let Some(text) = text else { continue };
        let text = IndexText::of(text);
        pictures.extend(text.pictures());
        text.words().for_each(|word| first.word(word, column));
        first.gap();
    }
    let keys = row.keys.text(pictures, link_keys(row.message));
    keys.split(' ').filter(|key| !key.is_empty()).for_each(|key| first.key(key));
    let words: Vec<&str> = message.words().collect();
    let mut parts = Vec::new();
    let (mut part, mut next) = (first, 0);
    loop {
        while next < words.len() && part.place < WORDS_MAX && part.text.len() < BYTES_MAX {
            part.word(words[next], 'A');
            next += 1;
        }
        parts.push(std::mem::take(&mut part.text));
        if next >= words.len() {
            return parts;
        }
        part = Vector::new();
        next -= OVERLAP.min(next);
    }
}

/// Writes the words of rows that have none.
pub(super) async fn write(rows: &[Words<'_>], connection: &mut Connection) -> Result<()> {
    let (mut ids, mut parts, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        for (part, text) in vectors(row).into_iter().enumerate() {
            ids.push(row.id);
            parts.push(i64::try_from(part).unwrap_or(i64::MAX));
            texts.push(text);
        }
    }
    sqlx::query(
        "INSERT INTO detection_words (detection_id, part, words)
         SELECT id, part, words::tsvector FROM UNNEST($1::bigint[], $2::bigint[], $3::text[]) AS t (id, part, words)",
    )
    .bind(ids)
    .bind(parts)
    .bind(texts)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the words of the next rows behind an id; returns the last of them, and how many there were.
pub(crate) async fn write_behind(
    id: i64,
    most: i64,
    connection: &mut Connection,
) -> Result<Option<(i64, u64)>> {
    let rows: Vec<WordsRow> =
        sqlx::query_as(AssertSqlSafe(format!("{SELECT_WORDS} WHERE d.id > $1 ORDER BY d.id LIMIT $2")))
            .bind(id)
            .bind(most)
            .fetch_all(&mut *connection)
            .await?;
    let rows: Vec<_> = rows.into_iter().map(WordsRow::read).collect();
    let words = rows.iter().map(WordsRow::words).collect::<Result<Vec<_>>>()?;
    let Some(last) = words.last().map(|row| row.id) else { return Ok(None) };
    write(&words, connection).await?;
    Ok(Some((last, u64::try_from(words.len()).unwrap_or_default())))
}

/// Writes the words of one row again.
pub(super) async fn rewrite(id: i64, connection: &mut Connection) -> Result<()> {
    sqlx::query("DELETE FROM detection_words WHERE detection_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let rows: Vec<WordsRow> = sqlx::query_as(AssertSqlSafe(format!("{SELECT_WORDS} WHERE d.id = $1")))
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    let rows: Vec<_> = rows.into_iter().map(WordsRow::read).collect();
    let words = rows.iter().map(WordsRow::words).collect::<Result<Vec<_>>>()?;
    write(&words, connection).await
}

/// Every row has its words.
#[expect(clippy::unused_async, reason = "other engines write them behind the rows")]
pub(super) async fn step(_most: usize, _writer: &Pool) -> Result<usize> {
    Ok(0)
}

/// No older Gavel wrote words here.
#[expect(clippy::unused_async, reason = "other engines have words of older builds")]
pub(super) async fn refold(_most: usize, _writer: &Pool) -> Result<usize> {
    Ok(0)
}

/// No older Gavel wrote words here.
#[expect(clippy::unused_async, reason = "other engines have words of older builds")]
pub(super) async fn unfolded(_readers: &Pool) -> Result<Option<Unfolded>> {
    Ok(None)
}

/// PostgreSQL does so by itself (autovacuum).
#[expect(clippy::unused_async, reason = "other engines are told to")]
pub(super) async fn merge(_writer: &Pool) -> Result<bool> {
    Ok(false)
}

/// How many other rows have a key, counted no further than `most`.
pub(super) async fn count_others(key: &str, but: DetectionId, most: i64, readers: &Pool) -> Result<i64> {
    let counted = "SELECT count(*) FROM (
        SELECT 1 FROM detection_words WHERE words @@ $1::text::tsquery AND detection_id <> $2 AND part = 0 LIMIT $3) s";
    Ok(sqlx::query_scalar(counted).bind(key).bind(but.0).bind(most).fetch_one(readers).await?)
}

/// The newest other rows that have a key and this hash.
pub(super) async fn others_with_hash(
    key: &str,
    but: DetectionId,
    hash: &[u8],
    limit: i64,
    readers: &Pool,
) -> Result<Vec<i64>> {
    // Found first, then sorted: a walk backwards through the log would look at every row.
    let newest = "WITH found AS MATERIALIZED (
                      SELECT detection_id AS id FROM detection_words
                      WHERE words @@ $1::text::tsquery AND part = 0 AND detection_id <> $2)
                  SELECT d.id FROM found JOIN detections d USING (id) WHERE d.content_hash = $3 ORDER BY d.id DESC LIMIT $4";
    Ok(sqlx::query_scalar(newest).bind(key).bind(but.0).bind(hash).bind(limit).fetch_all(readers).await?)
}

/// The newest rows whose message has a folded word.
pub(super) async fn newest_with_word(
    word: &str,
    limit: i64,
    connection: &mut Connection,
) -> Result<Vec<i64>> {
    let newest = "SELECT DISTINCT detection_id FROM detection_words WHERE words @@ $1::text::tsquery
                  ORDER BY detection_id DESC LIMIT $2";
    let in_messages = format!("{}:A", expression::whole(word));
    Ok(sqlx::query_scalar(newest).bind(in_messages).bind(limit).fetch_all(connection).await?)
}
