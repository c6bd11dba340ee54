//! The people who moderate.

use domain::User;

use crate::{Moderation, ModerationError};

impl Moderation {
    /// Everybody with an account, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn people(&self) -> Result<Vec<User>, ModerationError> {
        Ok(self.store.users().await?)
    }
}
