//! The gateway described in OpenAPI, and the page for people.

use serde_json::Value;

use crate::{
    house::{House, client, read},
    upstream::Upstream,
};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

async fn document(house: &House) -> Value {
    let response = client().get(format!("http://{}/api/openapi.json", house.address)).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    response.json().await.unwrap()
}

#[tokio::test]
async fn the_document_is_open_to_all_and_names_what_the_guide_names() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let document = document(&house).await;
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for secret in
        [house.token.as_str(), crate::upstream::KEY, &upstream.address.to_string(), "shop.example.com"]
    {
        assert!(!text.contains(secret), "{secret}");
    }
    let paths = document["paths"].as_object().unwrap();
    let mut found: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = METHODS.into_iter().filter(|method| item.get(*method).is_some());
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "get /decisions",
            "get /stats",
            "get /verify",
            "post /check",
            "post /check-comment",
            "post /feedback"
        ]
    );
    let webhooks = document["webhooks"].as_object().unwrap();
    let events = ["decision.label", "decision.test", "decision.undo", "decision.verdict"];
    assert_eq!(webhooks.keys().collect::<Vec<_>>(), events);
    for (event, item) in webhooks {
        let sent = &item["post"];
        let content = &sent["requestBody"]["content"]["application/json"];
        assert_eq!(content["schema"]["$ref"], "#/components/schemas/Decision", "{event}");
        assert_eq!(format!("decision.{}", content["example"]["event"].as_str().unwrap()), *event);
        assert_eq!(sent["security"], serde_json::json!([]), "{event}: the signature says who sends it");
        let headers =
            sent["parameters"].as_array().unwrap().iter().map(|header| header["name"].as_str().unwrap());
        assert_eq!(headers.collect::<Vec<_>>(), ["Gavel-Event", "Gavel-Delivery", "Gavel-Signature"]);
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(
        (&schemes["header"]["in"], &schemes["header"]["name"]),
        (&"header".into(), &"X-API-Key".into())
    );
    assert_eq!((&schemes["query"]["in"], &schemes["query"]["name"]), (&"query".into(), &"api_key".into()));

    let schemas = &document["components"]["schemas"];
    let fields = |schema: &str| {
        let properties = schemas[schema]["properties"].as_object().unwrap();
        for (name, field) in properties {
            assert!(
                field["description"].is_string() || field["$ref"].is_string(),
                "{schema}.{name} has no meaning: {field}"
            );
        }
        properties.keys().cloned().collect::<Vec<_>>()
    };
    let request = fields("CheckRequest");
    for name in
        ["message", "email", "name", "ip", "timestamp", "user_agent", "website_url", "domain", "api_key"]
    {
        assert!(request.iter().any(|field| field == name), "{name}");
    }
    assert_eq!(schemas["CheckRequest"]["required"], serde_json::json!(["message"]));
    assert_eq!(schemas["CheckRequest"]["properties"]["email"]["maxLength"], 255);
    assert_eq!(fields("CheckResponse").len(), 6);
    for schema in
        ["FeedbackRequest", "FeedbackResponse", "VerifyResponse", "StatsResponse", "KeyInfo", "Error"]
    {
        assert!(!fields(schema).is_empty());
    }
}

#[tokio::test]
async fn every_operation_is_there_and_every_other_method_is_refused_with_allow() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let document = document(&house).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let url =
            format!("http://{}{}{path}", house.address, document["servers"][0]["url"].as_str().unwrap());
        for name in METHODS {
            let method: reqwest::Method = name.to_uppercase().parse().unwrap();
            let response = house.app.request(method, &url).send().await.unwrap();
            if let Some(operation) = item.get(name) {
                assert_eq!(response.status(), 401, "{name} {path} takes a token");
                for status in ["200", "401", "413", "429", "500"] {
                    let answer = &operation["responses"][status];
                    assert!(answer["description"].is_string(), "{name} {path} {status}");
                    assert!(answer["content"]["application/json"]["schema"].is_object());
                }
            } else if name != "head" || item.get("get").is_none() {
                assert_eq!(response.status(), 405, "{name} {path}");
                assert!(response.headers().contains_key("allow"));
            }
        }
    }
}

#[tokio::test]
async fn the_page_shows_it_all_and_loads_nothing_from_elsewhere() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let page = client().get(format!("http://{}/api", house.address)).header("cookie", "gavel_theme=dark");
    let response = page.send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(response.headers().get("set-cookie").is_none());
    let (status, html) = read(response).await;
    assert_eq!(status, 200);
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\" class=\"dark\">"), "{}", &html[..200]);
    for part in [
        "/check-comment",
        "data.usage.used_requests",
        "Per-minute request limit exceeded",
        "X-API-Key",
        "decision.undo",
        "Gavel-Signature",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let nonce = html.split_once("<style nonce=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(!nonce.is_empty() && policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
    assert!(!html.contains("<script"));
    assert!(!html.contains("=\"http"), "nothing is loaded or linked from elsewhere");
}
