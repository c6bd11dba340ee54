//! What the log knows of one address, domain, network or link.

use domain::{DetectionSummary, Facets, Rule};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the log knows of a sender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SenderReport {
    /// The search that finds them.
    pub search: String,
    /// Of what all that was found is made.
    pub facets: Facets,
    /// The newest of it.
    pub newest: Vec<DetectionSummary>,
    /// Rules that name them.
    pub rules: Vec<Rule>,
}

/// What the log knows of a sender.
///
/// # Errors
/// [`AppError::BadSearch`] when it cannot be read.
#[server(prefix = "/fn", endpoint = "senders/get", input = GetUrl)]
pub async fn get_sender(
    /// A search of one term: `email:…`, `ip:…`, or words in quotes.
    #[server(default)]
    of: String,
) -> Result<SenderReport, AppError> {
    use crate::context::{authorise, moderation};
    use domain::{Order, PageRequest};

    /// As many as fit on a screen.
    const NEWEST: u32 = 20;

    authorise(domain::Role::Viewer)?;
    let query = crate::server_fns::detections::read(&of)?;
    let moderation = moderation()?;
    let page = PageRequest { order: Order::Newest, from: None, limit: NEWEST };
    let newest = moderation.search(&query, &page).await?.rows;
    let facets = moderation.facets(&query).await?;
    let mut rules = moderation.all_rules().await?;
    rules.retain(|rule| query.terms.iter().all(|term| rule.search().has(term)));
    Ok(SenderReport { search: query.to_string(), facets, newest, rules })
}
