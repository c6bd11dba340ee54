//! Writing detections and reading them back.

use domain::detection::EXCERPT_CHARS;
use domain::{
    Content, Detection, DetectionId, Endpoint, FeedbackState, JudgedBy, Judgement, NewDetection, Order,
    Origin, PageRequest, SearchQuery, Signal,
};
use serde_json::json;
use store::Store;

use crate::fresh::Fresh;
use crate::samples::{detection, judgement, noon};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    everything_comes_back(&*store).await;
    hostile_text_comes_back(&*store).await;
    lists_show_excerpts(&*store).await;
    a_verdict_replaces_the_fallback(&*store).await;
    many_at_once(&*store).await;
}

fn full() -> NewDetection {
    let extra = json!({ "context": { "form": "contact" }, "data_type": "comment" });
    NewDetection {
        endpoint: Endpoint::CheckComment,
        origin: Origin::Api,
        site: Some("blog.example.com".to_owned()),
        content: Content {
            message: "Great post!".to_owned(),
            email: Some("Ana@Mail.ru".to_owned()),
            name: Some("Ana".to_owned()),
            ip: Some("203.0.113.42".parse().unwrap()),
            timestamp: Some(1_739_619_120),
            user_agent: Some("Mozilla/5.0".to_owned()),
            website_url: Some("https://blog.example.com/1".to_owned()),
            domain: Some("example.com".to_owned()),
            extra: extra.as_object().unwrap().clone(),
        },
        content_hash: [1; 32],
        judgement: Judgement {
            signals: vec![Signal {
                like: Vec::new(),
                name: "shortener_link".to_owned(),
                description: "Link to a URL shortener".to_owned(),
                weight: 0.1 + 0.2,
                span: Some((0, 5)),
            }],
            raw_answer: "{\"confidence\" : 0.97, \"signals\": [{\"name\": \"shortener_link\", \"weight\": 0.30000000000000004,
                          \"description\": \"Link to a URL shortener\", \"span\": [0, 5]}]}"
                .to_owned(),
            ..judgement("0d1f", 0.1 + 0.2)
        },
        ..detection("")
    }
}

async fn everything_comes_back(store: &dyn Store) {
    let new = full();
    let id = store.insert_detection(&new).await.unwrap();
    let expected = Detection {
        id,
        created_at: new.created_at,
        endpoint: new.endpoint,
        origin: new.origin,
        site: new.site,
        content: new.content,
        judgement: new.judgement,
        label: None,
        reasons: Vec::new(),
        labelled_by: None,
        labelled_at: None,
        version: 0,
        feedback: FeedbackState::None,
        app_word: None,
        told: None,
        ip_is_apps: false,
        rule: None,
        forgotten: domain::Forgotten::default(),
    };
    assert_eq!(store.detection(id).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.detection_by_upstream_id("0d1f").await.unwrap(), Some(expected));
    let newer = store.insert_detection(&full()).await.unwrap();
    assert!(newer > id, "ids grow");
    assert_eq!(store.detection_by_upstream_id("0d1f").await.unwrap().unwrap().id, newer, "the newest");
    assert_eq!(store.detection(DetectionId(999)).await.unwrap(), None);
    assert_eq!(store.detection_by_upstream_id("none").await.unwrap(), None);

    let mut bare = detection("bare");
    bare.content.ip = Some("2001:db8::1".parse().unwrap());
    let id = store.insert_detection(&bare).await.unwrap();
    assert_eq!(store.detection(id).await.unwrap().unwrap().content, bare.content);
}

async fn hostile_text_comes_back(store: &dyn Store) {
    let long = "x".repeat(1024 * 1024);
    let texts =
        ["a\0b", "'; DROP TABLE detections; --", "\u{202e}\u{200b}\u{1f525}", "\"", "{}", long.as_str()];
    for text in texts {
        let new = detection(text);
        let id = store.insert_detection(&new).await.unwrap();
        assert_eq!(store.detection(id).await.unwrap().unwrap().content.message, text);
    }
}

async fn lists_show_excerpts(store: &dyn Store) {
    let long = "é\0".repeat(EXCERPT_CHARS);
    for text in ["nul\0in the middle", &long[..]] {
        store.insert_detection(&detection(text)).await.unwrap();
    }
    let request = PageRequest { order: Order::Newest, from: None, limit: 2 };
    let page = store.search(&SearchQuery::default(), &request, noon()).await.unwrap();
    let expected: String = long.chars().take(EXCERPT_CHARS).collect();
    assert_eq!(page.rows[0].excerpt, expected);
    assert_eq!(page.rows[1].excerpt, "nul\0in the middle");
}

async fn a_verdict_replaces_the_fallback(store: &dyn Store) {
    let mut passed = detection("passed while away");
    passed.judgement = Judgement { judged_by: JudgedBy::Fallback, ..judgement("", 0.0) };
    let id = store.insert_detection(&passed).await.unwrap();
    let before = store.daily_counts(noon().date_naive(), noon().date_naive()).await.unwrap()[0];
    let verdict = judgement("late", 97.5);
    store.rejudge(id, &verdict).await.unwrap();
    let detection = store.detection(id).await.unwrap().unwrap();
    assert_eq!((detection.judgement, detection.version), (verdict, 0));
    let after = store.daily_counts(noon().date_naive(), noon().date_naive()).await.unwrap()[0];
    assert_eq!((after.spam, after.ham), (before.spam + 1, before.ham - 1), "the counts follow");
}

async fn many_at_once(store: &dyn Store) {
    assert_eq!(store.insert_detections(&[]).await.unwrap(), []);
    let many = [detection("first of many"), detection("second of many")];
    let ids = store.insert_detections(&many).await.unwrap();
    for (id, new) in ids.iter().zip(&many) {
        assert_eq!(store.detection(*id).await.unwrap().unwrap().content, new.content);
    }
    let before = store.checks_since(noon()).await.unwrap();
    let mut broken = detection("no score");
    broken.judgement.score = f64::NAN;
    assert!(store.insert_detections(&[detection("third"), broken]).await.is_err());
    assert_eq!(store.checks_since(noon()).await.unwrap(), before, "all or none");
}
