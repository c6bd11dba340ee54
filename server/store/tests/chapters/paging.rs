//! Pages by key, in every order and both directions, and bounded counts.

use domain::search::{Term, TermKind};
use domain::{BoundedCount, Direction, Order, PageRequest, SearchQuery};
use store::Store;

use crate::fresh::Fresh;
use crate::samples::{noon, scored};

/// Scores with ties, below and above the threshold of 50, some equally near to it.
const SCORES: [f64; 11] = [50.0, 10.0, 90.0, 50.0, 49.5, 50.5, 90.0, 10.0, 0.0, 100.0, 50.0];

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    for (number, score) in SCORES.into_iter().enumerate() {
        let parity = if number % 2 == 0 { "even" } else { "odd" };
        store.insert_detection(&scored(&format!("{parity} number{number}"), score)).await.unwrap();
    }
    for query in [SearchQuery::default(), word("even"), word("odd")] {
        for order in Order::ALL {
            for limit in [1, 2, 3, 5, 11, 500] {
                walk(&*store, &query, *order, limit).await;
            }
        }
    }
    counts(&*store).await;
}

fn word(word: &str) -> SearchQuery {
    SearchQuery { terms: vec![Term { negated: false, kind: TermKind::Word(word.to_owned()) }] }
}

/// The numbers of the rows as they must come, computed without the store.
fn expected(query: &SearchQuery, order: Order) -> Vec<usize> {
    let odd = *query == word("odd");
    let all = *query == SearchQuery::default();
    let mut numbers: Vec<usize> = (0..SCORES.len()).filter(|n| all || (n % 2 == 1) == odd).rev().collect();
    match order {
        Order::Newest => {}
        Order::Score => numbers.sort_by(|a, b| SCORES[*b].total_cmp(&SCORES[*a])),
        Order::Closest => {
            numbers.sort_by(|a, b| (SCORES[*a] - 50.0).abs().total_cmp(&(SCORES[*b] - 50.0).abs()));
        }
    }
    numbers
}

/// Walks to the end and back, and compares every page.
async fn walk(store: &dyn Store, query: &SearchQuery, order: Order, limit: u32) {
    let expected = expected(query, order);
    let pages: Vec<&[usize]> = expected.chunks(limit as usize).collect();
    let mut from = None;
    for (index, numbers) in pages.iter().enumerate() {
        let page = store.search(query, &PageRequest { order, from, limit }, noon()).await.unwrap();
        assert_eq!(read(&page.rows), *numbers, "{order} by {limit}, page {index}");
        assert_eq!(page.before.is_some(), index > 0, "{order} by {limit}, page {index}");
        assert_eq!(page.after.is_some(), index + 1 < pages.len(), "{order} by {limit}, page {index}");
        if page.after.is_none() {
            from = page.before.map(|cursor| (Direction::Before, cursor));
            break;
        }
        // Through its URL form, as the browser sends it back.
        from = page.after.map(|cursor| (Direction::After, cursor.to_string().parse().unwrap()));
    }
    for (index, numbers) in pages.iter().enumerate().rev().skip(1) {
        let page = store.search(query, &PageRequest { order, from, limit }, noon()).await.unwrap();
        assert_eq!(read(&page.rows), *numbers, "{order} by {limit}, back to page {index}");
        assert!(page.after.is_some());
        assert_eq!(page.before.is_some(), index > 0, "{order} by {limit}, back to page {index}");
        from = page.before.map(|cursor| (Direction::Before, cursor));
    }
}

fn read(rows: &[domain::DetectionSummary]) -> Vec<usize> {
    rows.iter().map(|row| row.excerpt.split("number").nth(1).unwrap().parse().unwrap()).collect()
}

async fn counts(store: &dyn Store) {
    let count = async |query: &SearchQuery| store.count(query, noon()).await.unwrap();
    let all = SearchQuery::default();
    assert_eq!(count(&all).await, BoundedCount { count: 11, more: false });
    assert_eq!(count(&word("odd")).await, BoundedCount { count: 5, more: false });
    assert_eq!(count(&word("absent")).await, BoundedCount { count: 0, more: false });
}
