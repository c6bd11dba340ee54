//! Decisions as the database keeps them.

use domain::{Decision, DecisionId, DetectionId, ImportId, UserId};
use sqlx::query::QueryAs;
use sqlx::{AssertSqlSafe, Database, Executor};

use super::columns::At;
use super::reasons::given;
use super::text;
use super::{Connection, Db};
use crate::{Result, StoreError};

#[derive(sqlx::FromRow)]
pub(super) struct DecisionRow {
    id: i64,
    detection_id: i64,
    user_id: i64,
    user_name: String,
    label: String,
    previous: Option<String>,
    decided_at: i64,
    send_after: i64,
    sent_at: Option<i64>,
    last_error: Option<String>,
    import_id: Option<i64>,
    is_told: bool,
    is_unknown: bool,
    undone_at: Option<i64>,
}

/// The start of every statement that reads decisions. What became of the feedback is read from the decision's own outbox
/// rows; rows that take it back do not count.
const SELECT_DECISION: &str = "
    SELECT l.id, l.detection_id, l.user_id, u.name AS user_name, l.label, l.previous, l.decided_at, l.send_after,
           (SELECT min(o.settled_at) FROM feedback_outbox o
            WHERE o.decision_id = l.id AND NOT o.reversal AND o.state = 'sent') AS sent_at,
           (SELECT o.last_error FROM feedback_outbox o
            WHERE o.decision_id = l.id AND NOT o.reversal ORDER BY o.id DESC LIMIT 1) AS last_error,
           l.import_id,
           (l.import_id IS NULL AND (SELECT judged_by FROM detections WHERE id = l.detection_id) <> 'refused')
             OR EXISTS (SELECT 1 FROM feedback_outbox o WHERE o.decision_id = l.id AND NOT o.reversal) AS is_told,
           coalesce((SELECT o.unknown FROM feedback_outbox o
                     WHERE o.decision_id = l.id AND NOT o.reversal ORDER BY o.id DESC LIMIT 1), FALSE) AS is_unknown,
           l.undone_at
    FROM label_decisions l JOIN users u ON u.id = l.user_id ";

impl TryFrom<DecisionRow> for Decision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self> {
        let at = At { table: "label_decisions", id: row.id };
        Ok(Self {
            id: DecisionId(row.id),
            detection_id: DetectionId(row.detection_id),
            user_id: UserId(row.user_id),
            user_name: row.user_name,
            label: at.word("label", &row.label)?,
            reasons: Vec::new(),
            previous: at.maybe_word("previous", row.previous.as_deref())?,
            decided_at: at.time("decided_at", row.decided_at)?,
            send_after: at.time("send_after", row.send_after)?,
            sent_at: at.maybe_time("sent_at", row.sent_at)?,
            last_error: row.last_error.map(text::read),
            import_id: row.import_id.map(ImportId),
            is_told: row.is_told,
            is_unknown: row.is_unknown,
            undone_at: at.maybe_time("undone_at", row.undone_at)?,
        })
    }
}

/// One decision.
pub(super) async fn find(id: DecisionId, connection: &mut Connection) -> Result<Option<Decision>> {
    one("WHERE l.id = $1", id.0, connection).await
}

/// The decision that stands on a detection: the newest that was not undone.
pub(super) async fn standing(
    detection: DetectionId,
    connection: &mut Connection,
) -> Result<Option<Decision>> {
    let newest =
        "WHERE l.id = (SELECT max(id) FROM label_decisions WHERE detection_id = $1 AND undone_at IS NULL)";
    one(newest, detection.0, connection).await
}

async fn one(condition: &'static str, id: i64, connection: &mut Connection) -> Result<Option<Decision>> {
    let row = select(condition).bind(id).fetch_optional(&mut *connection).await?;
    Ok(read(row.into_iter().collect(), connection).await?.pop())
}

/// A statement that reads decisions.
pub(super) fn select(
    condition: &'static str,
) -> QueryAs<'static, Db, DecisionRow, <Db as Database>::Arguments> {
    sqlx::query_as(AssertSqlSafe(format!("{SELECT_DECISION} {condition}")))
}

/// The decisions of some rows, with their reasons.
pub(super) async fn read(
    rows: Vec<DecisionRow>,
    connection: impl Executor<'_, Database = Db>,
) -> Result<Vec<Decision>> {
    let decisions = rows.into_iter().map(Decision::try_from).collect::<Result<_>>()?;
    given::with_decisions(decisions, connection).await
}
