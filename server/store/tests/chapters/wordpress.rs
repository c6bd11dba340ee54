//! WordPress: what is written to a site, which comment is which detection, and codes that work once.

use domain::{ApiTokenId, AppDecision, Circumstances, Content, DetectionId, Fallback, Label, NewDetection};
use store::{ClaimedWordPress, KnownComment, NewWordPress, Store, Written};

use super::app_words::token;
use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

const SITE: &str = "blog.example.com";

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    codes_work_once(store).await;
    let ana = moderator(store, "Ana").await;
    let token = token(store, "blog", Fallback::Pass).await;
    let early = insert(store, token, 1, "a@example.com").await;
    decide(store, early, Label::Ham, &ana).await;
    settle(store).await;

    let new = NewWordPress {
        site: SITE.to_owned(),
        home: "https://blog.example.com/".to_owned(),
        api: "https://blog.example.com/wp-json/".to_owned(),
        login: "gavel".to_owned(),
        password: vec![0, 159, 255],
        token,
    };
    let id = store.connect_wordpress(&new, Some(ana.id), noon()).await.unwrap();
    assert_eq!(store.connect_wordpress(&new, None, noon()).await.unwrap(), id, "it is the same site");
    assert_eq!(store.wordpress_token(&SITE.to_uppercase()).await.unwrap(), Some(token));
    assert!(store.is_connected(id).await.unwrap() && !store.is_connected(id + 1).await.unwrap());
    let site = store.wordpress_sites().await.unwrap().remove(0);
    assert_eq!((site.site.as_str(), site.login.as_str()), (SITE, "gavel"));
    assert_eq!((site.waiting, site.comments, site.read_at), (0, 0, None), "what was decided before stays");

    one_works_on_it_at_a_time(store, id, &new).await;
    let late = insert(store, token, 2, "a@example.com").await;
    decide(store, late, Label::Ham, &ana).await;
    decisions_are_written(store, id, late).await;
    let other = insert(store, token, 3, "A@example.com").await;
    decide(store, other, Label::Ham, &ana).await;
    what_cannot_be_written_is_told(store, id, other).await;
    comments_have_likes(store, [early, other]).await;

    // Another WordPress has other comments.
    let moved = NewWordPress { api: "https://new.example.com/wp-json/".to_owned(), ..new };
    assert_eq!(store.connect_wordpress(&moved, None, noon()).await.unwrap(), id);
    assert_eq!(store.comment_of(id, late).await.unwrap(), None);
    assert!(store.disconnect_wordpress(SITE, Some(ana.id), noon()).await.unwrap());
    assert!(!store.disconnect_wordpress(SITE, Some(ana.id), noon()).await.unwrap());
    assert_eq!(store.wordpress_token(SITE).await.unwrap(), None);
    assert!(!store.is_connected(id).await.unwrap());
}

async fn insert(store: &dyn Store, token: ApiTokenId, text: u8, email: &str) -> DetectionId {
    let message = format!("comment {text}");
    let new = NewDetection {
        site: Some("Blog.example.com".to_owned()),
        circumstances: Circumstances { token_id: Some(token), ..Circumstances::default() },
        content: Content { message: message.clone(), email: Some(email.to_owned()), ..Content::default() },
        content_hash: [text; 32],
        ..detection(&message)
    };
    store.insert_detection(&new).await.unwrap()
}

/// What is due by then becomes decisions that the site is to hear of.
async fn settle(store: &dyn Store) {
    while store.settle_app_decisions(noon() + seconds(10), 10).await.unwrap() > 0 {}
}

async fn claim(store: &dyn Store, after: i64, read_before: i64) -> Option<ClaimedWordPress> {
    let now = noon() + seconds(after);
    store.claim_wordpress(now, noon() + seconds(read_before), now + seconds(60)).await.unwrap()
}

async fn one_works_on_it_at_a_time(store: &dyn Store, id: i64, new: &NewWordPress) {
    let claimed = claim(store, 0, 0).await.unwrap();
    assert_eq!((claimed.id, &claimed.api, &claimed.password), (id, &new.api, &new.password));
    assert_eq!((claimed.token, claimed.read_at, claimed.attempts), (new.token, None, 0));
    assert_eq!(claim(store, 1, 1).await, None, "somebody works on it");
    store.wordpress_rests(id, true, None, noon() + seconds(1)).await.unwrap();
    assert_eq!(claim(store, 2, 0).await, None, "it was read, and nothing is to be written");
    assert_eq!(claim(store, 2, 1).await.unwrap().read_at, Some(noon() + seconds(1)));
    let failure = Some(("refused", noon() + seconds(20)));
    store.wordpress_rests(id, false, failure, noon() + seconds(3)).await.unwrap();
    let site = store.wordpress_sites().await.unwrap().remove(0);
    assert_eq!(
        (site.last_error.as_deref(), site.failing_since),
        (Some("refused"), Some(noon() + seconds(3)))
    );
    assert_eq!(claim(store, 19, 5).await, None);
    assert_eq!(claim(store, 20, 5).await.unwrap().attempts, 1);
    assert!(store.wake_wordpress(&SITE.to_uppercase()).await.unwrap());
    assert!(!store.wake_wordpress("shop.example.com").await.unwrap());
    assert_eq!(claim(store, 21, 0).await.unwrap().attempts, 0, "somebody wants it at once");
    store.wordpress_rests(id, true, None, noon() + seconds(22)).await.unwrap();
    let site = store.wordpress_sites().await.unwrap().remove(0);
    assert_eq!((site.last_error, site.failing_since), (None, None));
}

