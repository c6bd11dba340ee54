//! Where to go after log-in: only ever a page of this Gavel.

use url::Url;

/// The path and query of `next` if it names a page here, else `/`.
///
/// The answer is put together from a parsed URL, as a browser would read it: `//evil.example`, `/\evil.example` and
/// tabs within all lead elsewhere and are refused.
pub fn local_path(next: &str) -> String {
    let home = "/".to_owned();
    let Ok(base) = Url::parse("http://gavel.invalid/") else { return home };
    if !next.starts_with('/') || next.contains(['\\', '\t', '\n', '\r', '\0']) {
        return home;
    }
    match base.join(next) {
        Ok(url) if url.origin() == base.origin() && !is_door(url.path()) && !url.path().starts_with("//") => {
            url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
        }
        _ => home,
    }
}

/// Pages that make no sense to come back to.
fn is_door(path: &str) -> bool {
    matches!(path, "/login" | "/logout" | "/setup" | "/join") || path.starts_with("/fn/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_here_are_kept() {
        for path in ["/", "/detections?q=is%3Aspam&page=2", "/detections/12", "/stats"] {
            assert_eq!(local_path(path), path);
        }
        assert_eq!(local_path("/detections#row"), "/detections");
        assert_eq!(local_path("/a/../stats"), "/stats");
    }

    #[test]
    fn everything_else_leads_home() {
        for path in [
            "",
            "stats",
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "javascript:alert(1)",
            "http:evil.example",
            "/login?next=/login",
            "/logout",
            "/setup?token=x",
            "/join?code=x",
            "/fn/label",
        ] {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }
}
