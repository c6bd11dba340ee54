//! Gavel's plain types and rules: what a detection is, what a label is, how a search is written.
//!
//! No I/O, no clock, no randomness: everything here also compiles for the browser, so the server and the page
//! validate, parse and print by the same code.

#![deny(missing_docs)]

pub mod account;
pub mod alert;
pub mod api_token;
pub mod audit;
pub mod budget;
pub mod bulk;
pub mod callback;
pub mod content;
pub mod decision;
pub mod detection;
pub mod export;
pub mod facets;
pub mod file_reading;
pub mod fleet;
pub mod forecast;
pub mod forgetting;
pub mod import;
pub mod import_file;
pub mod language;
pub mod lessons;
pub mod live;
pub mod overview;
mod own_test;
pub mod own_threshold;
pub mod paging;
pub mod people;
pub mod reason;
pub mod related;
pub mod review;
pub mod rule;
pub mod saved_search;
pub mod search;
pub mod site;
pub mod statistics;
pub mod story;
pub mod text;
pub mod time;
pub mod token_bounds;
pub mod upstream;
pub mod usage;
pub mod wordpress;
mod wordpress_site;
mod zone;

pub use account::{Role, User, UserId};
pub use alert::{
    Alert, AlertChannel, AlertDelivery, AlertEvent, AlertId, AlertKind, AlertRules, AlertRulesForm,
    WebhookKind, WebhookTarget,
};
pub use api_token::{ApiToken, ApiTokenId, Fallback, REFUSALS_END_HOURS, RefusalCount, RefusalKind};
pub use audit::{AuditCheck, AuditEvent, AuditFault, AuditFilter, AuditWho};
pub use budget::{Budget, BudgetForm, BudgetId, BudgetScope, BudgetSpan, BudgetStanding, BudgetTime};
pub use bulk::{BulkAction, BulkId, BulkKind, BulkState, RowRef};
pub use callback::{AppDecision, AppDecisionEvent, Callback, CallbackForm};
pub use content::{Content, ContentForm, FieldError};
pub use decision::{Decided, Decision, DecisionId, Label, LabelParts};
pub use detection::{
    Circumstances, Detection, DetectionId, DetectionSummary, Endpoint, FeedbackState, JudgedBy, Judgement,
    NO_SCORE, NewDetection, Origin, Signal,
};
pub use export::{ExportFormat, ExportProgress, ExportState};
pub use facets::{Facet, FacetValue, Facets};
pub use file_reading::{
    DayOrder, FailedAt, FileAccount, FileAlternative, FileChoices, FileGuess, FileTrait, LeftOut, NotRead,
    Quoting,
};
pub use forecast::{Outlook, QuotaForecast};
pub use forgetting::{DataSubject, Forgotten, Gone, RetentionRule};
pub use import::{
    AtQuota, Import, ImportCost, ImportCounts, ImportId, ImportPlan, ImportPreview, ImportResults, ImportRow,
    ImportRowState, ImportShare, ImportState, KnownLabels, OddRow, Oddity, PreviewRow, TakenLabels,
    TakingBack,
};
pub use import_file::{FileFormat, MappedField, Mapping};
pub use language::Language;
pub use lessons::{Learnt, Taught, Teacher, TeacherKind};
pub use live::{LiveEvent, Standing};
pub use own_test::{LINES_SHOWN, OwnTest, OwnTestReport, TestLine};
pub use own_threshold::{OwnThreshold, ThresholdForm, USUAL_THRESHOLD};
pub use paging::{BoundedCount, Cursor, Direction, Order, Page, PageRequest};
pub use people::{Invitation, InviteForm, LinkPurpose, OwnSession, Person, PersonAct, PersonForm};
pub use reason::{
    LabelWish, Macro, MacroForm, MacroId, NewMacro, NewReasonList, Reason, ReasonId, ReasonList,
    ReasonListForm,
};
pub use related::{Alike, History, Related};
pub use review::{Claim, QueuePlace, ReviewProgress};
pub use rule::{Rule, RuleAction, RuleForm, RuleHit, RuleId, WhatIf};
pub use saved_search::{SavedSearch, SavedSearchId};
pub use search::SearchQuery;
pub use statistics::Days;
pub use story::{AppWord, DetectionStory, Note, PastVerdict, WordWay};
pub use token_bounds::{PreviousSecret, TokenBounds, TokenScope};
pub use upstream::UpstreamHealth;
pub use usage::{DailyCount, LogCount, OutboxCounts, Overview, QuotaReport, UsagePoint, UsageSample};
pub use wordpress_site::{Unwritten, WordPressForm, WordPressSite};
pub use zone::Zone;

/// Declares an enum that is stored, sent and searched by one lower-case word per variant.
///
/// Gives `ALL`, `as_str`, `Display` and `FromStr` (error: [`UnknownWord`]).
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this variant in the database, in URLs and in searches.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord { expected: &[$($word),+], found: word.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use words;

/// A word that names no variant of the enum that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is none of {}", .expected.join(", "))]
pub struct UnknownWord {
    /// The words that would have been understood.
    pub expected: &'static [&'static str],
    /// The word that was given.
    pub found: String,
}
