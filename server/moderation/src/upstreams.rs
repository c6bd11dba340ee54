//! Who is asked for a verdict, and on whose behalf.

use std::sync::Arc;

use activelayer::SpamApi;

use crate::{Learner, resilience::Watch};

/// The same upstream, once for each kind of caller: they share a budget, but not their patience.
#[derive(Clone)]
pub struct Upstreams {
    /// For moderators who wait at a page.
    pub interactive: Arc<dyn SpamApi>,
    /// For apps that wait at the gateway.
    pub gateway: Arc<dyn SpamApi>,
    /// For work that nobody waits for: feedback, rechecks, polls.
    pub background: Arc<dyn SpamApi>,
    /// Tells whether calls go through; `None` where nothing guards the upstream.
    pub guard: Option<Arc<dyn Watch>>,
    /// Who decides for sites whose fallback is [`domain::Fallback::Engine`]; without one their submissions pass.
    pub stand_in: Option<Arc<dyn SpamApi>>,
    /// The detector that learns from this installation's labels, whoever judges at present.
    pub learner: Option<Arc<dyn Learner>>,
}

impl From<Arc<dyn SpamApi>> for Upstreams {
    /// One upstream for everybody, that never needs a stand-in.
    fn from(api: Arc<dyn SpamApi>) -> Self {
        Self {
            interactive: Arc::clone(&api),
            gateway: Arc::clone(&api),
            background: api,
            guard: None,
            stand_in: None,
            learner: None,
        }
    }
}
