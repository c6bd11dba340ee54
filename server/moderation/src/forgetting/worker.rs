//! What is due is forgotten while Gavel serves.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{forget_due, overwrite};
use crate::{Moderation, ModerationError};

/// How often it is looked: rules may be set by another process. Without anything due, a look reads one small table.
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Moderation {
    /// Forgets what is due by the rules.
    ///
    /// # Errors
    /// When the store fails; the next look goes on.
    async fn forget_by_rules(&self, stop: &CancellationToken) -> Result<(), ModerationError> {
        let count = forget_due(&*self.store, self.clock.now(), stop).await?;
        if count.content + count.personal > 0 {
            tracing::info!(
                messages = count.content,
                writers = count.personal,
                "forgot what is due by the rules"
            );
        }
        // Also what a run left that a crash cut off.
        if self.store.finish_forgetting().await?
            && !overwrite(&*self.store, stop).await?
            && !stop.is_cancelled()
        {
            tracing::warn!(
                "somebody reads for long: what was forgotten is in the write-ahead log until it is written over"
            );
        }
        Ok(())
    }

    pub(crate) async fn run_forgetting(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.forget_by_rules(&stop).await {
                tracing::error!(%error, "what is due could not be forgotten");
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
        }
    }
}
