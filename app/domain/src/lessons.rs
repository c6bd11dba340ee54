//! What the embedded detector learnt from people and apps.

use serde::{Deserialize, Serialize};

use crate::{ApiTokenId, UserId};

/// Whose word a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Teacher {
    /// A moderator, by labelling.
    Person(UserId),
    /// An app, by its feedback through the gateway.
    App(ApiTokenId),
}

/// The most teachers that are listed by name.
pub const TEACHERS_LISTED: usize = 20;

/// What the detector goes by at present, beyond its model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// Labels that count.
    pub lessons: usize,
    /// Who taught most, first; at most [`TEACHERS_LISTED`].
    pub teachers: Vec<Taught>,
    /// Labels of all who are not listed.
    pub of_others: usize,
}

/// What one teacher taught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taught {
    /// The person's name, or the token's.
    pub name: String,
    /// Whether it is an app.
    pub is_app: bool,
    /// Labels of it that count.
    pub lessons: usize,
}
