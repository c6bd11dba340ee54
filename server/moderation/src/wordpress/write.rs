//! A decision is written into WordPress.

use std::collections::HashSet;

use domain::{AppDecision, AppDecisionEvent, Detection, wordpress::Place};
use store::{ClaimedWordPress, KnownComment, Written};
use wordpress::{Comment, Listing, Site, Status, WordPressError};

use super::{
    Trouble,
    matching::{Found, comment_among},
};
use crate::Moderation;

/// Most pages of one writer's comments on one post that are looked through.
const PAGES: u32 = 10;

impl Moderation {
    /// Writes a decision, or says why not.
    pub(super) async fn write_decision(
        &self,
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
        &self,
        site: &Site,
        claimed: &ClaimedWordPress,
        decision: &AppDecision,
        detection: &Detection,
    ) -> Result<Written, Trouble> {
        let comment = match self.store.comment_of(claimed.id, detection.id).await? {
            Some(known) => site.comment(known.comment).await?,
            None => match self.find_comment(site, claimed, detection).await? {
                None => return Ok(Written::NoComment),
                Some(Found::One(comment)) => comment,
                Some(Found::None) => {
                    let reason =
                        "no comment of WordPress fits it: it may have been deleted for good, or never kept";
                    return Ok(Written::Unwritten(reason.to_owned()));
                }
                Some(Found::Several) => {
                    return Ok(Written::Unwritten(
                        "several comments of WordPress fit it equally well".to_owned(),
                    ));
                }
            },
        };
        let known = |status: Status| KnownComment {
            comment: comment.id,
            detection: detection.id,
            status: status.as_str().to_owned(),
        };
        match wanted(comment.status(), decision) {
            Err(reason) => Ok(Written::Unwritten(reason.to_owned())),
            Ok(status) if comment.status() == Some(status) => Ok(Written::Stands(known(status))),
            Ok(status) => {
                site.set_status(&comment, status).await?;
                Ok(Written::Changed(known(status)))
            }
        }
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
                Err(WordPressError::Refused { status: 400 | 404, .. }) => break,
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
        Ok(is_newer.then_some("somebody has decided otherwise in WordPress since"))
    }
}

/// Where the comment is to stand.
fn wanted(now: Option<Status>, decision: &AppDecision) -> Result<Status, &'static str> {
    match (now, decision.is_spam, decision.event) {
        (None, ..) => Err("a plugin has given the comment a status of its own"),
        (Some(Status::Trash), ..) => Err("the comment is in WordPress's bin"),
        // What waits for somebody there goes on waiting: a verdict publishes nothing that was held.
        (Some(Status::Hold), false, AppDecisionEvent::Verdict | AppDecisionEvent::Undo) => Ok(Status::Hold),
        (_, true, _) => Ok(Status::Spam),
        (_, false, _) => Ok(Status::Approved),
    }
}
