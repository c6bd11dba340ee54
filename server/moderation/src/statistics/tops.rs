//! What comes most often among the newest checks.

use std::collections::HashMap;

use domain::Days;
use domain::statistics::{Scope, Tally, Top, Tops};
use store::statistics::Source;

use super::earliest_seen;
use crate::{Moderation, ModerationError};

/// Most values of each list.
const SHOWN: usize = 10;

impl Moderation {
    /// The senders, domains, addresses and languages that come most often among the newest checks of a range.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tops(&self, days: Days, scope: &Scope) -> Result<Tops, ModerationError> {
        let newest = self.store.newest_sources(&scope.search_in(days), self.clock.now()).await?;
        let sources = &newest.found;
        Ok(Tops {
            rows: newest.rows,
            since: earliest_seen(newest.since, days),
            senders: most(sources, |source| source.email.as_deref().map(str::to_ascii_lowercase)),
            domains: most(sources, |source| {
                source.email.as_deref()?.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
            }),
            addresses: most(sources, |source| source.ip.map(|ip| ip.to_string())),
            languages: most(sources, |source| source.language.clone()),
        })
    }
}

/// The values that come most often, the most frequent first. A star in a value would mean other values to a search.
fn most(sources: &[Source], value: impl Fn(&Source) -> Option<String>) -> Vec<Top> {
    let mut tallies = HashMap::<String, Tally>::new();
    for source in sources {
        if let Some(value) = value(source).filter(|value| !value.contains('*')) {
            tallies.entry(value).or_default().add(source.is_spam, 1);
        }
    }
    let mut tops: Vec<Top> = tallies.into_iter().map(|(value, tally)| Top { value, tally }).collect();
    tops.sort_by(|a, b| b.tally.sum().cmp(&a.tally.sum()).then_with(|| a.value.cmp(&b.value)));
    tops.truncate(SHOWN);
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first() {
        let source = |email: &str, is_spam| Source {
            is_spam,
            email: Some(email.to_owned()),
            ip: None,
            language: None,
        };
        let sources = [
            source("A@x.test", true),
            source("a@X.test", false),
            source("b@x.test", true),
            source("*@x", true),
        ];
        let tops = most(&sources, |source| source.email.as_deref().map(str::to_ascii_lowercase));
        let found: Vec<_> =
            tops.iter().map(|top| (top.value.as_str(), top.tally.spam, top.tally.ham)).collect();
        assert_eq!(found, [("a@x.test", 1, 1), ("b@x.test", 1, 0)]);
        assert_eq!(most(&sources, |source| source.language.clone()), []);
    }
}
