//! What people write: passages of labelled texts, put together anew.

use std::{
    cell::OnceCell,
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use fastrand::Rng;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::people::pick;
use crate::Failure;

/// Most passages that are kept of one file and label: no file outweighs the others by its size.
const PASSAGES_MAX: usize = 6_000;

/// Lengths of a passage, in characters: comments are short.
const LENGTHS: std::ops::RangeInclusive<usize> = 25..=280;

/// Some texts of our own, for where there are no corpora.
const BUILT_IN: &str = include_str!("texts.txt");

/// A text with its label, as corpora hold it; what else they hold is not needed.
#[derive(Deserialize)]
struct Labelled {
    label: String,
    message: String,
}

/// Some words of a text, and their language once somebody asked.
#[derive(Debug)]
struct Passage {
    text: String,
    language: OnceCell<Option<&'static str>>,
}

impl Passage {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: OnceCell::new() }
    }

    /// A message that says about this. What is added does not change its language, and telling one takes longer than everything
    /// else about a row.
    fn within(&self, message: String) -> Message {
        let language = *self.language.get_or_init(|| detector::language_of(&self.text));
        Message { text: message, language }
    }
}

/// What somebody wrote.
pub(super) struct Message {
    pub(super) text: String,
    /// ISO 639-3.
    pub(super) language: Option<&'static str>,
}

/// What a campaign says again and again; `…` is where it varies.
pub(super) struct Template {
    passage: Message,
}

impl Template {
    /// The template with an amount of money in it.
    pub(super) fn with(&self, amount: &str, more: &str) -> Message {
        let text = format!("{} {more}", self.passage.text.replace('…', amount));
        Message { text, language: self.passage.language }
    }
}

/// Passages by what they are.
#[derive(Debug, Default)]
pub(super) struct Texts {
    ham: Vec<Passage>,
    spam: Vec<Passage>,
}

impl Texts {
    /// The texts that come with Gavel.
    pub(super) fn built_in() -> Self {
        let mut texts = Self::default();
        for line in BUILT_IN.lines() {
            match line.split_once(' ') {
                Some(("spam", text)) => texts.spam.push(Passage::new(text)),
                Some(("ham", text)) => texts.ham.push(Passage::new(text)),
                _ => {}
            }
        }
        texts
    }

    /// Passages of all corpora in a folder.
    ///
    /// # Errors
    /// [`Failure::Refused`] when it cannot be read or holds no texts.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let refused = |problem: &dyn std::fmt::Display| {
            Failure::Refused(format!("--corpus {}: {problem}", folder.display()))
        };
        let entries = std::fs::read_dir(folder).map_err(|error| refused(&error))?;
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        let mut texts = Self::default();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".ndjson") {
                texts.take(File::open(&file)?)?;
            } else if name.ends_with(".ndjson.gz") {
                texts.take(MultiGzDecoder::new(File::open(&file)?))?;
            }
        }
        if texts.ham.is_empty() || texts.spam.is_empty() {
            return Err(refused(&"no file *.ndjson or *.ndjson.gz with texts labelled ham and spam"));
        }
        Ok(texts)
    }

    fn take(&mut self, file: impl Read) -> Result<(), Failure> {
        let (mut ham, mut spam) = (HashSet::new(), HashSet::new());
        for line in BufReader::new(file).lines() {
            // What is no such line is no text to us.
            let Ok(labelled) = serde_json::from_str::<Labelled>(&line?) else { continue };
            let (list, seen) = match labelled.label.as_str() {
                "spam" => (&mut self.spam, &mut spam),
                _ => (&mut self.ham, &mut ham),
            };
            for passage in passages(&labelled.message) {
                if seen.len() < PASSAGES_MAX && seen.insert(passage.clone()) {
                    list.push(Passage::new(passage));
                }
            }
        }
        Ok(())
    }

    /// Something that somebody has to say.
    pub(super) fn ham(&self, rng: &mut Rng) -> Message {
        let passage = any(&self.ham, rng);
        let mut text = passage.text.clone();
        if rng.u8(0..10) < 3 {
            text.push(' ');
            text.push_str(&any(&self.ham, rng).text);
        }
        passage.within(match rng.u8(0..12) {
            0 => format!("Hi all, {text}"),
            1 => format!("{text} Thanks!"),
            2 => format!("@{}: {text}", rng.u16(1..999)),
            3 => format!("{text} https://wiki.example/{}", rng.u32(..)),
            _ => text,
        })
    }

    /// Something that somebody has to sell.
    pub(super) fn spam(&self, rng: &mut Rng) -> Message {
        let passage = any(&self.spam, rng);
        let text = &passage.text;
        passage.within(match rng.u8(0..8) {
            0..=2 => format!("{text} {}", link(rng)),
            3 => format!("{text} {} {}", any(&self.spam, rng).text, link(rng)),
            4 => format!("{text} WhatsApp +1 555 01{:02} {:04}", rng.u8(0..100), rng.u16(0..10_000)),
            5 => text.to_uppercase(),
            _ => text.clone(),
        })
    }

    /// Something that a campaign has to sell.
    pub(super) fn template(&self, rng: &mut Rng) -> Template {
        let passage = any(&self.spam, rng);
        Template { passage: passage.within(format!("{} {}", passage.text, pick(OFFERS, rng))) }
    }
}

