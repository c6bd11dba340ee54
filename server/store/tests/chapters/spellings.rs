//! Texts as people write them are found and marked however a search is spelt, and a line pasted out of a message finds its row.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::search::{as_text, marks, notes};
use domain::{NewDetection, Order, PageRequest, SearchQuery};
use store::Store;

use crate::fresh::Fresh;
use crate::samples::{detection, judgement, noon};

/// One JSON object a line, with a message.
const OTHER_SPELLINGS: &str = include_str!("../cases/other-spellings.ndjson");

/// Lines out of messages.
const PASTED: &str = include_str!("../cases/search-terms.txt");

/// Searches, in which of the messages (by line, from 1) they are found, and what is marked in the first of these.
const SEARCHES: [(&str, &[usize], &str); 22] = [
    ("카지노", &[1, 2], "카지노"),
    ("카지노를", &[1, 2], "카지노를"),
    ("카지노*", &[1, 2], "카지노"),
    ("\"온라인 카지노\"", &[1, 2], "온라인 카지노"),
    ("\u{110f}\u{1161}\u{110c}\u{1175}\u{1102}\u{1169}", &[1, 2], "카지노"),
    ("free money", &[3, 4, 5], "𝗙𝗥𝗘𝗘|𝗠𝗢𝗡𝗘𝗬"),
    ("\"FREE MONEY\"", &[3, 4, 5], "𝗙𝗥𝗘𝗘 𝗠𝗢𝗡𝗘𝗬"),
    ("𝗙𝗥𝗘𝗘 ＭＯＮＥＹ", &[3, 4, 5], "𝗙𝗥𝗘𝗘|𝗠𝗢𝗡𝗘𝗬"),
    ("mon*", &[3, 4, 5], "𝗠𝗢𝗡𝗘𝗬"),
    ("cafe tien", &[6], "ca\u{301}fe\u{301}|tiê\u{300}n"),
    ("café", &[6], "ca\u{301}fe\u{301}"),
    ("istanbul", &[7], "İSTANBUL"),
    ("ıstanbul", &[7], "İSTANBUL"),
    ("strasse", &[8], "STRASSE|Straße"),
    ("straße", &[8], "STRASSE|Straße"),
    ("STRAẞE", &[8], "STRASSE|Straße"),
    ("🔥", &[9], "🔥🔥"),
    ("💋 off", &[9], "OFF|💋"),
    ("\"win 💋\"", &[9], "win|💋"),
    ("🔥 💰", &[], ""),
    ("-🔥", &[1, 2, 3, 4, 5, 6, 7, 8], ""),
    ("-💋 free", &[3, 4, 5], "𝗙𝗥𝗘𝗘"),
];

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let messages: Vec<String> = OTHER_SPELLINGS.lines().map(message).collect();
    fill(store, &messages).await;
    for (search, numbers, marked) in SEARCHES {
        let query = SearchQuery::parse(search).unwrap();
        assert_eq!(found(store, &query).await, numbers, "{search}");
        if let Some(first) = numbers.first() {
            let text = &messages[first - 1];
            let marks = marks(&query, text).into_iter().map(|(start, end)| &text[start..end]);
            assert_eq!(normal(&marks.collect::<Vec<_>>().join("|")), normal(marked), "{search}");
        }
    }
    paste(fresh.store().await).await;
    long(&*fresh.store().await).await;
}

/// Messages with more words, or more links, than one entry of any index holds are kept, and found once by whatever is in them.
async fn long(store: &dyn Store) {
    let words: Vec<String> = (0..120_000).map(|number| format!("w{number:06}")).collect();
    let hosts: Vec<String> = (0..30_000).map(|number| format!("https://h{number}.many.example")).collect();
    let han = "垃圾邮件".repeat(20_000);
    fill(store, &[words.join(" "), hosts.join(" "), han, "walrus ".repeat(100_000)]).await;
    for (search, numbers) in [
        ("w000000", vec![1]),
        ("w119999", vec![1]),
        ("w000000 w119999", vec![1]),
        ("\"w014999 w015000 w015001\"", vec![1]),
        ("w000000 -w119999", vec![]),
        ("link:h29999.many.example", vec![2]),
        ("link:many.example -w000000", vec![2]),
        ("邮件垃圾", vec![3]),
        ("walrus", vec![4]),
    ] {
        let query = SearchQuery::parse(search).unwrap();
        assert_eq!(found(store, &query).await, numbers, "{search}");
        assert_eq!(store.count(&query, noon()).await.unwrap().count, numbers.len() as u64, "{search}");
    }
}

/// Every line that is pasted finds the message that it stands in, at once or by one click.
async fn paste(store: Arc<dyn Store>) {
    let store = &*store;
    let lines: Vec<String> = PASTED.lines().map(str::to_owned).collect();
    fill(store, &lines.iter().map(|line| format!("First line.\n{line}\nLast line.")).collect::<Vec<_>>())
        .await;
    for (at, line) in lines.iter().enumerate() {
        let mut tried = vec![line.clone()];
        match SearchQuery::parse(line) {
            Ok(_) => tried.extend(notes(line).into_iter().filter_map(|note| note.instead)),
            Err(errors) => tried.extend(errors.iter().map(|error| error.corrected(line))),
        }
        tried.extend(as_text(line));
        let mut is_found = false;
        for search in &tried {
            if let Ok(query) = SearchQuery::parse(search) {
                is_found |= found(store, &query).await.contains(&(at + 1));
            }
        }
        assert!(is_found, "“{line}” is not found by any of {tried:?}");
    }
}

fn message(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    record["message"].as_str().unwrap().to_owned()
}

async fn fill(store: &dyn Store, messages: &[String]) {
    for (number, message) in messages.iter().enumerate() {
        let new = NewDetection {
            created_at: noon() + TimeDelta::seconds(i64::try_from(number).unwrap()),
            judgement: judgement(&format!("upstream-{number}"), 80.0),
            ..detection(message)
        };
        store.insert_detection(&new).await.unwrap();
    }
}

/// The numbers of the rows that match, the oldest first.
async fn found(store: &dyn Store, query: &SearchQuery) -> Vec<usize> {
    let request = PageRequest { order: Order::Newest, from: None, limit: 100 };
    let page = store.search(query, &request, noon()).await.unwrap();
    page.rows.iter().rev().map(|row| usize::try_from(row.id.0).unwrap()).collect()
}

/// Composed, so that a text of this file and one of the cases are the same.
fn normal(text: &str) -> String {
    domain::search::IndexText::of(text).text().to_owned() + if text.contains('|') { "|" } else { "" }
}
