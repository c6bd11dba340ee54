//! JSON in its shapes.

use serde_json::{Value, json};

use crate::{Dialect, Text, tables::utf16};

fn object(text: &Text) -> Value {
    json!({"id": text.email.len(), "author": {"name": text.author, "email": text.email}, "created_at": text.date, "body": text.message, "tags": ["a", "b"]})
}

/// As Python prints it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let escaped =
                text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
            if text.contains('\'') && !text.contains('"') {
                format!("\"{escaped}\"")
            } else {
                format!("'{}'", escaped.replace('\'', "\\'"))
            }
        }
        Value::Array(list) => format!("[{}]", list.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("'{name}': {}", python(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A thread of which every third record answers the one before the last.
fn threads(texts: &[Text]) -> Value {
    let answered = |group: &[Text]| {
        let mut first = object(&group[0]);
        let answers: Vec<Value> = group[1..]
            .iter()
            .map(|text| {
                let mut answer = object(text);
                answer["replies"] = json!([]);
                answer
            })
            .collect();
        first["replies"] = Value::Array(answers);
        first
    };
    Value::Array(texts.chunks(3).map(answered).collect())
}

pub(crate) fn dialects(texts: &[Text]) -> Vec<Dialect> {
    let objects: Vec<Value> = texts.iter().map(object).collect();
    let array = Value::Array(objects.clone());
    let lines = |end: &str| objects.iter().map(|object| format!("{object}{end}")).collect::<String>();
    let each = |shape: &dyn Fn(&Value) -> String| objects.iter().map(shape).collect::<String>();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let users = json!([{"id": 1, "name": "Ana"}, {"id": 2, "name": "Bo"}]);
    let by_id: Vec<String> =
        objects.iter().enumerate().map(|(index, object)| format!("\"c{index}\":{object}")).collect();
    let ascii = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if c.is_ascii() {
                    c.to_string()
                } else {
                    let mut units = [0; 2];
                    c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
                }
            })
            .collect()
    };
    let shapes: Vec<(&str, String)> = vec![
        ("lines", lines("\n")),
        ("lines CRLF", lines("\r\n")),
        ("lines with commas", lines(",\n")),
        ("lines with blank lines", lines("\n\n")),
        ("lines in brackets", format!("[\n{}\n]\n", objects.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n"))),
        ("lines behind a bracket that is closed", format!("[\n{}]\n", lines(",\n"))),
        ("lines with record separators", each(&|object| format!("\u{1e}{object}\n"))),
        ("lines escaped", ascii(&lines("\n"))),
        ("arrays a line", texts.chunks(10).map(|part| format!("{}\n", Value::Array(part.iter().map(object).collect()))).collect()),
        ("array", array.to_string()),
        ("array pretty", pretty(&array)),
        ("array pretty CRLF", pretty(&array).replace('\n', "\r\n")),
        ("array escaped", ascii(&array.to_string())),
        ("array with a comma at its end", format!("[{}]", lines(","))),
        ("array with comments", format!("// an export\n[/* {} */\n{}\n]", objects.len(), objects.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n// next\n"))),
        ("pretty one after the other", each(&|object| format!("{}\n", pretty(object)))),
        ("one after the other", lines("")),
        ("wrapped", json!({"total": 300, "comments": array}).to_string()),
        ("wrapped pretty", pretty(&json!({"meta": {"exported": 1}, "comments": array}))),
        ("users first", json!({"a_users": users, "comments": array}).to_string()),
        ("deep", json!({"data": {"page": {"items": array}, "more": false}}).to_string()),
        ("graphql", json!({"data": {"posts": {"edges": objects.iter().map(|node| json!({"cursor": "x", "node": node})).collect::<Vec<_>>()}}}).to_string()),
        ("elasticsearch", json!({"took": 3, "hits": {"total": 300, "hits": objects.iter().map(|source| json!({"_index": "c", "_source": source})).collect::<Vec<_>>()}}).to_string()),
        ("elasticsearch bulk", each(&|object| format!("{{\"index\":{{\"_index\":\"c\",\"_id\":\"1\"}}}}\n{object}\n"))),
        ("by id", format!("{{{}}}", by_id.join(","))),
        ("by id within", format!("{{\"comments\":{{{}}}}}", by_id.join(",\n"))),
        ("mongo", each(&|object| {
            let mut object = object.clone();
            object["_id"] = json!({"$oid": "5f1"});
            object["created_at"] = json!({"$date": {"$numberLong": "1739619120123"}});
            format!("{object}\n")
        })),
        ("nan", each(&|object| format!("{}\n", object.to_string().replacen("\"id\":", "\"score\":NaN,\"id\":", 1)))),
        ("python", each(&|object| format!("{}\n", python(object)))),
        ("python list", python(&array)),
        ("threads", threads(texts).to_string()),
        ("threads pretty", pretty(&threads(texts))),
        ("strings", Value::Array(texts.iter().map(|text| Value::from(text.message.as_str())).collect()).to_string()),
        ("strings pretty", pretty(&Value::Array(texts.iter().map(|text| Value::from(text.message.as_str())).collect()))),
    ];
    let mut dialects = Vec::new();
    for (name, text) in shapes {
        let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
        dialects.push(Dialect::new(format!("json {name} with mark"), "x", marked, texts));
        dialects.push(Dialect::new(
            format!("json {name} UTF-16"),
            "comments.json",
            utf16(&text, true, true),
            texts,
        ));
        dialects.push(Dialect::new(format!("json {name}"), "comments.json", text.into_bytes(), texts));
    }
    dialects
}