const OFFERS: &[&str] = &[
    "Earn … a week from home:",
    "You have won …, claim it here:",
    "Only today … off, visit",
    "Your parcel waits, pay … at",
    "Join … happy members on",
    "Loan of … without any check:",
];

const HOSTS: &[&str] =
    &["best-offer", "free-casino", "crypto-gain", "pills4u", "my-parcel", "hot-dates", "fast-loan"];

/// An address that leads nowhere.
pub(super) fn link(rng: &mut Rng) -> String {
    format!("http://{}{}.example/{:x}", pick(HOSTS, rng), rng.u16(1..400), rng.u32(..))
}

/// Any of a list; lists are never empty.
fn any<'a>(list: &'a [Passage], rng: &mut Rng) -> &'a Passage {
    &list[rng.usize(..list.len())]
}

/// Sentences and lines of a comment's length.
fn passages(message: &str) -> impl Iterator<Item = String> {
    let mut passages = Vec::new();
    let mut passage = String::new();
    for line in message.lines().map(str::trim).chain([""]) {
        if line.is_empty() || passage.len() > *LENGTHS.end() {
            passages.push(std::mem::take(&mut passage));
        }
        for word in line.split_whitespace() {
            if !passage.is_empty() {
                passage.push(' ');
            }
            passage.push_str(word);
            if word.ends_with(['.', '!', '?']) && passage.len() > 80 {
                passages.push(std::mem::take(&mut passage));
            }
        }
    }
    passages.into_iter().filter(|passage| {
        let letters = passage.chars().filter(|char| char.is_alphabetic()).count();
        LENGTHS.contains(&passage.chars().count()) && letters * 2 > passage.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_come_along_are_enough_for_both_kinds() {
        let texts = Texts::built_in();
        assert!(texts.ham.len() >= 20 && texts.spam.len() >= 20);
        let message = texts.template(&mut Rng::with_seed(1)).with("$500", "http://here.example");
        assert!(!message.text.contains('…') && message.text.ends_with("http://here.example"));
        assert_eq!(message.language, Some("eng"));
    }

    #[test]
    fn a_message_is_cut_into_passages_of_a_comments_length() {
        let message = format!(
            "Subject of it\n\n{}\n\n{}",
            "A long sentence of words, and then some. ".repeat(9),
            "12 34 56 78 90 12 34 56 78"
        );
        let found: Vec<_> = passages(&message).collect();
        assert!(found.len() >= 3, "{found:?}");
        assert!(found.iter().all(|passage| LENGTHS.contains(&passage.chars().count())));
        assert!(!found.iter().any(|passage| passage.contains("12 34")), "numbers are no text");
    }
}
