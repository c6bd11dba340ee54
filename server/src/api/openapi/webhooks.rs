//! What Gavel sends to apps, described as the document's webhooks.

use serde_json::{Value, json};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, ObjectBuilder, PathItem, Paths, Ref, Required, ResponseBuilder,
    path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder},
    request_body::RequestBodyBuilder,
    schema::Type,
};

use super::samples;

/// How a receiver knows that a request is Gavel's.
const SIGNATURE: &str = "`t=<seconds>,v1=<hex>`: `v1` is HMAC-SHA256 of `<t>.<body>`, byte for byte, with the secret that was shown \
when the callback was set. Compare it in constant time, and refuse what is more than 5 minutes off.";

/// The events by name, each with what it says and its sample.
fn events() -> [(&'static str, &'static str, &'static str, Value); 4] {
    let but = |fields: Value| {
        let mut sample = samples::decision();
        if let (Value::Object(sample), Value::Object(fields)) = (&mut sample, fields) {
            sample.extend(fields);
        }
        sample
    };
    let undone = but(json!({
        "event": "undo", "id": 18, "version": 18, "is_spam": true, "previous_is_spam": false, "decided_by": "activelayer",
    }));
    let judged = but(json!({ "event": "verdict", "decided_by": "activelayer" }));
    let test = but(json!({
        "event": "test", "id": 0, "version": 0, "external_id": null, "detection_id": "00000000-0000-0000-0000-000000000000",
    }));
    [
        (
            "decision.label",
            "A moderator's label stands",
            "It can no longer be undone for nothing.",
            samples::decision(),
        ),
        ("decision.undo", "A label was taken back", "The verdict stands again.", undone),
        ("decision.verdict", "It was judged again", "For instance when ActiveLayer had been away.", judged),
        (
            "decision.test",
            "Somebody tries the callback",
            "By the page Callbacks. About no submission: do nothing.",
            test,
        ),
    ]
}

/// The webhooks of the document.
pub(super) fn described() -> Paths {
    let paths = events().into_iter().fold(PathsBuilder::new(), |paths, (name, summary, words, sample)| {
        paths.path(name, PathItem::new(HttpMethod::Post, operation(name, summary, words, sample)))
    });
    paths.build()
}

fn operation(name: &str, summary: &str, words: &str, sample: Value) -> Operation {
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Decision"))).example(Some(sample)).build();
    let body =
        RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let header = |name: &str, words: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(words))
            .schema(Some(text))
            .build()
    };
    let answer = |words: &str| ResponseBuilder::new().description(words).build();
    OperationBuilder::new()
        .operation_id(Some(name))
        .tag("Callbacks")
        .summary(Some(summary))
        .description(Some(format!(
            "{words} Sent to the site's callback (Settings, Callbacks), one decision after the other, from the oldest. Keep what has the \
             greatest `version` of a submission."
        )))
        .parameter(header("Gavel-Event", &format!("`{name}`")))
        .parameter(header("Gavel-Delivery", "The same each time when this is sent again."))
        .parameter(header("Gavel-Signature", SIGNATURE))
        .request_body(Some(body))
        // Nobody's token: the signature says who sends it.
        .securities(Some(Vec::new()))
        .response("2XX", answer("Taken: the next decision is sent."))
        .response("default", answer("Sent again with growing waits for three days; the next decision waits for it. Redirects are not followed."))
        .build()
}
