use std::path::Path;

use super::{
    graph::{Crate, Graph},
    problems,
    rules::Rules,
};

const RULES: &str = r#"
[graph]
targets = []
[licenses]
allow = ["MIT", "Apache-2.0"]
exceptions = [{ crate = "weak", allow = ["MPL-2.0"] }]
include-dev = true
unused-allowed-license = "deny"
[bans]
multiple-versions = "allow"
wildcards = "deny"
allow-wildcard-paths = true
deny = [{ crate = "openssl-sys" }, { crate = "sqlx", wrappers = ["store"] }]
[sources]
unknown-registry = "deny"
unknown-git = "deny"
"#;

fn found(name: &str, license: &str, dependents: &[&str]) -> Crate {
    Crate {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        license: Some(license.to_owned()),
        source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
        dependents: dependents.iter().map(|&name| name.to_owned()).collect(),
        ..Crate::default()
    }
}

/// What is said of crates that are fine and these.
fn said(more: Vec<Crate>) -> String {
    let mut crates = vec![
        found("a", "MIT/Apache-2.0", &["store"]),
        found("b", "Apache-2.0 WITH LLVM-exception OR Apache-2.0", &["store"]),
        found("weak", "MPL-2.0", &["a"]),
        found("sqlx", "MIT OR GPL-3.0-only", &["store"]),
    ];
    crates.extend(more);
    problems(&Rules::read(RULES).unwrap(), &Graph { crates }).unwrap().join("\n")
}

#[test]
fn what_is_allowed_passes() {
    assert_eq!(said(vec![]), "");
}

#[test]
fn a_licence_that_is_not_allowed_is_found() {
    assert!(said(vec![found("c", "GPL-3.0-only", &[])]).contains("c 1.0.0 is under GPL-3.0-only"));
    assert!(said(vec![found("c", "MIT AND GPL-3.0-only", &[])]).contains("c 1.0.0"));
    assert!(said(vec![found("c", "MPL-2.0", &[])]).contains("c 1.0.0"), "an exception is one crate's");
    assert!(said(vec![found("c", "whatever I like", &[])]).contains("cannot be read"));
    assert!(said(vec![Crate { license: None, ..found("c", "", &[]) }]).contains("names no licence"));
}

#[test]
fn what_nothing_needs_any_longer_is_taken_out() {
    let rules = RULES.replace("\"MIT\"", "\"MIT\", \"ISC\"");
    let crates = vec![found("a", "MIT", &[]), found("b", "Apache-2.0", &[])];
    let said = problems(&Rules::read(&rules).unwrap(), &Graph { crates }).unwrap().join("\n");
    assert!(said.contains("ISC is allowed") && said.contains("weak has an exception"), "{said}");
}

#[test]
fn what_is_banned_is_found_with_who_uses_it() {
    assert!(said(vec![found("openssl-sys", "MIT", &["curl"])]).contains("openssl-sys 1.0.0 is used by curl"));
    let opened = said(vec![found("sqlx", "MIT", &["app", "store"])]);
    assert!(opened.contains("used by app;") && opened.contains("by store only"), "{opened}");
    let wild = Crate { wildcards: vec!["rand".to_owned()], source: None, ..found("own", "MIT", &[]) };
    assert!(said(vec![wild]).contains("own asks for any version of rand"));
}

#[test]
fn sources_other_than_crates_io_are_found() {
    let git = Crate { source: Some("git+https://example.com/x#1".to_owned()), ..found("x", "MIT", &[]) };
    assert!(said(vec![git]).contains("x 1.0.0 comes from git+https://example.com/x#1"));
}

#[test]
fn what_cannot_be_checked_is_refused() {
    for (from, to) in [
        ("multiple-versions = \"allow\"", "multiple-versions = \"deny\""),
        ("unknown-git = \"deny\"", "unknown-git = \"allow\""),
        ("wildcards = \"deny\"", "wildcards = \"deny\"\nskip = []"),
        ("include-dev = true", "include-dev = false"),
    ] {
        let error = Rules::read(&RULES.replace(from, to)).err().expect(to);
        assert!(format!("{error:#}").contains("cannot check"), "{error:#}");
    }
}

#[test]
fn the_file_itself_can_be_checked() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    Rules::read(&std::fs::read_to_string(file).unwrap()).unwrap();
}

#[test]
fn crates_and_who_asks_for_them_are_read_from_cargo() {
    let json = br#"{"packages": [
        {"id": "1", "name": "own", "version": "0.1.0", "license": "MIT", "source": null, "dependencies": [
            {"name": "beside", "req": "*", "path": "/beside"}, {"name": "any", "req": "*", "path": null}]},
        {"id": "2", "name": "any", "version": "2.0.0", "license": null, "source": "registry+x", "dependencies": []},
        {"id": "3", "name": "windows", "version": "1.0.0", "license": "MIT", "source": "registry+x", "dependencies": []}],
        "resolve": {"nodes": [{"id": "1", "dependencies": ["2"]}, {"id": "2", "dependencies": []}]}}"#;
    let graph = Graph::read(json).unwrap();
    let [own, any] = graph.crates.as_slice() else { panic!("windows is needed by no target") };
    assert_eq!(own.wildcards, ["any"]);
    assert_eq!(any.dependents.iter().collect::<Vec<_>>(), ["own"]);
}
