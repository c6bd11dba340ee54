//! `GET /api/v1/decisions`: what was decided after the answers, for apps that cannot be called.

use std::{collections::BTreeMap, sync::Arc};

use activelayer::wire::Refusal;
use axum::extract::{Request, State};
use serde::Serialize;

use super::{Asks, Contract, Reply, body, openapi};

/// Decisions of one answer: as many as fit in well under a megabyte.
const LIMIT_MAX: u32 = 1_000;

/// Decisions of one answer when the app does not say how many.
const LIMIT: u32 = 100;

/// Which part of the feed is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The last decision that the app has; 0 for none.
    pub after: i64,
    /// How many it wants at most.
    pub limit: u32,
}

/// A part of the feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Decisions {
    /// What stands now about submissions, in the order in which it was decided.
    #[schema(value_type = Vec<Decision>)]
    pub decisions: Vec<serde_json::Value>,
    /// What to send as `after` the next time.
    pub next: i64,
    /// Whether there are more by now.
    pub more: bool,
}

/// What stands now about a submission. Of two about one submission the greater `version` counts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Decision {
    /// Place in the feed.
    id: i64,
    /// The same; it only grows.
    version: i64,
    /// `label`: a person decided; `undo`: a label was taken back; `verdict`: it was judged again; `test`: a callback is tried.
    event: String,
    /// The `detection_id` of the answer that the app got.
    detection_id: String,
    /// The app's own name for it: `external_id` of the check's body, or its header `Gavel-External-Id`.
    external_id: Option<String>,
    /// The site.
    site: String,
    /// What stands now.
    is_spam: bool,
    /// What the app was told before; `null`: nothing.
    previous_is_spam: Option<bool>,
    /// `person`, or who judged.
    decided_by: String,
    /// Why, as the moderator put it: names of reasons, with commas between; `null` where none was given.
    reason: Option<String>,
    /// When.
    decided_at: String,
}

/// What was decided since
///
/// Labels, labels taken back, and verdicts that were given again, once they can no longer be undone. Begin with `after=0`, go on
/// with `next`; nothing is skipped. That a person confirmed a verdict is told, too: `decided_by` says so.
#[utoipa::path(
    get,
    path = "/decisions",
    operation_id = "decisions",
    tag = "Decisions",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "`next` of the answer before; 0 or nothing at first."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many at most; 100 if nothing is said."),
    ),
    responses(openapi::DecisionsAnswers)
)]
pub(super) async fn get<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let received = body::receive(&*contract, request, Asks::Decisions).await?;
    let part =
        Part::read(&query).inspect_err(|refusal| contract.note_refusal(Some(&received.caller), refusal))?;
    Ok(contract.decisions(received.caller, part).await)
}

impl Part {
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut part = Self { after: 0, limit: LIMIT };
        let mut wrong = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let mut say = |problem: &str| wrong.insert(name.to_string(), vec![problem.to_owned()]);
            match &*name {
                "after" => match value.parse() {
                    Ok(after) if after >= 0 => part.after = after,
                    _ => drop(say("The after field must be a whole number from 0.")),
                },
                "limit" => match value.parse() {
                    Ok(limit) if (1..=LIMIT_MAX).contains(&limit) => part.limit = limit,
                    _ => drop(say("The limit field must be a whole number from 1 to 1000.")),
                },
                _ => {}
            }
        }
        if wrong.is_empty() { Ok(part) } else { Err(Refusal::invalid(wrong)) }
    }
}

impl From<Decisions> for Reply {
    fn from(decisions: Decisions) -> Self {
        serde_json::to_string(&decisions).map_or_else(|_| Refusal::internal().into(), Self::json)
    }
}
