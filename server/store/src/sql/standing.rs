//! What stands of detections, without their content.

use domain::{DetectionId, Standing};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::Pool;
use super::columns::At;
use super::rows::TOLD;
use crate::{Result, StoreError};

#[derive(sqlx::FromRow)]
struct StandingRow {
    id: i64,
    label: Option<String>,
    labelled_by: Option<String>,
    labelled_at: Option<i64>,
    version: i64,
    feedback: String,
    is_spam: bool,
    score: f64,
    threshold: f64,
    judged_by: String,
    app_word: Option<String>,
    told: Option<String>,
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self> {
        let at = At { table: "detections", id: row.id };
        Ok(Self {
            id: DetectionId(row.id),
            label: at.maybe_word("label", row.label.as_deref())?,
            labelled_by: row.labelled_by,
            labelled_at: at.maybe_time("labelled_at", row.labelled_at)?,
            version: row.version,
            feedback: at.word("feedback", &row.feedback)?,
            is_spam: row.is_spam,
            score: row.score,
            threshold: row.threshold,
            judged_by: at.word("judged_by", &row.judged_by)?,
            app_word: at.maybe_word("app_word", row.app_word.as_deref())?,
            told: at.maybe_word("told", row.told.as_deref())?,
        })
    }
}

const THESE: &str = list!("$1");

pub(super) async fn standings(ids: &[DetectionId], readers: &Pool) -> Result<Vec<Standing>> {
    let sql = format!(
        "SELECT d.id, d.label, u.name AS labelled_by, d.labelled_at, d.version, d.feedback, d.is_spam, d.score,
                d.threshold, d.judged_by, d.app_word, {TOLD}
         FROM detections d LEFT JOIN users u ON u.id = d.labelled_by WHERE d.id IN ({THESE}) ORDER BY d.id",
    );
    let rows: Vec<StandingRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(json!(ids).to_string()).fetch_all(readers).await?;
    rows.into_iter().map(Standing::try_from).collect()
}
