//! Who is looking, and how they want it to look.

mod blur;
mod current;
mod hide_note;
mod join_link;
mod list_look;
mod theme;
mod zone;

pub use blur::{SetBlur, set_blur};
pub use current::{get_form_problem, get_session, is_first_run};
pub(crate) use hide_note::{HIDE_NOTE, NOTE_COOKIE};
pub use hide_note::{HideNote, hide_note};
pub use join_link::get_join_link;
pub use list_look::{SetListLook, set_list_look};
pub use theme::{SetTheme, set_theme};
pub use zone::get_zone;
