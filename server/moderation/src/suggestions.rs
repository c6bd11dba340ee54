//! Values to offer while somebody types a search.

use domain::search::{Key, Pattern, ReasonTest, TermKind};

use crate::{Moderation, ModerationError};

/// Most values of one key.
const VALUES_MAX: u32 = 100;

impl Moderation {
    /// The values that the log knows for a key, as a search writes them: sites, people, imports, reasons. None for other keys.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn known_values(&self, key: Key) -> Result<Vec<String>, ModerationError> {
        let kinds: Vec<TermKind> = match key {
            Key::Site => {
                let sites = self.store.known_sites(VALUES_MAX).await?;
                sites.into_iter().map(|site| TermKind::Site(Pattern::new(&site))).collect()
            }
            Key::By => {
                let names = self.store.names().await?.into_iter().take(VALUES_MAX as usize);
                names.map(|(_, name)| TermKind::By(name)).collect()
            }
            Key::Token => {
                let tokens = self.store.api_tokens().await?.into_iter().take(VALUES_MAX as usize);
                tokens.map(|token| TermKind::Token(token.name)).collect()
            }
            Key::Reason => {
                let names = self.store.reason_names(VALUES_MAX).await?;
                names.into_iter().map(|name| TermKind::Reason(ReasonTest::Named(name))).collect()
            }
            Key::Import => {
                let numbers = self.store.known_imports(VALUES_MAX).await?;
                numbers.into_iter().map(TermKind::Import).collect()
            }
            _ => Vec::new(),
        };
        let written = kinds.into_iter().map(|kind| domain::search::Term { negated: false, kind }.to_string());
        Ok(written.filter_map(|term| term.split_once(':').map(|(_, value)| value.to_owned())).collect())
    }
}
