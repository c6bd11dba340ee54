#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod channel;
mod client;
mod doubt;
mod engine;
mod features;
mod form;
mod hash;
mod judge;
mod language;
mod learn;
mod ledger;
mod links;
mod model;
mod passages;
mod phrases;
mod sender;
mod sentence;
mod signals;
mod site;
mod text;
mod validate;

pub use channel::Channel;
pub use engine::{Clock, Engine, EngineOptions};
pub use judge::{ContentAnalysis, EVIDENCE_CAP, Evidence, THRESHOLD, Verdict, judge, judge_with};
pub use language::of as language_of;
pub use learn::{Corpus, CorpusError, FormLabels, Row, curve, eval, train};
pub use ledger::{Ledger, LedgerError, MemoryLedger};
pub use model::{Model, ModelError};
pub use signals::Signal;
pub use site::{
    APP_CAP, HELD, Lesson, MEMORY_CAP, MOST_FEATURES, MOST_OF_AN_APP, PERSON_CAP, SiteKnowledge, Teacher,
};
pub use validate::validate;
