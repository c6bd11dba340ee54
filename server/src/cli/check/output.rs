//! What is printed of verdicts: a table for people, JSON for programs.

use std::io::{self, ErrorKind, Write};

use domain::{Detection, paging::grouped, text::single_line};
use serde_json::{Value, json};
use url::Url;

use super::{Verdict, input::Item, words};
use crate::Failure;

/// Characters of a message that the table shows.
const EXCERPT: usize = 72;

/// Prints verdicts and counts them.
pub(super) struct Output {
    is_json: bool,
    /// Whether ids in the log mean anything.
    is_logged: bool,
    /// Where ActiveLayer is asked, if it is.
    base_url: Option<Url>,
    spam: u64,
    ham: u64,
    failed: u64,
}

impl Output {
    pub(super) fn new(is_json: bool, is_logged: bool, base_url: Option<Url>) -> Self {
        Self { is_json, is_logged, base_url, spam: 0, ham: 0, failed: 0 }
    }

    /// Prints what came of a message. False when nobody reads it any more (`| head`).
    pub(super) fn print(&mut self, item: &Item, verdict: Option<&Verdict>) -> Result<bool, Failure> {
        let outcome = match (&item.content, verdict) {
            (Err(problem), _) => Err(problem.clone()),
            (_, Some(Ok(detection))) => Ok(detection),
            (_, Some(Err(error))) => Err(words::of(error, self.base_url.as_ref())),
            (_, None) => Err("it was not judged".to_owned()),
        };
        match &outcome {
            Ok(detection) if detection.judgement.is_spam => self.spam += 1,
            Ok(_) => self.ham += 1,
            Err(_) => self.failed += 1,
        }
        let line = if self.is_json { self.object(item, outcome).to_string() } else { row(item, outcome) };
        match writeln!(io::stdout(), "{line}") {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            result => Ok(result.map(|()| true)?),
        }
    }

    fn object(&self, item: &Item, outcome: Result<&Detection, String>) -> Value {
        let detection = match outcome {
            Ok(detection) => detection,
            Err(problem) => return json!({ "place": item.place, "error": problem }),
        };
        let judgement = &detection.judgement;
        json!({
            "place": item.place,
            "message": detection.content.message,
            "verdict": judgement.verdict().as_str(),
            "is_spam": judgement.is_spam,
            "score": judgement.score,
            "threshold": judgement.threshold,
            "signals": judgement.signals,
            "judged_by": judgement.judged_by.as_str(),
            "detection_id": judgement.upstream_id,
            "id": self.is_logged.then_some(detection.id.0),
        })
    }

    /// Says how many of what, beside the verdicts.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let total = self.spam + self.ham + self.failed;
        if !self.is_json && total > 1 {
            let (spam, ham) = (grouped(self.spam), grouped(self.ham));
            writeln!(
                io::stderr(),
                "{} messages: {spam} spam, {ham} ham, {} failed",
                grouped(total),
                self.failed
            )?;
        }
        match (self.failed, total) {
            (0, _) => Ok(()),
            (_, 1) => Err(Failure::Refused("the message could not be checked".to_owned())),
            (failed, total) => {
                let words =
                    format!("{} of {} messages could not be checked", grouped(failed), grouped(total));
                Err(Failure::Refused(words))
            }
        }
    }
}

fn row(item: &Item, outcome: Result<&Detection, String>) -> String {
    match outcome {
        Ok(detection) => {
            let judgement = &detection.judgement;
            let line = single_line(&detection.content.message);
            let mut excerpt: String = line.chars().take(EXCERPT).collect();
            if excerpt.len() < line.len() {
                excerpt.push('…');
            }
            format!(
                "{:4} {:5.1}  {:10}  {excerpt}",
                judgement.verdict().as_str(),
                judgement.score,
                item.place
            )
        }
        Err(problem) => format!("!           {:10}  {problem}", item.place),
    }
}
