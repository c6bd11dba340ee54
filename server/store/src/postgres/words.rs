//! Writes the words of rows, which are what searches look up, with the rows themselves: PostgreSQL keeps new words in a list of their
//! own until it sorts them into its index, so a commit with words hardly takes longer.

use std::collections::BTreeSet;
use std::fmt::Write;

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

/// What the index holds of a row, as texts of `tsvector`s: a new part begins where one is full.
#[derive(Default)]
struct Parts {
    full: Vec<String>,
    part: String,
    place: usize,
}

impl Parts {
    /// Whether no more goes into this part.
    fn is_full(&self) -> bool {
        self.place >= WORDS_MAX || self.part.len() >= BYTES_MAX
    }

    fn begin_another(&mut self) {
        self.full.push(std::mem::take(&mut self.part));
        self.place = 0;
    }

    /// Something that stands nowhere.
    fn key(&mut self, key: &str) {
        if self.is_full() {
            self.begin_another();
        }
        self.part.push_str(&lexeme::quoted(key));
        self.part.push(' ');
    }

    /// The words of a text, in one of the columns A to D; no phrase goes beyond their end.
    fn text(&mut self, text: &IndexText, column: char) {
        let words: Vec<&str> = text.words().collect();
        for (at, word) in words.iter().enumerate() {
            if self.is_full() {
                self.begin_another();
                words[at.saturating_sub(OVERLAP)..at].iter().for_each(|word| self.word(word, column));
            }
            self.word(word, column);
        }
        self.place += 1;
    }

    fn word(&mut self, word: &str, column: char) {
        self.place += 1;
        self.part.push_str(&lexeme::quoted(word));
        // Writing to a string does not fail.
        let _ = write!(self.part, ":{}{column} ", self.place);
    }

    fn all(mut self) -> Vec<String> {
        self.full.push(self.part);
        self.full
    }
}

/// The parts of a row: nearly always one. The first begins with its keys.
fn parts(row: &Words<'_>) -> Vec<String> {
    let texts: Vec<(IndexText, char)> = [
        (row.keys.email, 'B'),
        (row.name, 'C'),
        (row.domain, 'D'),
        (row.website_url, 'D'),
        (Some(row.message), 'A'),
    ]
    .into_iter()
    .filter_map(|(text, column)| Some((IndexText::of(text?), column)))
    .collect();
    let pictures: BTreeSet<char> = texts.iter().flat_map(|(text, _)| text.pictures()).collect();
    let mut parts = Parts::default();
    let keys = row.keys.text(pictures, link_keys(row.message));
    keys.split(' ').filter(|key| !key.is_empty()).for_each(|key| parts.key(key));
    texts.iter().for_each(|(text, column)| parts.text(text, *column));
    parts.all()
}

/// Writes the words of rows that have none.
pub(super) async fn write(rows: &[Words<'_>], connection: &mut Connection) -> Result<()> {
    let (mut ids, mut parts, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        for (part, text) in self::parts(row).into_iter().enumerate() {
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
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let count = u64::try_from(rows.len()).unwrap_or_default();
    write_rows(rows, connection).await?;
    Ok(Some((last, count)))
}

/// Writes the words of rows as they were read.
async fn write_rows(rows: Vec<WordsRow>, connection: &mut Connection) -> Result<()> {
    let rows: Vec<_> = rows.into_iter().map(WordsRow::read).collect();
    let words = rows.iter().map(WordsRow::words).collect::<Result<Vec<_>>>()?;
    write(&words, connection).await
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
    write_rows(rows, connection).await
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What parts hold of a text after other things.
    fn of(keys: usize, text: &str) -> Vec<String> {
        let mut parts = Parts::default();
        (0..keys).for_each(|key| parts.key(&format!("key{key}")));
        parts.text(&IndexText::of(text), 'A');
        parts.all()
    }

    #[test]
    fn a_part_is_as_long_as_postgresql_takes_it_and_the_next_repeats_its_end() {
        assert_eq!(of(1, "one two"), ["'key0' 'one':1A 'two':2A "]);
        let many: Vec<String> = (0..40_000).map(|number| format!("w{number}")).collect();
        for parts in [of(0, &many.join(" ")), of(100_000, &many.join(" ")), of(0, &"ё".repeat(3_000_000))] {
            assert!(parts.iter().all(|part| part.len() < 2 * BYTES_MAX));
            let places = parts.iter().map(|part| part.matches(":").count()).max();
            assert!(places.is_some_and(|most| most <= WORDS_MAX + 2 * OVERLAP));
        }
        let parts = of(0, &many.join(" "));
        assert!(parts.len() > 1);
        let last = parts[0].rsplit(' ').nth(1).and_then(|word| word.split(':').next()).unwrap();
        assert!(parts[1].contains(&format!("{last}:")), "a phrase across the border is found");
        assert!(many.iter().all(|word| parts.iter().any(|part| part.contains(&format!("'{word}':")))));
    }
}
