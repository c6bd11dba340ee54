//! The bodies that [`read_check`](super::read_check) and [`read_feedback`](super::read_feedback) take, as schemas for an
//! OpenAPI document: the wire types, narrowed to what passes validation, and with the key among the fields.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, Object, ObjectBuilder, RefOr, Schema, SchemaFormat,
        schema::{AnyOfBuilder, SchemaType, Type},
    },
};

use super::odd::EMAIL_MAX_CHARS;
use crate::{CheckRequest, FeedbackRequest};

/// Unicode's white space, spelled out: `\s` means something else in every dialect.
macro_rules! white {
    () => {
        r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    };
}

/// A text with something to read in it.
const NOT_BLANK: &str = concat!("[^", white!(), "]");

/// A text that counts as absent.
const BLANK: &str = concat!("^[", white!(), "]*$");

/// An address on the web as RFC 3986 writes one, its host a name or an IPv4 address, its port below 65,000 if any.
const WEB_URL: &str = concat!(
    r"^https?://",
    r"(([A-Za-z0-9]+(-+[A-Za-z0-9]+)*\.)*[A-Za-z][A-Za-z0-9]*(-+[A-Za-z0-9]+)*|",
    r"((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]))",
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?([/?]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(#([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$",
);

/// What clients may put the key into, where no header can be set.
const API_KEY: &str =
    "The token, for clients that can set no header. Never logged, kept or forwarded. Prefer a header.";

/// The body of `POST /check` and `POST /check-comment`.
#[derive(Clone, Copy, Debug)]
pub struct CheckBody;

impl PartialSchema for CheckBody {
    fn schema() -> RefOr<Schema> {
        with_key(CheckRequest::schema(), |name, field| match name {
            "message" => {
                field.min_length = Some(1);
                field.pattern = Some(NOT_BLANK.to_owned());
                None
            }
            "email" => {
                field.max_length = Some(EMAIL_MAX_CHARS);
                None
            }
            "ip" => Some(vec![text("ipv4").build().into(), text("ipv6").build().into()]),
            "website_url" => Some(vec![text("uri").pattern(Some(WEB_URL)).build().into()]),
            "timestamp" => {
                let integer = ObjectBuilder::new().schema_type(Type::Integer);
                let integer = integer.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
                Some(vec![integer.minimum(Some(i64::MIN)).maximum(Some(i64::MAX)).build().into()])
            }
            _ => None,
        })
    }
}

impl ToSchema for CheckBody {
    fn name() -> Cow<'static, str> {
        "CheckRequest".into()
    }
}

/// The body of `POST /feedback`.
#[derive(Clone, Copy, Debug)]
pub struct FeedbackBody;

impl PartialSchema for FeedbackBody {
    fn schema() -> RefOr<Schema> {
        with_key(FeedbackRequest::schema(), |name, field| {
            if name == "detection_id" {
                field.min_length = Some(1);
                field.pattern = Some(NOT_BLANK.to_owned());
            }
            None
        })
    }
}

impl ToSchema for FeedbackBody {
    fn name() -> Cow<'static, str> {
        "FeedbackRequest".into()
    }
}

/// Narrows each field, in place or by naming the only forms that it may have besides absent, and adds the key.
fn with_key(
    schema: RefOr<Schema>,
    narrow: impl Fn(&str, &mut Object) -> Option<Vec<Schema>>,
) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut body)) = schema else { return schema };
    for (name, field) in &mut body.properties {
        let RefOr::T(Schema::Object(object)) = field else { continue };
        if let Some(forms) = narrow(name, object) {
            *field = RefOr::T(optional(forms, object.description.take()));
        }
    }
    let key = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    let key = key.description(Some(API_KEY)).write_only(true);
    body.properties.insert("api_key".to_owned(), key.into());
    RefOr::T(Schema::Object(body))
}

/// One of `forms`, or absent in any of the ways of clients in the field: `null`, empty, blank.
fn optional(forms: Vec<Schema>, description: Option<String>) -> Schema {
    let blank = ObjectBuilder::new().schema_type(Type::String).pattern(Some(BLANK));
    let null = ObjectBuilder::new().schema_type(Type::Null);
    let any = AnyOfBuilder::new().description(description);
    let any = forms.into_iter().fold(any, AnyOfBuilder::item);
    any.item(blank).item(null).build().into()
}

fn text(format: &str) -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.format(Some(SchemaFormat::Custom(format.to_owned())))
}
