//! What the embedded detector learnt from people and apps.

use serde::{Deserialize, Serialize};

use crate::{ApiTokenId, UserId};

/// Whose word a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Teacher {
    /// A moderator, by labelling.
    Person(UserId),
    /// The people who moderate in an app, by its feedback through the gateway: an administrator said that they decide it.
    PeopleOf(ApiTokenId),
    /// An app, by its feedback through the gateway.
    App(ApiTokenId),
}

crate::words! {
    /// What a teacher is.
    TeacherKind {
        /// A moderator of this Gavel.
        Person = "person",
        /// Moderators of an app.
        PeopleOfApp = "people of an app",
        /// An app.
        App = "app",
    }
}

impl Teacher {
    /// What the teacher is.
    pub fn kind(self) -> TeacherKind {
        match self {
            Self::Person(_) => TeacherKind::Person,
            Self::PeopleOf(_) => TeacherKind::PeopleOfApp,
            Self::App(_) => TeacherKind::App,
        }
    }
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
    /// Who that is, in a word or three: a person, the people of an app, or an app.
    pub kind: TeacherKind,
    /// Labels of it that count.
    pub lessons: usize,
}
