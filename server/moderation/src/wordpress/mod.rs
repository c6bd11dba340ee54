//! WordPress: what moderators decide is written into it, what waits there and what people decide there is read, by its REST interface.

mod connect;
mod grant;
mod matching;
mod read;
mod work;
mod write;

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

pub use connect::{Approved, Begun, Shown};
use wordpress::WordPressError;

use crate::ModerationError;

/// What the application password is sealed for.
const PASSWORD: &str = "wordpress password";

/// How far each site was read by this program: a start begins anew, which asks more and loses nothing.
#[derive(Default)]
pub(crate) struct Progress(Mutex<HashMap<i64, SiteProgress>>);

#[derive(Clone, Debug, Default)]
struct SiteProgress {
    /// The page of older comments that is read next, by status; the newest page is read each time.
    next_page: [u32; 4],
    /// Comments that are no detection's and are nothing to be judged.
    nobodys: HashSet<i64>,
}

/// Why the work on a site ended early.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// WordPress: it is tried again.
    #[error(transparent)]
    Site(#[from] WordPressError),
    /// Our own: nothing of it is the site's fault.
    #[error(transparent)]
    Own(#[from] ModerationError),
}

impl From<store::StoreError> for Trouble {
    fn from(error: store::StoreError) -> Self {
        Self::Own(error.into())
    }
}
