//! What each operation answers. The errors' payloads are made by the functions that make them in earnest.

use std::{collections::BTreeMap, net::Ipv4Addr, time::Duration};

use activelayer::wire::Refusal;
use domain::TokenScope;
use serde_json::{Value, json};
use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::ExampleBuilder,
        link::Link,
        schema::{AllOfBuilder, Type},
    },
};

use super::{super::BODY_MAX_BYTES, super::allowed, super::body, samples};

type Answers = BTreeMap<String, RefOr<Response>>;

/// Answers of `POST /check` and `/check-comment`.
pub(in crate::api) struct CheckAnswers;

impl IntoResponses for CheckAnswers {
    fn responses() -> Answers {
        let names = ObjectBuilder::new().schema_type(Type::String);
        let left_out = HeaderBuilder::new().schema(Some(names));
        let left_out = left_out.description(Some(
            "Optional fields that the upstream refused: the verdict is given without them.",
        ));
        let verdict = ok("The verdict.", "CheckResponse", samples::checked()).link("feedback", correction());
        let verdict = verdict.header("Gavel-Left-Out", left_out.build());
        let unavailable = refusal(
            "No verdict in time, and the token's fallback is `reject`. The submission is in the log and judged later.",
            &[(
                "unavailable",
                Refusal { retry_after: Some(Duration::from_secs(1)), ..Refusal::unavailable() },
            )],
        );
        let mut answers = with_body(logged(verdict));
        answers.insert("503".to_owned(), logged(unavailable).build().into());
        answers
    }
}

/// How a verdict is corrected later.
fn correction() -> Link {
    let body = json!({ "detection_id": "$response.body#/detection_id", "is_spam": false });
    Link::builder()
        .operation_id("feedback")
        .request_body(Some(body))
        .description("The final word on this detection.")
        .build()
}

/// Answers of `POST /feedback`.
pub(in crate::api) struct FeedbackAnswers;

impl IntoResponses for FeedbackAnswers {
    fn responses() -> Answers {
        let receipt = ok("The receipt.", "FeedbackResponse", samples::received());
        let mut answers = with_body(receipt);
        let unknown = refusal(
            "No check of the token's site has this `detection_id`.",
            &[("unknown", Refusal::detection_not_found())],
        );
        answers.insert("404".to_owned(), unknown.build().into());
        let unavailable = refusal(
            "The detection is not in the log, and the upstream, which may know it, cannot be reached. Nothing was kept: send \
             the feedback again. (Feedback on a detection in the log is always taken, whoever judged it.)",
            &[("unavailable", Refusal::unavailable())],
        );
        answers.insert("503".to_owned(), unavailable.build().into());
        answers
    }
}

/// Answers of `GET /verify`.
pub(in crate::api) struct VerifyAnswers;

impl IntoResponses for VerifyAnswers {
    fn responses() -> Answers {
        all(ok(
            "The token is in force. What is told is about this token: its name, when it was made, its last use (this request). \
             Of the upstream, `upstream_key_valid` tells whether it accepts Gavel's key (`null`: nobody knows yet). Nothing is told \
             of the account behind that key.",
            "VerifyResponse",
            samples::verified(),
        )
        .header("Age", age()))
    }
}

/// Answers of `GET /stats`.
pub(in crate::api) struct StatsAnswers;

impl IntoResponses for StatsAnswers {
    fn responses() -> Answers {
        let mut answers = all(ok(
            "Usage of the plan behind the gateway, which all tokens share, in the upstream's own words. When the upstream does not \
             answer within 300 ms, or not at all, this is its newest answer that is known.",
            "StatsResponse",
            samples::counted(),
        )
        .header("Age", age()));
        let unavailable = refusal(
            "The upstream cannot be reached, and never told its usage before.",
            &[("unavailable", Refusal::unavailable())],
        );
        answers.insert("503".to_owned(), unavailable.build().into());
        answers
    }
}

/// Answers of `GET /decisions`.
pub(in crate::api) struct DecisionsAnswers;

impl IntoResponses for DecisionsAnswers {
    fn responses() -> Answers {
        let mut answers = all(ok(
            "A part of the feed, which may be empty. A callback (Settings, Callbacks) brings each decision as it is here, one by one.",
            "Decisions",
            samples::decided(),
        ));
        let field =
            |name: &str| (name.to_owned(), vec![format!("The {name} field must be a whole number from 0.")]);
        let invalid = refusal(
            "`after` or `limit` is not a number that they can be.",
            &[("invalid", Refusal::invalid([field("after")].into()))],
        );
        answers.insert("422".to_owned(), invalid.build().into());
        answers
    }
}

