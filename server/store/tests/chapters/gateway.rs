//! What the gateway keeps beside the log: refusals, what apps were not told, thresholds of the embedded detector.

use domain::{DetectionId, Fallback, Label, OwnThreshold, RefusalKind};
use store::{NewRefusals, Store};

use super::app_words::token;
use crate::fresh::Fresh;
use crate::samples::{detection, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    refusals(&*store).await;
    untold(&*store).await;
    thresholds(&*store).await;
}

async fn refusals(store: &dyn Store) {
    let shop = token(store, "shop", Fallback::Pass).await;
    let add = async |token_id, count, first, last, over: i64| {
        let new = NewRefusals {
            token_id,
            kind: RefusalKind::Limited,
            count,
            first_at: noon() + seconds(first),
            last_at: noon() + seconds(last),
            reason: format!("refused {count}"),
        };
        store.add_refusals(&[new], noon() + seconds(over)).await.unwrap();
    };
    let streaks = async |since| {
        let streaks = store.refusals(noon() + seconds(since)).await.unwrap();
        streaks
            .into_iter()
            .map(|streak| (streak.token, streak.count, streak.first_at, streak.reason))
            .collect::<Vec<_>>()
    };
    let named = |count, first, reason: &str| {
        (Some("shop".to_owned()), count, noon() + seconds(first), reason.to_owned())
    };
    add(Some(shop), 2, 1, 5, 0).await;
    add(Some(shop), 3, 6, 9, 5).await;
    assert_eq!(streaks(0).await, [named(5, 1, "refused 3")], "the streak goes on");
    add(None, 1, 7, 7, 0).await;
    assert_eq!(streaks(7).await.len(), 2);
    assert_eq!(streaks(8).await, [named(5, 1, "refused 3")], "the newest first, and none that is over");
    add(Some(shop), 4, 20, 30, 10).await;
    assert_eq!(streaks(8).await, [named(4, 20, "refused 4")], "it was over, and begins anew");

    let mut hash = [1; 32];
    hash[..4].copy_from_slice(b"shop");
    assert_eq!(store.revoked_token_by_hash(&hash).await.unwrap(), None);
    store.revoke_api_token("shop", None, noon()).await.unwrap();
    assert_eq!(store.revoked_token_by_hash(&hash).await.unwrap().unwrap().id, shop);
}

async fn untold(store: &dyn Store) {
    let blog = token(store, "blog", Fallback::Reject).await;
    let id = store.insert_detection(&detection("not judged")).await.unwrap();
    let note = async |digest: u8, id, at: i64, over: i64| {
        let (at, over) = (noon() + seconds(at), noon() + seconds(over));
        store.note_untold(blog, &[digest; 32], id, at, over).await.unwrap();
    };
    let told = async |digest: u8, since: i64| {
        store.untold(blog, &[digest; 32], noon() + seconds(since)).await.unwrap()
    };
    note(1, DetectionId(7), 1, 0).await;
    note(1, id, 2, 0).await;
    assert_eq!((told(1, 2).await, told(1, 3).await, told(2, 0).await), (Some(id), None, None));
    note(2, id, 9, 3).await;
    assert_eq!((told(1, 0).await, told(2, 9).await), (None, Some(id)), "the first is forgotten");
    store.told_since(id, Label::Ham).await.unwrap();
    assert!(!store.awaits_recheck(id).await.unwrap());
}

async fn thresholds(store: &dyn Store) {
    let ana = moderator(store, "Ana").await;
    let shop = |points| OwnThreshold { site: Some("shop.example.com".to_owned()), points };
    let all = OwnThreshold { site: None, points: 100 };
    for threshold in [shop(70), all.clone(), shop(60)] {
        store.set_own_threshold(&threshold, ana.id, noon()).await.unwrap();
    }
    assert_eq!(store.own_thresholds().await.unwrap(), [all, shop(60)]);
    assert!(store.remove_own_threshold(Some("SHOP.example.com"), ana.id, noon()).await.unwrap());
    assert!(!store.remove_own_threshold(Some("shop.example.com"), ana.id, noon()).await.unwrap());
    assert!(store.remove_own_threshold(None, ana.id, noon()).await.unwrap());
    assert_eq!(store.own_thresholds().await.unwrap(), []);
}
