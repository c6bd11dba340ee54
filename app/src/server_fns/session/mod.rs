//! Who is looking, and how they want it to look.

mod blur;
mod current;
mod join_link;
mod list_look;
mod theme;
mod zone;

pub use blur::{SetBlur, set_blur};
pub use current::{get_form_problem, get_session};
pub use join_link::get_join_link;
pub use list_look::{SetListLook, set_list_look};
pub use theme::{SetTheme, set_theme};
pub use zone::get_zone;