/// What any operation can answer.
fn all(success: ResponseBuilder) -> Answers {
    let later = Some(Duration::from_secs(2));
    let errors = [
        (
            401,
            "The token is missing, wrong, revoked or expired, or another one replaced it and the time of both is over.",
            vec![
                ("unauthorized", Refusal::unauthorized()),
                ("expired", allowed::expired(samples::a_day())),
                ("replaced", allowed::replaced()),
            ],
        ),
        (
            403,
            "The token may not ask for this, or not from the caller's address.",
            vec![
                ("scope", allowed::out_of_scope(TokenScope::Decisions)),
                ("address", allowed::elsewhere(Ipv4Addr::new(203, 0, 113, 9).into())),
            ],
        ),
        (408, "The body did not arrive within 10 seconds.", vec![("too_slow", body::too_slow())]),
        (413, "The body is larger than 1 MiB.", vec![("too_large", Refusal::too_large(BODY_MAX_BYTES))]),
        (
            415,
            "The body is compressed: it has a `Content-Encoding`.",
            vec![("compressed", Refusal::compressed())],
        ),
        (
            429,
            "Too many requests: the token's own limit by the minute (wait for `Retry-After`), or the plan's month is used up.",
            vec![
                ("by_minute", Refusal::rate_limited(later)),
                ("by_month", Refusal::quota_exhausted(50_000, 50_000)),
            ],
        ),
        (500, "Something broke here; the server's log says what.", vec![("internal", Refusal::internal())]),
    ];
    let errors =
        errors.map(|(status, words, samples)| (status.to_string(), refusal(words, &samples).build().into()));
    let mut answers = Answers::from(errors);
    answers.insert("200".to_owned(), success.build().into());
    answers
}

/// The same, and what is wrong with a body.
fn with_body(success: ResponseBuilder) -> Answers {
    let mut answers = all(success);
    let malformed = refusal(
        "The body is not JSON.",
        &[("malformed", Refusal::malformed_json("EOF while parsing an object at line 1 column 15"))],
    );
    answers.insert("400".to_owned(), malformed.build().into());
    let required = vec!["The message field is required.".to_owned()];
    let invalid = refusal(
        "Fields are missing or wrong; each is named, with what is wrong with it.",
        &[("invalid", Refusal::invalid([("message".to_owned(), required)].into()))],
    );
    answers.insert("422".to_owned(), invalid.build().into());
    answers
}

fn ok(words: &str, schema: &str, sample: Value) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(sample));
    ResponseBuilder::new().description(words).content("application/json", content.build())
}

/// An answer that is about a row in the log.
fn logged(answer: ResponseBuilder) -> ResponseBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let header = HeaderBuilder::new().schema(Some(number));
    let header = header.description(Some("Number of the row in Gavel's log: `/detections/<number>`."));
    answer.header("X-Gavel-Detection", header.build())
}

/// How old an answer is that was kept.
fn age() -> utoipa::openapi::Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let header = HeaderBuilder::new().schema(Some(seconds));
    header.description(Some("Seconds since it was known; absent when it is fresh.")).build()
}

/// An error: every sample has the fields that are required.
fn refusal(words: &str, samples: &[(&str, Refusal)]) -> ResponseBuilder {
    let payload = |refusal: &Refusal| serde_json::to_value(&refusal.body).unwrap_or_default();
    let has = |refusal: &Refusal, field: &str| payload(refusal).get(field).is_some();
    let fields = ["error", "message", "error_details", "errors", "remaining"];
    let shared = fields.into_iter().filter(|field| samples.iter().all(|(_, refusal)| has(refusal, field)));
    let required = shared.fold(ObjectBuilder::new().schema_type(Type::Object), ObjectBuilder::required);
    let schema = AllOfBuilder::new().item(Ref::from_schema_name("Error")).item(required);
    let content = ContentBuilder::new().schema(Some(schema)).examples_from_iter(
        samples.iter().map(|(name, refusal)| (*name, ExampleBuilder::new().value(Some(payload(refusal))))),
    );
    let answer = ResponseBuilder::new().description(words).content("application/json", content.build());
    if samples.iter().all(|(_, refusal)| refusal.retry_after.is_none()) {
        return answer;
    }
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let header = HeaderBuilder::new().schema(Some(seconds));
    let header = header.description(Some("Seconds to wait, where known."));
    answer.header("Retry-After", header.build())
}
