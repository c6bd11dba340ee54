//! Which comment is which detection. A plugin never tells the comment's id, so post, writer, text and time have to.

use chrono::{DateTime, Utc};
use domain::{Detection, wordpress::Place};
use wordpress::Comment;

use crate::content_hash;

/// Seconds between the time that a plugin sends, which is the site's clock on the wall, and the comment's.
const SAME_CLOCK: i64 = 2;

/// Seconds between a check and the comment being kept, where no time was sent.
const SAME_MOMENT: i64 = 5;

/// How well they fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// By writer and time: WordPress may have taken markup out of the text.
    Time,
    /// By writer and text.
    Text,
    /// By writer, text and time.
    Both,
}

/// What was found among several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// It.
    One(T),
    /// Nothing fits.
    None,
    /// Several fit equally well, so that any choice would be a guess.
    Several,
}

/// The comment that a detection is.
pub(super) fn comment_among(comments: Vec<Comment>, detection: &Detection) -> Found<Comment> {
    best(comments, |comment| fit(comment, detection).map(|fit| (fit, far(comment, detection))))
}

/// The detection that a comment is.
pub(super) fn detection_among(detections: Vec<Detection>, comment: &Comment) -> Found<Detection> {
    best(detections, |detection| fit(comment, detection).map(|fit| (fit, far(comment, detection))))
}

/// The one that fits best; of those, the one that is nearest in time.
fn best<T>(all: Vec<T>, rank: impl Fn(&T) -> Option<(Fit, i64)>) -> Found<T> {
    let mut fitting: Vec<_> = all.into_iter().filter_map(|one| rank(&one).map(|rank| (rank, one))).collect();
    fitting.sort_by_key(|((fit, far), _)| (std::cmp::Reverse(*fit), *far));
    let is_tied = fitting.len() > 1 && fitting[0].0 == fitting[1].0;
    match fitting.into_iter().next() {
        None => Found::None,
        Some(_) if is_tied => Found::Several,
        Some((_, one)) => Found::One(one),
    }
}

fn fit(comment: &Comment, detection: &Detection) -> Option<Fit> {
    let content = &detection.content;
    let email = content.email.as_deref().unwrap_or_default().trim();
    if !email.eq_ignore_ascii_case(comment.author_email.trim()) {
        return None;
    }
    let is_elsewhere = Place::of(content).post_id.is_some_and(|post| post != comment.post);
    if is_elsewhere {
        return None;
    }
    let text = content_hash(comment.text()) == content_hash(&content.message);
    let time = match content.timestamp {
        Some(said) => [comment.date, comment.date_gmt]
            .iter()
            .any(|date| (date.and_utc().timestamp() - said).abs() <= SAME_CLOCK),
        None => far(comment, detection) <= SAME_MOMENT,
    };
    match (text, time) {
        (true, true) => Some(Fit::Both),
        (true, false) => Some(Fit::Text),
        (false, true) => Some(Fit::Time),
        (false, false) => None,
    }
}

/// Seconds between them.
fn far(comment: &Comment, detection: &Detection) -> i64 {
    let written: DateTime<Utc> = comment.date_gmt.and_utc();
    (written - detection.created_at).num_seconds().abs()
}
