//! Imports: the list, one of them as far as it is, and what moves it on. Files come in by a plain form (`POST /imports/new`).

mod get;
mod list;
mod plan;
mod turn;

pub use get::{ImportReport, get_import, get_upload_problem};
pub use list::list_imports;
pub use plan::{PlanForm, PlanImport, plan_import};
pub use turn::{TurnImport, turn_import};
