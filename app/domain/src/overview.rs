//! What the Overview page tells beside figures: what needs a person, and who is here.

use serde::{Deserialize, Serialize};

use crate::{BoundedCount, SearchQuery};

/// What waits for a person. What is counted of seven days is so for each of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// Detections of the last seven days about which nobody has said a word.
    pub waiting: BoundedCount,
    /// The sites with the most of them, the most first.
    pub sites: Vec<SiteWaits>,
    /// Those of the last seven days where an app says otherwise than the verdict or the label.
    pub contested: BoundedCount,
    /// Those of the last seven days whose app was told otherwise than what stands now.
    pub late: BoundedCount,
    /// What rules hold for a person.
    pub held: BoundedCount,
    /// Feedback that was refused for good.
    pub failed: BoundedCount,
}

/// What waits of one site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteWaits {
    /// The site in words.
    pub name: String,
    /// How many.
    pub count: u64,
    /// The search that finds them.
    pub query: SearchQuery,
}

/// Somebody with a page open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// Their name.
    pub name: String,
    /// Whether they review.
    pub reviews: bool,
}
