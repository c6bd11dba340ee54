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

/// Whether a comment is by the writer of a detection, on its post. One that was known may be another by now: numbers are given anew when
/// WordPress is restored or moved.
pub(super) fn is_by(comment: &Comment, detection: &Detection) -> bool {
    let content = &detection.content;
    let email = content.email.as_deref().unwrap_or_default().trim();
    email.eq_ignore_ascii_case(comment.author_email.trim())
        && Place::of(content).post_id.is_none_or(|post| post == comment.post)
}

fn fit(comment: &Comment, detection: &Detection) -> Option<Fit> {
    let content = &detection.content;
    if !is_by(comment, detection) {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOON: i64 = 1_794_916_800;

    fn comment(id: i64, change: &Value) -> Comment {
        let mut comment = json!({
            "id": id, "post": 7, "author_email": "Mara@example.net", "status": "approved", "content": { "raw": "Thank you!" },
            "date": "2026-11-17T13:00:00", "date_gmt": "2026-11-17T12:00:00",
        });
        comment.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
        serde_json::from_value(comment).unwrap()
    }

    fn detection(change: &Value) -> Detection {
        let mut detection = json!({
            "id": 1, "created_at": "2026-11-17T12:00:00Z", "endpoint": "check-comment", "origin": "api", "site": "blog.example",
            "content": { "message": "Thank  you!", "email": "mara@example.net", "extra": { "context": { "post_id": "7" } } },
            "judgement": { "upstream_id": "x", "is_spam": false, "score": 1.0, "threshold": 50.0, "execution_ms": 1.0,
                "upstream_timestamp": "", "judged_by": "detector", "signals": [], "raw_answer": "" },
            "version": 0, "feedback": "none", "ip_is_apps": false, "forgotten": domain::Forgotten::default(),
        });
        let content = detection["content"].as_object_mut().unwrap();
        content.extend(change.as_object().cloned().unwrap());
        serde_json::from_value(detection).unwrap()
    }

    fn found(comments: &[Comment], detection: &Detection) -> Found<i64> {
        match comment_among(comments.to_vec(), detection) {
            Found::One(comment) => Found::One(comment.id),
            Found::None => Found::None,
            Found::Several => Found::Several,
        }
    }

    #[test]
    fn a_comment_is_found_by_writer_post_text_and_time() {
        let plain = detection(&json!({}));
        assert_eq!(found(&[comment(1, &json!({}))], &plain), Found::One(1));
        for other in [
            json!({ "author_email": "other@example.net" }),
            json!({ "post": 8 }),
            json!({ "content": { "raw": "Thanks" }, "date": "2026-11-17T15:00:00", "date_gmt": "2026-11-17T14:00:00" }),
        ] {
            assert_eq!(found(&[comment(1, &other)], &plain), Found::None, "{other}");
        }
        // WordPress has taken markup out: the time tells it, which is the site's clock on the wall.
        let shortened = comment(2, &json!({ "content": { "raw": "Thank" } }));
        assert_eq!(found(std::slice::from_ref(&shortened), &plain), Found::One(2));
        let timed = detection(&json!({ "timestamp": NOON + 3600 + 1 }));
        assert_eq!(found(std::slice::from_ref(&shortened), &timed), Found::One(2));
        assert_eq!(found(&[shortened], &detection(&json!({ "timestamp": NOON + 3600 + 9 }))), Found::None);
    }

    #[test]
    fn of_the_same_text_by_the_same_writer_the_nearest_is_it_and_a_tie_is_nobody() {
        let later = json!({ "date": "2026-11-17T13:10:00", "date_gmt": "2026-11-17T12:10:00" });
        let plain = detection(&json!({}));
        assert_eq!(found(&[comment(1, &later), comment(2, &json!({}))], &plain), Found::One(2));
        assert_eq!(found(&[comment(1, &json!({})), comment(2, &json!({}))], &plain), Found::Several);
        assert_eq!(found(&[], &plain), Found::None);
    }
}
