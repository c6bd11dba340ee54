//! What lies in `contrib/` for Prometheus and Grafana asks for nothing that `/metrics` does not serve; what `SECURITY.md` names is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use domain::UsageSample;
use moderation::{Clock, SystemClock};
use serde_json::Value;
use tokio::net::TcpStream;

use crate::test_app::{EMAIL, PASSWORD, TestApp, browser};

const ALERTS: &str = include_str!("../../../contrib/prometheus/alerts.yml");
const ALERT_TESTS: &str = include_str!("../../../contrib/prometheus/alerts.test.yml");
const DASHBOARD: &str = include_str!("../../../contrib/grafana/gavel.json");

/// Labels that Prometheus adds to whatever it scrapes, and that its expressions make.
const ADDED: [&str; 2] = ["instance", "job"];

/// Metrics by name, with every label and the values that it had.
type Series = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Every place in a text where a metric of Gavel's is named: the name, and the selector behind it, such as `state="failed"`.
fn named(text: &str) -> Vec<(&str, &str)> {
    let starts = text.match_indices("gavel_").map(|(at, _)| at);
    starts
        .map(|at| {
            let rest = &text[at..];
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
            let selector = rest[end..].strip_prefix('{').and_then(|rest| rest.split('}').next());
            (&rest[..end], selector.unwrap_or_default())
        })
        .collect()
}

/// Label, whether its value is asked for as it stands, and the value.
fn matchers(selector: &str) -> impl Iterator<Item = (&str, bool, &str)> {
    selector.split(',').filter(|part| !part.is_empty()).map(|part| {
        let (label, value) = part.split_once('=').expect(part);
        let is_exact = value.starts_with('"');
        (label.trim_end_matches('!'), is_exact, value.trim_matches(['~', '"']))
    })
}

fn series(metrics: &str) -> Series {
    let mut series = Series::new();
    for line in metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (what, _) = line.rsplit_once(' ').unwrap();
        let (name, labels) = what.split_once('{').unwrap_or((what, ""));
        let seen = series.entry(name.to_owned()).or_default();
        for label in labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once('=').unwrap();
            seen.entry(label.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
        }
    }
    series
}

/// A Gavel to which has happened whatever it counts.
async fn metrics() -> Series {
    let folder = tempfile::tempdir().unwrap();
    let wanted = TestApp::wanted()
        .with("--backup-to", folder.path().display())
        .with("--audit-to", folder.path().join("audit.ndjson").display());
    let app = wanted.with("--max-connections", 16).start().await;
    assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 303);
    let sample = UsageSample {
        taken_at: SystemClock.now(),
        plan: "Starter".to_owned(),
        total: Some(100),
        used: Some(40),
        remaining: Some(60),
        percentage: Some(40.0),
        period: None,
        unread: Vec::new(),
    };
    app.store.save_usage_sample(&sample, "{}").await.unwrap();
    let asked = app.browser.post(app.url("/api/v1/check")).json(&serde_json::json!({})).send().await.unwrap();
    assert_eq!(asked.status(), 401);
    let mut strangers = Vec::new();
    for _ in 0..20 {
        strangers.push(TcpStream::connect(app.address).await.unwrap());
    }
    // By a connection of its own, which comes after all of those.
    let served = browser().get(app.url("/metrics")).send().await.unwrap();
    series(&served.text().await.unwrap())
}

#[tokio::test]
async fn rules_and_dashboard_ask_for_what_is_served() {
    let served = metrics().await;
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: Vec<&str> = asked.map(|target| target["expr"].as_str().unwrap()).collect();
    assert!(asked.len() > 10 && asked.iter().all(|expr| expr.contains("gavel_")), "{asked:?}");
    let dashboard = asked.join("\n");
    let mut seen = BTreeSet::new();
    for (place, text) in [("alerts", ALERTS), ("alerts.test", ALERT_TESTS), ("dashboard", &dashboard)] {
        for (name, selector) in named(text) {
            let labels =
                served.get(name).unwrap_or_else(|| panic!("{place}: /metrics has no {name}: {served:?}"));
            seen.insert(name.to_owned());
            for (label, is_exact, value) in
                matchers(selector).filter(|(label, ..)| !ADDED.contains(label) && place != "alerts.test")
            {
                let values =
                    labels.get(label).unwrap_or_else(|| panic!("{place}: {name} has no label {label}"));
                assert!(!is_exact || values.contains(value), "{place}: {name} has no {label}={value}");
            }
        }
    }
    let own: BTreeSet<_> = served
        .keys()
        .filter(|name| !name.ends_with("_sum") && !name.ends_with("_count") && *name != "gavel_build_info")
        .cloned()
        .collect();
    assert_eq!(own, seen, "what is served is looked at");
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// All Rust of the workspace in one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    text
}

#[test]
fn what_the_table_of_asvs_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let security = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (_, table) = security.split_once("## ASVS").unwrap();
    let rust: String = ["server", "app"].iter().map(|folder| sources(&root.join(folder))).collect();
    let (mut files, mut tests) = (0, 0);
    for name in quoted(table).filter(|name| !name.contains(' ')) {
        if name.contains('/') || name.ends_with(".md") || name.ends_with(".toml") {
            assert!(root.join(name).exists(), "SECURITY.md names {name}");
            files += 1;
        } else if name.matches('_').count() > 2 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            let is_setting = rust.contains(&format!("pub {name}:"));
            assert!(is_setting || rust.contains(&format!("fn {name}(")), "SECURITY.md names {name}");
            tests += 1;
        }
    }
    assert!(files > 50 && tests > 20, "{files} {tests}");
    let mut seen = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert!(["yes", "partly", "no", "yours", "–"].contains(&cells[2]), "{line}");
        for requirement in cells[1].split(", ").flat_map(requirements) {
            assert!(seen.insert(requirement), "{requirement:?} has two rows");
        }
    }
    assert_eq!(seen.len(), 260, "as many as levels 1 and 2 of 4.0.3 have");
}

/// The requirements of a row: `2.6.1`, or `2.6.1–2.6.3`.
fn requirements(named: &str) -> Vec<[u32; 3]> {
    let read = |text: &str| {
        let parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
        <[u32; 3]>::try_from(parts).expect(named)
    };
    let (first, last) = named.split_once('–').unwrap_or((named, named));
    let (first, last) = (read(first), read(last));
    assert_eq!(first[..2], last[..2], "{named}");
    (first[2]..=last[2]).map(|number| [first[0], first[1], number]).collect()
}

#[test]
fn each_alert_says_what_it_means() {
    let alerts = ALERTS.matches("- alert: ").count();
    assert!(alerts >= 10);
    assert_eq!(ALERTS.matches("summary: ").count(), alerts);
    assert!(ALERT_TESTS.contains(&format!("value: {alerts}")), "each is tried");
}
