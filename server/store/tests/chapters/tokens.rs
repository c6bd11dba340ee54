//! Tokens of apps.

use domain::{ApiToken, Fallback};
use store::{NewApiToken, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let shop = create(&*store, "shop", 1).await.unwrap();
    assert_eq!((shop.per_minute, shop.fallback, shop.last_used_at), (Some(30), Fallback::Engine, None));
    assert_eq!(store.api_token_by_hash(&[1; 32]).await.unwrap(), Some(shop.clone()));
    assert_eq!(store.api_token_by_hash(&[2; 32]).await.unwrap(), None);
    assert!(matches!(create(&*store, "shop", 2).await, Err(StoreError::Taken(_))), "one of a name");

    store.api_token_used(shop.id, noon() + seconds(5)).await.unwrap();
    let used = store.api_token_by_hash(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, Some(noon() + seconds(5)));

    // Whose word its feedback is; of a program until somebody says otherwise.
    assert!(!shop.of_people);
    let marked = store.mark_api_token("shop", true, None, noon() + seconds(6)).await.unwrap().unwrap();
    assert!(marked.of_people && store.api_token_by_hash(&[1; 32]).await.unwrap().unwrap().of_people);
    assert_eq!(store.lesson_basis().await.unwrap().of_people, [shop.id]);
    assert_eq!(store.mark_api_token("blog", true, None, noon()).await.unwrap(), None);

    assert_eq!(store.revoke_api_token("blog", None, noon()).await.unwrap(), None);
    let revoked = store.revoke_api_token("shop", None, noon() + seconds(9)).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(noon() + seconds(9)));
    assert_eq!(store.api_token_by_hash(&[1; 32]).await.unwrap(), None, "it opens nothing any more");
    assert_eq!(store.revoke_api_token("shop", None, noon()).await.unwrap(), None);
    assert_eq!(store.mark_api_token("shop", false, None, noon()).await.unwrap(), None, "revoked");

    let again = create(&*store, "shop", 3).await.unwrap();
    assert_eq!(store.api_tokens().await.unwrap(), [again, revoked], "newest first");
    let events = store.audit_events(None, 10).await.unwrap();
    let actions: Vec<_> = events.iter().rev().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["token.created", "token.marked", "token.revoked", "token.created"]);
}

async fn create(store: &dyn Store, name: &str, hash: u8) -> store::Result<ApiToken> {
    let token = NewApiToken {
        name: name.to_owned(),
        hash: [hash; 32],
        prefix: "gvl_0123".to_owned(),
        site: "shop.example.com".to_owned(),
        per_minute: Some(30),
        fallback: Fallback::Engine,
        created_by: None,
        created_at: noon(),
    };
    store.create_api_token(&token).await
}
