//! A decision is written into WordPress.

use std::{collections::HashSet, sync::Arc};

use domain::{AppDecision, AppDecisionEvent, Detection, wordpress::Place};
use store::{ClaimedWordPress, KnownComment, Written};
use wordpress::{Comment, Listing, Site, Status, WordPressError};

use super::{
    Trouble,
    matching::{Found, comment_among, is_by},
    read::{first_met, says},
};
use crate::{Moderation, content_hash};

/// Most pages of one writer's comments on one post that are looked through.
const PAGES: u32 = 10;

impl Moderation {
    /// Writes a decision, or says why not.
    pub(super) async fn write_decision(
        self: &Arc<Self>,
        site: &Site,
        claimed: &ClaimedWordPress,
        decision: &AppDecision,
    ) -> Result<Written, Trouble> {
        let Some(detection) = self.detection_of_app(&decision.detection_id).await? else {
            return Ok(Written::NoComment);
        };
        if let Some(reason) = self.overruled(decision, &detection).await? {
            return Ok(Written::Unwritten(reason.to_owned()));
        }
        match self.try_writing_to(site, claimed, decision, &detection).await {
            Err(Trouble::Site(error)) if error.is_about_one() => Ok(Written::Unwritten(error.to_string())),
            outcome => outcome,
        }
    }

    async fn try_writing_to(
        self: &Arc<Self>,
        site: &Site,
        claimed: &ClaimedWordPress,
        decision: &AppDecision,
        detection: &Detection,
    ) -> Result<Written, Trouble> {
        let known = self.store.comment_of(claimed.id, detection.id).await?;
        let comment = match &known {
            Some(known) => site.comment(known.comment).await?,
            None => match self.find_comment(site, claimed, detection).await? {
                None => return Ok(Written::NoComment),
                Some(Found::One(comment)) => comment,
                Some(Found::None) => return Ok(unwritten(NOT_THERE)),
                Some(Found::Several) => {
                    return Ok(unwritten("several comments of WordPress fit it equally well"));
                }
            },
        };
        let Some(now) = comment.status() else {
            return Ok(unwritten("a plugin has given the comment a status of its own"));
        };
        let mut known = known.unwrap_or_else(|| first_met(&comment, now, detection.id));
        if !is_by(&comment, detection) {
            return Ok(unwritten(
                "the comment that it was is another one now: WordPress may have been restored or moved",
            ));
        }
        if known.status != now.as_str() {
            // Somebody was faster than the next look at WordPress: their word first.
            self.moved(&self.reading_token(claimed).await?, claimed.id, &known, now).await?;
            known.taken_from = None;
            if says(&known.status, now).is_some_and(|is_spam| is_spam != decision.is_spam) {
                return Ok(unwritten(DECIDED_THERE));
            }
        }
        let status = match wanted(now, decision, known.taken_from.as_deref().and_then(Status::read)) {
            Ok(status) => status,
            Err(reason) => return Ok(unwritten(reason)),
        };
        let is_edited = content_hash(comment.text()) != known.text_hash;
        if status == Status::Approved && now != status && is_edited {
            return Ok(unwritten("its text was changed in WordPress since it was decided about"));
        }
        let was_taken = decision.event == AppDecisionEvent::Label || decision.is_spam;
        let taken_from =
            known.taken_from.clone().or_else(|| Some(now.as_str().to_owned())).filter(|_| was_taken);
        let known = KnownComment { status: status.as_str().to_owned(), taken_from, ..known };
        if now == status {
            return Ok(Written::Stands(known));
        }
        site.set_status(&comment, status).await?;
        Ok(Written::Changed(known))
    }

