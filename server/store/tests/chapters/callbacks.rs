//! What apps are to hear after their answer, and that they hear it once, in order.

use domain::{AppDecisionEvent, Circumstances, Fallback, Label, NewDetection};
use store::{NewCallback, Store, callbacks::Due};

use super::app_words::token;
use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

const SITE: &str = "shop.example.com";

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let ana = moderator(store, "Ana").await;
    let token_id = Some(token(store, "shop", Fallback::Pass).await);
    let circumstances = Circumstances { token_id, ..Circumstances::default() };
    let site = Some("Shop.example.com".to_owned());
    let new = NewDetection { site, circumstances, ..detection("one") };
    let id = store.insert_detection(&new).await.unwrap();
    let nobodys = store.insert_detection(&detection("of no app")).await.unwrap();
    let callback =
        NewCallback { site: SITE.to_owned(), url: "https://shop/hook".to_owned(), secret: "s3".to_owned() };
    store.set_callback(&callback, Some(ana.id), noon()).await.unwrap();
    assert_eq!(store.callback_target(SITE).await.unwrap(), Some((callback.url, callback.secret)));

    // A label that can be undone is nobody's business yet.
    let decision = decide(store, id, Label::Ham, &ana).await;
    decide(store, nobodys, Label::Ham, &ana).await;
    assert_eq!(settled(store, 5).await, 0);
    assert_eq!(settled(store, 10).await, 1);
    let feed = store.app_decisions(&SITE.to_uppercase(), 0, 10).await.unwrap();
    let told = &feed[0];
    assert_eq!(
        (told.event, told.is_spam, told.previous_is_spam),
        (AppDecisionEvent::Label, false, Some(true))
    );
    assert_eq!((told.detection_id.as_str(), told.decided_by.as_str()), ("upstream-one", "person"));
    assert_eq!(store.callbacks().await.unwrap()[0].waiting, 1);

    one_at_a_time(store).await;
    assert_eq!(store.detection(id).await.unwrap().unwrap().told, None, "it is not late any more");

    // Taken back: the app hears what stands now.
    store.undo(decision.id, ana.id, noon() + seconds(30)).await.unwrap();
    assert_eq!(settled(store, 31).await, 2);
    let newest = store.newest_app_decisions(SITE, 1).await.unwrap().remove(0);
    assert_eq!((newest.event, newest.is_spam), (AppDecisionEvent::Undo, true));
    assert_eq!((newest.previous_is_spam, newest.decided_by.as_str()), (Some(false), "activelayer"));

    given_up(store).await;
    assert!(store.remove_callback(SITE, None, noon()).await.unwrap());
    assert!(!store.remove_callback(SITE, None, noon()).await.unwrap());
    assert_eq!(store.callback_target(SITE).await.unwrap(), None);
}

/// How many decisions the site has, after what is due then was worked out.
async fn settled(store: &dyn Store, after: i64) -> usize {
    while store.settle_app_decisions(noon() + seconds(after), 1).await.unwrap() > 0 {}
    store.newest_app_decisions(SITE, 10).await.unwrap().len()
}

async fn claim(store: &dyn Store, after: i64) -> Option<Due> {
    let now = noon() + seconds(after);
    store.claim_callbacks(now, now + seconds(60), 10).await.unwrap().pop()
}

async fn one_at_a_time(store: &dyn Store) {
    let first = claim(store, 11).await.unwrap();
    assert_eq!((first.attempts, first.failing_since, first.url.as_str()), (0, None, "https://shop/hook"));
    assert_eq!(claim(store, 12).await, None, "it is being called");
    store.callback_refused(&first, "500", Some(noon() + seconds(20)), noon() + seconds(13)).await.unwrap();
    assert_eq!(claim(store, 19).await, None);
    let second = claim(store, 20).await.unwrap();
    assert_eq!((second.attempts, second.failing_since), (1, Some(noon() + seconds(13))));
    store.callback_taken(&first, noon() + seconds(21)).await.unwrap();
    let failing = store.callbacks().await.unwrap().remove(0);
    assert_eq!(
        (failing.waiting, failing.last_error.as_deref()),
        (1, Some("500")),
        "a late answer counts for nothing"
    );
    store.callback_taken(&second, noon() + seconds(22)).await.unwrap();
    let taken = store.callbacks().await.unwrap().remove(0);
    assert_eq!((taken.waiting, taken.delivered_to), (0, second.decision.id));
    assert_eq!((taken.last_error, taken.delivered_at), (None, Some(noon() + seconds(22))));
    assert_eq!(claim(store, 23).await, None);
}

async fn given_up(store: &dyn Store) {
    let last = claim(store, 40).await.unwrap();
    store.callback_refused(&last, "gone", None, noon() + seconds(41)).await.unwrap();
    assert_eq!(store.callbacks().await.unwrap()[0].stopped_at, Some(noon() + seconds(41)));
    assert_eq!(claim(store, 99).await, None);
    // A person has it begin again, with the first.
    let first = store.app_decisions(SITE, 0, 1).await.unwrap().remove(0);
    assert!(store.callback_again(SITE, Some(first.id)).await.unwrap());
    assert!(!store.callback_again("blog.example.com", None).await.unwrap());
    let again = claim(store, 99).await.unwrap();
    assert_eq!((&again.decision, again.attempts), (&first, 0));
}
