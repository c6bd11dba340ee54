//! What else the log knows about a text and about who sent it. Every look is bounded: the cost does not follow the log.

use std::collections::{HashMap, HashSet};

use domain::related::HISTORY_BOUND;
use domain::search::{IndexText, Pattern, State, Term, TermKind};
use domain::{Alike, Detection, DetectionId, History, Order, PageRequest, Related, SearchQuery};

use crate::{Moderation, ModerationError};

/// The writer's address, unless all that is known is where the app called from.
fn writers_address(detection: &Detection) -> Option<std::net::IpAddr> {
    detection.content.ip.filter(|_| !detection.ip_is_apps)
}

/// Characters of a message that are compared: the first two screens.
const COMPARED_CHARS: u32 = 4_000;

/// Words that are looked up: the longest, which are rare as a rule. Each is one short walk of the index.
const WORDS_LOOKED_UP: usize = 12;

/// Newest detections taken for each word.
const HOLDERS_TAKEN: u32 = 200;

/// Detections whose texts are compared.
const COMPARED: usize = 20;

/// Similar detections shown.
const SHOWN: usize = 5;

/// Shared words over all words from which two texts are near-identical, in percent. Templates of a campaign with another
/// name, price or link stay above it; two messages on one subject stay below.
const ALIKE_PERCENT: u8 = 60;

impl Moderation {
    /// Similar detections, and the history of sender and address.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is no such detection.
    pub async fn related(&self, id: DetectionId) -> Result<Related, ModerationError> {
        let detection = self.detection(id).await?;
        let (same_text, same) =
            self.store.same_text(id, u32::try_from(SHOWN).unwrap_or(u32::MAX), HISTORY_BOUND).await?;
        let mut similar: Vec<(DetectionId, u8)> = same.into_iter().map(|id| (id, 100)).collect();
        if similar.len() < SHOWN {
            let known: HashSet<DetectionId> = similar.iter().map(|(id, _)| *id).chain([id]).collect();
            similar.extend(self.alike(&detection.content.message, &known).await?);
            similar.truncate(SHOWN);
        }
        let ids: Vec<DetectionId> = similar.iter().map(|(id, _)| *id).collect();
        let percents: HashMap<DetectionId, u8> = similar.into_iter().collect();
        let rows = self.store.summaries(&ids).await?;
        let alike = |detection: domain::DetectionSummary| Alike {
            percent: percents.get(&detection.id).copied().unwrap_or_default(),
            detection,
        };
        Ok(Related {
            same_text,
            similar: rows.into_iter().map(alike).collect(),
            sender: self.history(&detection, sender(&detection)).await?,
            // The address of the app's own server says nothing of who wrote.
            ip: self
                .history(&detection, writers_address(&detection).map(|ip| TermKind::Ip(ip.into())))
                .await?,
        })
    }

    /// Texts that share most words with `message`, likest first.
    async fn alike(
        &self,
        message: &str,
        known: &HashSet<DetectionId>,
    ) -> Result<Vec<(DetectionId, u8)>, ModerationError> {
        let words = words(message);
        let looked_up = longest(&words);
        let holders = self.store.holders(&looked_up, HOLDERS_TAKEN).await?;
        let candidates = candidates(&holders, known, looked_up.len());
        let texts = self.store.message_starts(&candidates, COMPARED_CHARS).await?;
        let mut alike: Vec<_> = texts
            .into_iter()
            .map(|(id, text)| (id, shared_percent(&words, &self::words(&text))))
            .filter(|(_, percent)| *percent >= ALIKE_PERCENT)
            .collect();
        alike.sort_by_key(|(id, percent)| std::cmp::Reverse((*percent, id.0)));
        Ok(alike)
    }

