//! Tokens of apps.

use domain::{ApiToken, Fallback, PreviousSecret, RefusalKind, TokenBounds, TokenScope};
use store::{NewApiToken, NewSecret, SecretOf, Store, StoreError};

use crate::fresh::Fresh;
use crate::samples::{detection, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let shop = create(&*store, "shop", 1).await.unwrap();
    assert_eq!((shop.per_minute, shop.fallback, shop.last_used_at), (Some(30), Fallback::Engine, None));
    let found = store.api_token_by_hash(&[1; 32]).await.unwrap();
    assert_eq!(found, Some(SecretOf { token: shop.clone(), is_previous: false }));
    assert_eq!(store.api_token_by_hash(&[2; 32]).await.unwrap(), None);
    assert!(matches!(create(&*store, "shop", 2).await, Err(StoreError::Taken(_))), "one of a name");

    store.api_token_used(shop.id, noon() + seconds(5)).await.unwrap();
    let used = store.api_token_by_hash(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(used.token.last_used_at, Some(noon() + seconds(5)));

    // Whose word its feedback is; of a program until somebody says otherwise.
    assert!(!shop.of_people);
    let marked = store.mark_api_token("shop", true, None, noon() + seconds(6)).await.unwrap().unwrap();
    let found = store.api_token_by_hash(&[1; 32]).await.unwrap().unwrap();
    assert!(marked.of_people && found.token.of_people);
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
    bounds(&*store).await;
    rotation(&*store).await;
}

async fn bounds(store: &dyn Store) {
    let bounds = TokenBounds {
        scopes: vec![TokenScope::Check, TokenScope::Decisions],
        networks: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
        expires_at: Some(noon() + seconds(60)),
    };
    let kept = with(store, "kept", 10, bounds.clone()).await.unwrap();
    assert_eq!(kept.bounds, bounds);
    // That its time is over is for whoever asks; the row stays, and the name is taken.
    let found = store.api_token_by_hash(&[10; 32]).await.unwrap().unwrap();
    assert_eq!((found.token.bounds, found.is_previous), (bounds, false));
    assert_eq!(kept.ended(false, noon() + seconds(59)), None);
    assert_eq!(kept.ended(false, noon() + seconds(60)), Some(RefusalKind::Expired));
    assert!(matches!(create(store, "kept", 11).await, Err(StoreError::Taken(_))));
    assert_eq!(rotate(store, "kept", 11, 60, 90).await, None, "expired");
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!(
        (&event.details["scopes"], &event.details["networks"]),
        (&"check, decisions".into(), &"10.0.0.0/8, 2001:db8::/32".into())
    );
}

async fn rotation(store: &dyn Store) {
    let blog = create(store, "blog", 20).await.unwrap();
    let mut row = detection("of the blog");
    row.circumstances.token_id = Some(blog.id);
    let rotations = async || {
        let appended = store.append_detections(std::slice::from_ref(&row)).await.unwrap();
        let kept = store.keep_submissions(std::slice::from_ref(&row)).await.unwrap();
        assert_eq!(appended[0].token_rotations, kept[0].token_rotations);
        kept[0].token_rotations
    };
    assert_eq!((blog.rotations, rotations().await), (0, Some(0)));
    assert_eq!(rotate(store, "nobody's", 21, 1, 2).await, None);
    let once = rotate(store, "blog", 21, 1, 100).await.unwrap();
    assert_eq!((once.rotations, once.prefix.as_str(), once.id), (1, "gvl_21", blog.id));
    let old = PreviousSecret { prefix: "gvl_0123".to_owned(), until: noon() + seconds(100) };
    assert_eq!(once.previous, Some(old));
    let by = async |hash: u8| store.api_token_by_hash(&[hash; 32]).await.unwrap();
    assert_eq!(by(21).await, Some(SecretOf { token: once.clone(), is_previous: false }));
    assert_eq!(by(20).await, Some(SecretOf { token: once.clone(), is_previous: true }));
    assert_eq!(
        (once.ended(true, noon() + seconds(99)), once.ended(false, noon() + seconds(100))),
        (None, None)
    );
    assert_eq!(once.ended(true, noon() + seconds(100)), Some(RefusalKind::Replaced));
    assert_eq!(rotations().await, Some(1));

    let twice = rotate(store, "blog", 22, 50, 50).await.unwrap();
    assert_eq!((twice.rotations, by(20).await), (2, None), "two secrets at a time, no more");
    assert!(by(21).await.unwrap().is_previous);
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), &event.details["old_prefix"]), ("token.rotated", &"gvl_21".into()));

    store.revoke_api_token("blog", None, noon() + seconds(70)).await.unwrap().unwrap();
    assert_eq!((by(21).await, by(22).await, rotations().await), (None, None, None));
    for hash in [21, 22] {
        assert_eq!(store.revoked_token_by_hash(&[hash; 32]).await.unwrap().unwrap().id, blog.id);
    }
}

async fn rotate(store: &dyn Store, name: &str, hash: u8, at: i64, until: i64) -> Option<ApiToken> {
    let new = NewSecret {
        name: name.to_owned(),
        hash: [hash; 32],
        prefix: format!("gvl_{hash}"),
        old_until: noon() + seconds(until),
        by: None,
        at: noon() + seconds(at),
    };
    store.rotate_api_token(&new).await.unwrap()
}

async fn create(store: &dyn Store, name: &str, hash: u8) -> store::Result<ApiToken> {
    with(store, name, hash, TokenBounds::default()).await
}

async fn with(store: &dyn Store, name: &str, hash: u8, bounds: TokenBounds) -> store::Result<ApiToken> {
    let token = NewApiToken {
        name: name.to_owned(),
        hash: [hash; 32],
        prefix: "gvl_0123".to_owned(),
        site: "shop.example.com".to_owned(),
        per_minute: Some(30),
        fallback: Fallback::Engine,
        bounds,
        created_by: None,
        created_at: noon(),
    };
    store.create_api_token(&token).await
}
