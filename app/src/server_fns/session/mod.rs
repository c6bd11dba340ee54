//! Who is looking, and how they want it to look.

mod current;
mod theme;

pub use current::{get_form_problem, get_session};
pub use theme::{SetTheme, set_theme};