    /// What a term finds beside the detection; `None` when there is nothing to look for, or no search says it.
    async fn history(
        &self,
        detection: &Detection,
        kind: Option<TermKind>,
    ) -> Result<Option<History>, ModerationError> {
        let query = |kinds: Vec<TermKind>| SearchQuery {
            terms: kinds.into_iter().map(|kind| Term { negated: false, kind }).collect(),
        };
        let Some(kind) = kind else { return Ok(None) };
        let all = query(vec![kind.clone()]);
        let search = all.to_string();
        // The link must lead to what was counted: a sender such as "nobody" is no address that a search can name.
        if SearchQuery::parse(&search).ok().as_ref() != Some(&all) {
            return Ok(None);
        }
        let now = self.clock.now();
        let shown = u32::try_from(SHOWN).unwrap_or(u32::MAX);
        let request = PageRequest { order: Order::Newest, from: None, limit: shown + 1 };
        let mut latest = self.store.search(&all, &request, now).await?.rows;
        latest.retain(|row| row.id != detection.id);
        latest.truncate(SHOWN);
        let spam = query(vec![kind, TermKind::Is(State::Spam)]);
        Ok(Some(History {
            search,
            count: self.store.count(&all, now).await?,
            spam: self.store.count(&spam, now).await?,
            latest,
        }))
    }
}

/// The sender's address as a term. A star in it would stand for anything.
fn sender(detection: &Detection) -> Option<TermKind> {
    let email = detection.content.email.as_deref().filter(|email| !email.contains('*'))?;
    Some(TermKind::Email(Pattern::new(email)))
}

/// The distinct words of a text's start, as the index sees them.
fn words(text: &str) -> HashSet<String> {
    let end = text.char_indices().nth(COMPARED_CHARS as usize).map_or(text.len(), |(at, _)| at);
    IndexText::of(&text[..end]).words().map(str::to_owned).collect()
}

/// The longest words, in an order that does not change from call to call.
fn longest(words: &HashSet<String>) -> Vec<String> {
    let mut longest: Vec<String> = words.iter().cloned().collect();
    longest.sort_by(|one, other| other.chars().count().cmp(&one.chars().count()).then(one.cmp(other)));
    longest.truncate(WORDS_LOOKED_UP);
    longest
}

/// The detections that hold most of the words, and among them those that hold the rarest; at least half of the words.
fn candidates(holders: &[Vec<DetectionId>], known: &HashSet<DetectionId>, words: usize) -> Vec<DetectionId> {
    let mut shared: HashMap<DetectionId, (usize, f64)> = HashMap::new();
    for ids in holders {
        let rarity = 1.0 / (ids.len().max(1) as f64);
        for id in ids.iter().filter(|id| !known.contains(id)) {
            let entry = shared.entry(*id).or_default();
            *entry = (entry.0 + 1, entry.1 + rarity);
        }
    }
    let mut shared: Vec<_> = shared.into_iter().filter(|(_, (count, _))| count * 2 >= words).collect();
    shared.sort_by(|(one, (many, rare)), (other, (fewer, common))| {
        fewer.cmp(many).then(common.total_cmp(rare)).then(other.cmp(one))
    });
    shared.into_iter().take(COMPARED).map(|(id, _)| id).collect()
}

/// Words that both have, over words that either has, in percent, rounded down.
fn shared_percent(one: &HashSet<String>, other: &HashSet<String>) -> u8 {
    let both = one.intersection(other).count();
    let either = one.len() + other.len() - both;
    (both * 100).checked_div(either).map_or(0, |percent| u8::try_from(percent).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_alike_and_subjects_are_not() {
        let one = words("Dear Ana, buy 500 real followers today for $20 at http://cheap.biz/a1");
        let same = words("Dear Bob, buy 500 real followers today for $25 at http://cheap.biz/b7");
        let subject = words("I bought followers once, and they were no real people at all");
        assert!(shared_percent(&one, &same) >= ALIKE_PERCENT, "{}", shared_percent(&one, &same));
        assert!(shared_percent(&one, &subject) < 20);
        assert_eq!(shared_percent(&words(""), &words("")), 0);
    }

    #[test]
    fn candidates_hold_half_of_the_words_and_the_likest_come_first() {
        let id = DetectionId;
        let holders =
            [vec![id(9), id(5), id(3)], vec![id(5), id(3)], vec![id(5)], vec![id(7), id(3), id(1), id(2)]];
        assert_eq!(candidates(&holders, &HashSet::from([id(9)]), 4), [id(5), id(3)]);
    }
}
