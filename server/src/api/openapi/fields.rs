//! The fields of a schema, as rows for people.

use utoipa::openapi::{
    Object, OpenApi, RefOr, Schema, SchemaFormat,
    schema::{SchemaType, Type},
};

/// A field, with its place in nested objects written as `data.usage.used_requests`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) words: String,
}

/// The fields of `schema`, in the order of the guide; none for what has no fields of its own.
pub(super) fn fields(document: &OpenApi, schema: &RefOr<Schema>) -> Vec<Field> {
    let mut rows = Vec::new();
    if let Some(Schema::Object(object)) = resolved(document, schema) {
        gather(document, object, "", &mut rows);
    }
    rows
}

fn gather(document: &OpenApi, object: &Object, before: &str, rows: &mut Vec<Field>) {
    for (own, schema) in &object.properties {
        let name = format!("{before}{own}");
        match resolved(document, schema) {
            Some(Schema::Object(inner)) if !inner.properties.is_empty() => {
                gather(document, inner, &format!("{name}."), rows);
            }
            Some(found) => rows.push(Field {
                required: object.required.contains(own),
                kind: kind(found),
                words: words(found),
                name,
            }),
            None => {}
        }
    }
}

fn resolved<'a>(document: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            resolved(document, document.components.as_ref()?.schemas.get(name)?)
        }
    }
}

/// The type in words. How "absent" may be written is said once, above.
fn kind(schema: &Schema) -> String {
    match schema {
        Schema::Object(object) => match (&object.format, &object.schema_type) {
            (Some(SchemaFormat::Custom(format)), _) => match format.as_str() {
                "ipv4" => "IPv4 address".to_owned(),
                "ipv6" => "IPv6 address".to_owned(),
                "uri" => "http(s) URL".to_owned(),
                format => format.to_owned(),
            },
            (_, SchemaType::Type(one)) => word(one).to_owned(),
            (_, SchemaType::Array(several)) => several.iter().map(word).collect::<Vec<_>>().join(" or "),
            (_, SchemaType::AnyValue) => "any".to_owned(),
        },
        Schema::AnyOf(any) => {
            let forms = any.items.iter().filter_map(|item| match item {
                RefOr::T(Schema::Object(object)) if object.format.is_some() => {
                    Some(kind(&object.clone().into()))
                }
                _ => None,
            });
            forms.collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    }
}

fn word(kind: &Type) -> &'static str {
    match kind {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "float",
        Type::Boolean => "boolean",
        Type::Array => "array",
        Type::Null => "null",
    }
}

fn words(schema: &Schema) -> String {
    match schema {
        Schema::Object(object) => object.description.clone().unwrap_or_default(),
        Schema::AnyOf(any) => any.description.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