/// The one decision that waits.
async fn next(store: &dyn Store, id: i64) -> AppDecision {
    settle(store).await;
    assert_eq!(store.wordpress_sites().await.unwrap()[0].waiting, 1);
    let claimed = claim(store, 30, 0).await.unwrap();
    assert_eq!(claimed.id, id);
    let mut waiting = store.app_decisions(SITE, claimed.written_to, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    waiting.remove(0)
}

async fn written(store: &dyn Store, id: i64, decision: &AppDecision, outcome: Written) {
    let at = noon() + seconds(31);
    store.decision_written(id, decision, &outcome, at, at + seconds(60)).await.unwrap();
    assert_eq!(claim(store, 32, 0).await, None);
    store.wordpress_rests(id, true, None, at).await.unwrap();
    assert_eq!(store.wordpress_sites().await.unwrap()[0].waiting, 0);
}

async fn decisions_are_written(store: &dyn Store, id: i64, late: DetectionId) {
    let decision = next(store, id).await;
    let comment = KnownComment {
        comment: 11,
        detection: late,
        status: "approved".to_owned(),
        taken_from: Some("spam".to_owned()),
        text_hash: [9; 32],
    };
    written(store, id, &decision, Written::Changed(comment.clone())).await;
    assert_eq!(store.comment_of(id, late).await.unwrap().as_ref(), Some(&comment));
    assert_eq!(store.wordpress_sites().await.unwrap()[0].comments, 1);
    assert_eq!(store.known_comments(id, &[12, 11]).await.unwrap(), std::slice::from_ref(&comment));
    assert_eq!(store.known_comments(id, &[]).await.unwrap(), []);

    assert!(!store.take_echo(late, true, noon()).await.unwrap());
    assert!(!store.take_echo(late, false, noon() + seconds(32)).await.unwrap(), "it was written before");
    assert!(store.take_echo(late, false, noon()).await.unwrap());
    assert!(!store.take_echo(late, false, noon()).await.unwrap(), "once");

    let another = KnownComment { comment: 12, ..comment.clone() };
    store.keep_comment(id, &another).await.unwrap();
    assert_eq!(store.comment_of(id, late).await.unwrap().as_ref(), Some(&comment), "it is that comment's");
    let moved = KnownComment { status: "trash".to_owned(), taken_from: None, ..comment };
    store.keep_comment(id, &moved).await.unwrap();
    assert_eq!(store.comment_of(id, late).await.unwrap(), Some(moved));
}

async fn what_cannot_be_written_is_told(store: &dyn Store, id: i64, other: DetectionId) {
    let decision = next(store, id).await;
    written(store, id, &decision, Written::Unwritten("It is gone.".to_owned())).await;
    let unwritten = store.unwritten(id, 10).await.unwrap().remove(0);
    assert_eq!((unwritten.detection, unwritten.is_spam, unwritten.at), (other, false, noon() + seconds(31)));
    assert_eq!(unwritten.reason, "It is gone.");
}

/// What has the same text or comes from the same address, and is no known comment.
async fn comments_have_likes(store: &dyn Store, [early, other]: [DetectionId; 2]) {
    let site = SITE.to_uppercase();
    let like = store.like_comment(&site, &[1; 32], Some("a@EXAMPLE.com"), 10).await.unwrap();
    assert_eq!(like, [other, early]);
    assert_eq!(store.like_comment(SITE, &[1; 32], Some("a@example.com"), 1).await.unwrap(), [other, early]);
    assert_eq!(store.like_comment(SITE, &[1; 32], None, 10).await.unwrap(), [early]);
    assert_eq!(store.like_comment(SITE, &[2; 32], None, 10).await.unwrap(), [], "a known comment");
    assert_eq!(store.like_comment("shop.example.com", &[1; 32], None, 10).await.unwrap(), []);
}

async fn codes_work_once(store: &dyn Store) {
    let until = noon() + seconds(10);
    store.keep_code(&[1; 32], "what it is about", until, noon()).await.unwrap();
    assert_eq!(store.take_code(&[2; 32], noon()).await.unwrap(), None);
    assert_eq!(store.take_code(&[1; 32], until).await.unwrap(), None, "it is too old");
    assert_eq!(store.take_code(&[1; 32], noon()).await.unwrap().as_deref(), Some("what it is about"));
    assert_eq!(store.take_code(&[1; 32], noon()).await.unwrap(), None);
    store.keep_code(&[3; 32], "old", until, noon()).await.unwrap();
    store.keep_code(&[4; 32], "new", until + seconds(10), until).await.unwrap();
    assert_eq!(store.take_code(&[3; 32], noon()).await.unwrap(), None, "forgotten");
}