    /// The comment that a detection is; `None` when it is about something else than a comment.
    async fn find_comment(
        &self,
        site: &Site,
        claimed: &ClaimedWordPress,
        detection: &Detection,
    ) -> Result<Option<Found<Comment>>, Trouble> {
        let Some(post) = Place::of(&detection.content).post_id else { return Ok(None) };
        let kind = detection.content.extra.get("data_type").and_then(|kind| kind.as_str());
        if kind.is_some_and(|kind| kind != "comment") {
            return Ok(None);
        }
        let mut listing = Listing {
            post: Some(post),
            email: detection.content.email.clone(),
            page: 1,
            ..Listing::default()
        };
        let mut comments = Vec::new();
        loop {
            let page = match site.comments(&listing).await {
                Ok(page) => page,
                // A post that was deleted has no comments any more.
                Err(WordPressError::Refused { status: 400 | 404, code: Some(code), .. })
                    if code.starts_with("rest_post") || code == "rest_invalid_param" =>
                {
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let ids: Vec<i64> = page.comments.iter().map(|comment| comment.id).collect();
            let known = self.store.known_comments(claimed.id, &ids).await?;
            let others: HashSet<i64> = known.into_iter().map(|known| known.comment).collect();
            comments.extend(page.comments.into_iter().filter(|comment| !others.contains(&comment.id)));
            if listing.page >= page.pages.min(PAGES) {
                break;
            }
            listing.page += 1;
        }
        Ok(Some(comment_among(comments, detection)))
    }

    /// Why somebody's word in WordPress stands against a decision, if it does: the newer of two people's words counts, and no verdict
    /// overrules a person.
    async fn overruled(
        &self,
        decision: &AppDecision,
        detection: &Detection,
    ) -> Result<Option<&'static str>, Trouble> {
        let otherwise = detection.app_word.is_some_and(|word| word.is_spam() != decision.is_spam);
        if !otherwise {
            return Ok(None);
        }
        if decision.event != AppDecisionEvent::Label {
            return Ok(Some(
                "somebody has decided otherwise in WordPress, and no verdict overrules a person",
            ));
        }
        let said = self.store.app_words(detection.id).await?.last().map(|word| word.said_at);
        let is_newer = said.zip(detection.labelled_at).is_some_and(|(said, labelled)| said > labelled);
        Ok(is_newer.then_some(DECIDED_THERE))
    }
}

/// Nobody knows to the second when somebody decided there: WordPress is looked at twice a minute.
const DECIDED_THERE: &str = "somebody has decided otherwise in WordPress at about the same time, or since";

/// Why nothing could be written where nothing fits.
const NOT_THERE: &str = "no comment of WordPress fits it: it may have been deleted for good, or never kept";

fn unwritten(reason: &str) -> Written {
    Written::Unwritten(reason.to_owned())
}

/// Where the comment is to stand. What Gavel has moved goes back where it was, once nobody wants it moved any more; a verdict publishes
/// nothing that was not public, or hidden for nothing but Gavel's own word.
fn wanted(now: Status, decision: &AppDecision, taken_from: Option<Status>) -> Result<Status, &'static str> {
    let was_told_spam = decision.previous_is_spam == Some(true);
    match (now, decision.event) {
        (Status::Trash, _) => Err("the comment is in WordPress's bin"),
        (_, AppDecisionEvent::Label) => Ok(if decision.is_spam { Status::Spam } else { Status::Approved }),
        (_, AppDecisionEvent::Undo) => Ok(taken_from.unwrap_or(now)),
        (_, AppDecisionEvent::Verdict) if decision.is_spam => Ok(Status::Spam),
        (Status::Spam, AppDecisionEvent::Verdict) => {
            Ok(taken_from.unwrap_or(if was_told_spam { Status::Approved } else { now }))
        }
        (_, AppDecisionEvent::Verdict) => Ok(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_approved_is_published_by_nobody_but_a_person() {
        use AppDecisionEvent::{Label, Undo, Verdict};
        use Status::{Approved, Hold, Spam, Trash};
        let decision = |event, is_spam, previous_is_spam| AppDecision {
            id: 1,
            event,
            detection_id: String::new(),
            external_id: None,
            site: String::new(),
            is_spam,
            previous_is_spam,
            decided_by: String::new(),
            decided_at: chrono::DateTime::UNIX_EPOCH,
            reason: None,
        };
        for (now, event, is_spam, told, taken_from, expected) in [
            (Hold, Label, true, Some(false), None, Ok(Spam)),
            (Spam, Label, false, Some(true), Some(Hold), Ok(Approved)),
            // A label is taken back: it waits again, though the verdict says ham.
            (Spam, Undo, false, Some(true), Some(Hold), Ok(Hold)),
            (Spam, Undo, false, Some(true), Some(Approved), Ok(Approved)),
            (Spam, Undo, false, Some(true), None, Ok(Spam)),
            (Hold, Verdict, false, None, None, Ok(Hold)),
            (Approved, Verdict, true, Some(false), None, Ok(Spam)),
            (Spam, Verdict, false, Some(true), Some(Hold), Ok(Hold)),
            // Its plugin hid it for our answer alone.
            (Spam, Verdict, false, Some(true), None, Ok(Approved)),
            (Spam, Verdict, false, None, None, Ok(Spam)),
        ] {
            let wished = wanted(now, &decision(event, is_spam, told), taken_from);
            assert_eq!(wished, expected, "{now:?} {event:?} {is_spam} {told:?} {taken_from:?}");
        }
        assert!(wanted(Trash, &decision(Label, true, None), None).is_err());
    }
}
