//! What matches are made of, and how many there are, however far back they lie.

use domain::{Facet, JudgedBy, Label, NewDetection, Origin, SearchQuery};
use store::Store;

use super::app_words::{token, word};
use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, scored};

/// More rows than are looked at one by one for a page.
const MANY: usize = 10_500;

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let ana = moderator(&*store, "Ana").await;
    let row = |message: &str, score, site: Option<&str>, origin, judged_by| {
        let mut new = scored(message, score);
        (new.site, new.origin, new.judgement.judged_by) = (site.map(str::to_owned), origin, judged_by);
        new
    };
    let blog = Some("blog.example.com");
    store
        .insert_detections(&[
            row("casino a", 90.0, blog, Origin::Api, JudgedBy::ActiveLayer),
            row("casino b", 10.0, blog, Origin::Api, JudgedBy::Fallback),
            row("casino c", 20.0, None, Origin::Paste, JudgedBy::ActiveLayer),
            row("poker", 80.0, Some("shop.example.com"), Origin::Import, JudgedBy::Detector),
        ])
        .await
        .unwrap();
    decide(&*store, domain::DetectionId(1), Label::Ham, &ana).await;

    assert_eq!(shown(&*store, "casino", Facet::Verdict).await, ["ham 2", "spam 1"]);
    assert_eq!(shown(&*store, "casino", Facet::Label).await, ["unlabelled 2", "ham 1"]);
    let shop = token(&*store, "shop", domain::Fallback::Pass).await;
    store.app_said(&word(domain::DetectionId(2), shop, Label::Spam, 1)).await.unwrap();
    assert_eq!(shown(&*store, "casino", Facet::App).await, ["nothing 2", "spam 1"]);
    assert_eq!(shown(&*store, "casino", Facet::Site).await, ["blog.example.com 2", "no site 1"]);
    assert_eq!(shown(&*store, "casino", Facet::Origin).await, ["api 2", "paste 1"]);
    assert_eq!(shown(&*store, "casino", Facet::JudgedBy).await, ["activelayer 2", "fallback 1"]);
    assert_eq!(shown(&*store, "casino is:spam", Facet::Verdict).await, ["spam 1"]);
    assert_eq!(shown(&*store, "casino site:shop.example.com", Facet::Site).await, ["shop.example.com 0"]);
    // Each value, added to the search, leaves as many as it said.
    let query = SearchQuery::parse("casino").unwrap();
    for value in store.facets(&query, noon()).await.unwrap().values {
        let narrowed = query.toggled(&value.term);
        assert_eq!(store.count(&narrowed, noon()).await.unwrap().count, value.count, "{narrowed}");
    }
    all_of_many(&*store).await;
}

async fn shown(store: &dyn Store, search: &str, facet: Facet) -> Vec<String> {
    let facets = store.facets(&SearchQuery::parse(search).unwrap(), noon()).await.unwrap();
    assert!(facets.complete);
    facets.of(facet).map(|value| format!("{} {}", value.words(), value.count)).collect()
}

/// Five rows that a search means lie below more rows than a page looks at: they are found, and counted.
async fn all_of_many(store: &dyn Store) {
    let news = |number: usize| NewDetection {
        site: Some("news.example.com".to_owned()),
        origin: if number < 5 { Origin::Paste } else { Origin::Api },
        ..detection(&format!("number{number}"))
    };
    for start in (0..MANY).step_by(500) {
        store.insert_detections(&(start..start + 500).map(news).collect::<Vec<_>>()).await.unwrap();
    }
    let count = async |search: &str| {
        let count = store.count(&SearchQuery::parse(search).unwrap(), noon()).await.unwrap();
        (count.count, count.more)
    };
    let all = MANY as u64;
    assert_eq!(count("site:news.example.com").await, (all, false));
    assert_eq!(count("site:news.example.com is:spam").await, (all, false));
    assert_eq!(count("site:news.example.com -from:api").await, (5, false));
    assert_eq!(count("site:news.example.com from:paste").await, (5, false));
    assert_eq!(count("site:news.example.com -number7").await, (all - 1, false));
    assert_eq!(count("number7 -site:news.example.com").await, (0, false));

    let hidden = SearchQuery::parse("site:news.example.com -from:api").unwrap();
    let found = store.matches_below(&hidden, None, 3, noon()).await.unwrap();
    let rest = store.matches_below(&hidden, found.last().map(|row| row.id), 3, noon()).await.unwrap();
    let messages: Vec<_> = found.iter().chain(&rest).map(|row| row.content.message.as_str()).collect();
    assert_eq!(messages, ["number4", "number3", "number2", "number1", "number0"]);
    let facets = store.facets(&hidden, noon()).await.unwrap();
    assert_eq!((facets.counted, facets.complete), (5, true));
    let facets = store.facets(&SearchQuery::default(), noon()).await.unwrap();
    assert_eq!((facets.counted, facets.complete), (all + 4, true));
}
