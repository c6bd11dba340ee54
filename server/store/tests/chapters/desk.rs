//! What moderators share: claims of the review queue, saved searches.

use domain::{Label, Order};
use store::{NewSavedSearch, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    claims(store).await;
    searches(store).await;
}

async fn claims(store: &dyn Store) {
    let (ana, ben) = (moderator(store, "Ana").await, moderator(store, "Ben").await);
    let first = store.insert_detection(&detection("first")).await.unwrap();
    let second = store.insert_detection(&detection("second")).await.unwrap();
    let claim = async |id, user, now| {
        store.claim(id, user, noon() + seconds(now), noon() + seconds(now + 600)).await.unwrap()
    };
    let claimed = async |now| {
        let claims = store.claims(noon() + seconds(now)).await.unwrap();
        claims.into_iter().map(|claim| (claim.detection_id, claim.user_name)).collect::<Vec<_>>()
    };
    assert!(claim(first, ana.id, 0).await);
    assert!(claim(first, ana.id, 1).await, "renewed");
    assert!(!claim(first, ben.id, 2).await, "Ana's holds");
    assert!(claim(second, ben.id, 2).await);
    assert!(!claim(domain::DetectionId(999), ben.id, 2).await);
    assert_eq!(claimed(3).await, [(first, "Ana".to_owned()), (second, "Ben".to_owned())]);
    assert!(claim(first, ben.id, 601).await, "Ana's ran out");
    store.release_claims(ben.id, &[first]).await.unwrap();
    assert_eq!(claimed(602).await, [(first, "Ben".to_owned())]);
    decide(store, first, Label::Spam, &ana).await;
    assert_eq!(claimed(602).await, [], "a label ends the claim");
}

async fn searches(store: &dyn Store) {
    let ana = moderator(store, "Anita").await;
    let new = |name: &str| NewSavedSearch {
        name: name.to_owned(),
        q: "score:40..60".to_owned(),
        sorted: Order::Closest,
        created_by: ana.id,
        created_at: noon(),
    };
    let close = store.save_search(&new("Close calls")).await.unwrap();
    assert!(matches!(store.save_search(&new("CLOSE calls")).await, Err(StoreError::Taken(_))));
    let other = store.save_search(&new("Ärger")).await.unwrap();
    assert!(matches!(
        store.rename_search(other, "close calls", ana.id, noon()).await,
        Err(StoreError::Taken(_))
    ));
    assert!(store.rename_search(other, "Anger", ana.id, noon()).await.unwrap());
    let saved = store.saved_searches().await.unwrap();
    assert_eq!(saved.iter().map(|search| search.name.as_str()).collect::<Vec<_>>(), ["Anger", "Close calls"]);
    assert_eq!(
        (saved[1].q.as_str(), saved[1].sorted, saved[1].created_by.as_str()),
        ("score:40..60", Order::Closest, "Anita")
    );
    assert!(store.delete_search(close, ana.id, noon()).await.unwrap());
    assert!(!store.delete_search(close, ana.id, noon()).await.unwrap());
    assert!(!store.rename_search(close, "Gone", ana.id, noon()).await.unwrap());
    let actions: Vec<_> =
        store.audit_events(None, 4).await.unwrap().into_iter().map(|event| event.action).collect();
    assert_eq!(actions, ["search.deleted", "search.renamed", "search.saved", "search.saved"]);
}
