//! Comments are read: those that wait or were put into spam are judged, and what people decide in WordPress is the app's word.

use std::net::{IpAddr, Ipv4Addr};

use activelayer::{CheckEndpoint, CheckRequest, FeedbackRequest};
use chrono::TimeDelta;
use domain::{ApiToken, Detection, DetectionId};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};
use store::{ClaimedWordPress, KnownComment};
use tokio::time::Instant;
use wordpress::{Comment, Listing, Site, Status};

use super::{
    SiteProgress, Trouble,
    matching::{Found, detection_among},
};
use crate::{GatewayError, Moderation, Submission, content_hash};

/// Pages of older comments read of each status each time, of a hundred each.
const OLDER_PAGES: u32 = 5;

/// A comment that nobody knows is left alone for so long: the words that its detection is found by are written behind it.
const SETTLED: TimeDelta = TimeDelta::seconds(5);

/// A comment from further ahead than this has a wrong clock.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// A comment that is no detection's after so long will never be one.
const NOBODYS_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Most of them that are remembered of a site.
const NOBODYS_MAX: usize = 100_000;

/// Detections looked at for one comment.
const CANDIDATES: u32 = 20;

/// One round of reading.
struct Reading<'a> {
    site: &'a Site,
    claimed: &'a ClaimedWordPress,
    token: &'a ApiToken,
    progress: SiteProgress,
    /// The next round goes on from there.
    until: Instant,
}

impl Moderation {
    /// Reads the newest comments of each status, and some older ones, until a time; the next round goes on from there.
    pub(super) async fn read_comments(
        self: &Arc<Self>,
        site: &Site,
        claimed: &ClaimedWordPress,
        until: Instant,
    ) -> Result<(), Trouble> {
        let token = &self.reading_token(claimed).await?;
        let progress = self.wordpress_progress(|all| all.get(&claimed.id).cloned().unwrap_or_default());
        let mut reading = Reading { site, claimed, token, progress, until };
        let outcome = self.read_all(&mut reading).await;
        let progress = reading.progress;
        self.wordpress_progress(|all| all.insert(claimed.id, progress));
        outcome
    }

