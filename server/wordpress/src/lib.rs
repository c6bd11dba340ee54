//! WordPress's REST interface, as far as comments take it: find a site, log in with an application password, list comments, change their
//! status. See <https://developer.wordpress.org/rest-api/reference/comments/>; what WordPress does otherwise than it says there is said
//! where it is met.

#![deny(missing_docs)]

mod comment;
mod discovery;
mod error;
mod request;
mod site;

pub use comment::{Comment, Status};
pub use discovery::{Found, find};
pub use error::WordPressError;
pub use site::{Listing, Page, Site};