    fn wordpress_progress<T>(&self, with: impl FnOnce(&mut HashMap<i64, SiteProgress>) -> T) -> T {
        with(&mut self.wordpress_progress.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read_all(self: &Arc<Self>, reading: &mut Reading<'_>) -> Result<(), Trouble> {
        let mut all_pages = [1; 4];
        for (pages, status) in all_pages.iter_mut().zip(Status::ALL) {
            *pages = self.read_page(reading, status, 1).await?;
        }
        for (place, status) in Status::ALL.into_iter().enumerate().filter(|(place, _)| all_pages[*place] > 1)
        {
            for _ in 0..OLDER_PAGES {
                let page = reading.progress.next_page[place].max(2);
                let pages = self.read_page(reading, status, page).await?;
                // What is left of it is read in the next round.
                if Instant::now() >= reading.until {
                    return Ok(());
                }
                reading.progress.next_page[place] = if page < pages { page + 1 } else { 2 };
                if page >= pages {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Returns how many pages there are.
    async fn read_page(
        self: &Arc<Self>,
        reading: &mut Reading<'_>,
        status: Status,
        page: u32,
    ) -> Result<u32, Trouble> {
        let listing = Listing { status: Some(status), page, ..Listing::default() };
        let page = reading.site.comments(&listing).await?;
        let ids: Vec<i64> = page.comments.iter().map(|comment| comment.id).collect();
        let known = self.store.known_comments(reading.claimed.id, &ids).await?;
        let known: HashMap<i64, KnownComment> =
            known.into_iter().map(|known| (known.comment, known)).collect();
        for comment in page.comments {
            // The list says what was asked for; where somebody moves it meanwhile, the comment knows better.
            let Some(status) = comment.status() else { continue };
            match known.get(&comment.id) {
                Some(known) if known.status == status.as_str() => {}
                Some(known) => self.moved(reading.token, reading.claimed.id, known, status).await?,
                None => self.new_comment(reading, &comment, status).await?,
            }
            if Instant::now() >= reading.until {
                break;
            }
        }
        Ok(page.pages)
    }

    /// A comment stands elsewhere than when it was last looked at, and it was not Gavel: somebody has decided.
    pub(super) async fn moved(
        self: &Arc<Self>,
        token: &ApiToken,
        wordpress: i64,
        known: &KnownComment,
        status: Status,
    ) -> Result<(), Trouble> {
        // Written since the page was asked for?
        let now = self.store.comment_of(wordpress, known.detection).await?;
        if now.is_some_and(|now| now.status != known.status) {
            return Ok(());
        }
        if let Some(is_spam) = says(&known.status, status) {
            self.say(token, known.detection, is_spam).await?;
        }
        let known = KnownComment { status: status.as_str().to_owned(), taken_from: None, ..known.clone() };
        Ok(self.store.keep_comment(wordpress, &known).await?)
    }

    async fn new_comment(
        self: &Arc<Self>,
        reading: &mut Reading<'_>,
        comment: &Comment,
        status: Status,
    ) -> Result<(), Trouble> {
        let age = self.clock.now() - comment.date_gmt.and_utc();
        // A clock that is ahead is no reason to wait for ever.
        if (age < SETTLED && age > -AHEAD) || reading.progress.nobodys.contains(&comment.id) {
            return Ok(());
        }
        let is_to_judge = matches!(status, Status::Hold | Status::Spam);
        let detection = match self.known_as(&reading.claimed.site, comment).await? {
            Found::One(detection) => {
                // What the plugin does with an answer is nobody's word; anything else is.
                let told = detection.told.map_or(detection.judgement.is_spam, |told| told.is_spam());
                if let Some(is_spam) = said_by(status)
                    && is_spam != told
                    && detection.label.is_none()
                {
                    self.say(reading.token, detection.id, is_spam).await?;
                }
                detection.id
            }
            Found::None if is_to_judge => {
                let submission = submission(reading, comment);
                match self.judge_for_nothing(submission).await {
                    Ok(judged) => judged.detection,
                    // It has no text: nothing to judge.
                    Err(GatewayError::Unfit { detection, .. }) => detection,
                    Err(error) => return passed_over(comment.id, error),
                }
            }
            Found::None | Found::Several => {
                if age > NOBODYS_AFTER {
                    // Looked at anew some day: memory has a bound.
                    if reading.progress.nobodys.len() >= NOBODYS_MAX {
                        reading.progress.nobodys.clear();
                    }
                    reading.progress.nobodys.insert(comment.id);
                }
                return Ok(());
            }
        };
        let known = first_met(comment, status, detection);
        Ok(self.store.keep_comment(reading.claimed.id, &known).await?)
    }

    async fn known_as(&self, site: &str, comment: &Comment) -> Result<Found<Detection>, Trouble> {
        let hash = content_hash(comment.text());
        let email = Some(comment.author_email.trim()).filter(|email| !email.is_empty());
        let mut candidates = Vec::new();
        for id in self.store.like_comment(site, &hash, email, CANDIDATES).await? {
            candidates.extend(self.store.detection(id).await?);
        }
        Ok(detection_among(candidates, comment))
    }

    /// What somebody decided in WordPress is the app's word, as if a plugin had sent it.
    async fn say(
        self: &Arc<Self>,
        token: &ApiToken,
        detection: DetectionId,
        is_spam: bool,
    ) -> Result<(), Trouble> {
        let Some(detection) = self.store.detection(detection).await? else { return Ok(()) };
        if detection.app_word.is_some_and(|word| word.is_spam() == is_spam) {
            return Ok(());
        }
        let feedback = FeedbackRequest::new(detection.judgement.upstream_id.clone(), is_spam);
        match self.keep_word(token, &detection, feedback).await {
            Ok(_) => Ok(()),
            Err(error) => passed_over(detection.id.0, error),
        }
    }
}

/// One that cannot be dealt with keeps nobody from the others; what fails for all of them does.
fn passed_over(which: i64, error: GatewayError) -> Result<(), Trouble> {
    match error {
        GatewayError::Failed(error) => Err(Trouble::Own(error)),
        error => {
            tracing::warn!(which, %error, "a comment of WordPress was passed over");
            Ok(())
        }
    }
}

/// What a status says of a comment that is met for the first time.
fn said_by(status: Status) -> Option<bool> {
    match status {
        Status::Approved => Some(false),
        Status::Spam => Some(true),
        Status::Hold | Status::Trash => None,
    }
}

/// What somebody said by moving a comment. Out of spam it is no spam, also where it waits again; into the bin goes what is no spam, too, and
/// what comes back from there stands where it stood before.
pub(super) fn says(before: &str, now: Status) -> Option<bool> {
    match (Status::read(before), now) {
        (Some(Status::Trash), _) => None,
        (Some(Status::Spam), Status::Hold) => Some(false),
        (_, now) => said_by(now),
    }
}

/// A comment as it was met.
pub(super) fn first_met(comment: &Comment, status: Status, detection: DetectionId) -> KnownComment {
    KnownComment {
        comment: comment.id,
        detection,
        status: status.as_str().to_owned(),
        taken_from: None,
        text_hash: content_hash(comment.text()),
    }
}

/// What a plugin would have sent of it.
fn submission(reading: &Reading<'_>, comment: &Comment) -> Submission {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let context = json!({
        "site_url": format!("https://{}", reading.claimed.site),
        "post_id": comment.post,
        "post_url": comment.link.split('#').next(),
        "comment_id": comment.id,
        "comment_type": comment.kind,
    });
    let mut request = CheckRequest {
        email: text(&comment.author_email),
        name: text(&comment.author_name),
        ip: text(&comment.author_ip),
        website_url: text(&comment.author_url),
        user_agent: text(&comment.author_user_agent),
        timestamp: Some(comment.date_gmt.and_utc().timestamp()),
        ..CheckRequest::new(comment.text())
    };
    request.extra.insert("data_type".to_owned(), json!("comment"));
    request.extra.insert("context".to_owned(), context);
    Submission {
        token: reading.token.clone(),
        endpoint: CheckEndpoint::CheckComment,
        request,
        from: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}
