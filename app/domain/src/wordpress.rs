//! What WordPress sends with a comment, read as a moderator thinks of it: where it stands, and where to find
//! it in wp-admin.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use crate::{Content, Detection, Origin};

/// Widest zones are 14 hours from UTC; what differs by more is an old submission, and no clock's fault.
const WIDEST_ZONE: TimeDelta = TimeDelta::hours(14);

/// Zones differ by quarters of an hour.
const ZONE_STEP_SECONDS: i64 = 900;

/// Between writing and checking lie seconds, not minutes.
const SLACK_SECONDS: i64 = 300;

/// A clock that differs by less says nothing.
const LEAST_OFF: TimeDelta = TimeDelta::minutes(20);

/// Where something was written, as the app tells it beside the guide's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Title of the post, page or form.
    pub title: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Address of the site.
    pub site_url: Option<String>,
    /// WordPress's id of the post.
    pub post_id: Option<i64>,
}

impl Place {
    /// Reads the `context` of a submission; empty when there is none.
    pub fn of(content: &Content) -> Self {
        let Some(Value::Object(context)) = content.extra.get("context") else { return Self::default() };
        let text = |names: &[&str]| {
            let found = names.iter().filter_map(|name| context.get(*name)?.as_str()).map(str::trim);
            found.filter(|text| !text.is_empty()).map(str::to_owned).next()
        };
        Self {
            title: text(&["post_title", "page_title", "form_name", "form_title"]),
            address: text(&["post_url", "page_url"]),
            site_url: text(&["site_url"]),
            post_id: context.get("post_id").and_then(whole).filter(|id| *id > 0),
        }
    }

    /// Whether anything is told of the place.
    pub fn is_known(&self) -> bool {
        self.title.is_some() || self.address.is_some()
    }
}

/// A number, also written as text: PHP makes no difference.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Where wp-admin finds a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InAdmin {
    /// The address: the spam queue, searched for the sender.
    pub address: String,
    /// Whether the site is the one that the app's token names, so that an administrator vouches for it. Any
    /// other address is the app's word alone, and is to be copied, not followed.
    pub is_vouched: bool,
}

/// Where wp-admin finds what was sent; `None` when it is no comment of WordPress, or its sender is unknown.
pub fn in_admin(detection: &Detection) -> Option<InAdmin> {
    let content = &detection.content;
    let kind = content.extra.get("data_type").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind != "comment") {
        return None;
    }
    let sender = content.email.as_deref().or(content.name.as_deref())?;
    let mut url = Url::parse(&Place::of(content).site_url?).ok()?;
    let is_plain =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|_| is_plain)?.to_ascii_lowercase();
    let path = format!("{}/wp-admin/edit-comments.php", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_fragment(None);
    url.query_pairs_mut().clear().append_pair("s", sender).append_pair("comment_status", "spam");
    let is_vouched = detection.site.as_deref().is_some_and(|site| same_host(site, &host));
    Some(InAdmin { address: url.into(), is_vouched })
}

/// Whether a token's site, written as a host or an address, names this host; a leading `www.` does not
/// matter.
fn same_host(site: &str, host: &str) -> bool {
    let site = site.trim().to_ascii_lowercase();
    let site = site.split_once("://").map_or(site.as_str(), |(_, rest)| rest);
    let site = site.split(['/', ':']).next().unwrap_or_default();
    let bare = |name: &str| name.strip_prefix("www.").unwrap_or(name).to_owned();
    !site.is_empty() && bare(site) == bare(host)
}

/// What [`Content::website_url`] is called: WordPress sends the commenter's homepage in it, others the page.
pub fn website_name(content: &Content) -> &'static str {
    if Place::of(content).site_url.is_some() { "Homepage" } else { "Page" }
}

/// How far the submission's time is from when Gavel got it, if that is a whole zone off: WordPress sends the
/// site's local time as if it were UTC. Negative when it is behind.
pub fn clock_off(detection: &Detection) -> Option<TimeDelta> {
    let said = DateTime::<Utc>::from_timestamp(detection.content.timestamp?, 0)?;
    // Only what an app sends is checked as soon as it is written.
    if detection.origin != Origin::Api {
        return None;
    }
    let off = said - detection.created_at;
    let half = ZONE_STEP_SECONDS / 2;
    let nearest = (off.num_seconds() + half).div_euclid(ZONE_STEP_SECONDS) * ZONE_STEP_SECONDS;
    let is_zone = (off.num_seconds() - nearest).abs() <= SLACK_SECONDS;
    (is_zone && off.abs() >= LEAST_OFF && off.abs() <= WIDEST_ZONE + TimeDelta::seconds(SLACK_SECONDS))
        .then(|| TimeDelta::seconds(nearest))
}

/// The same in words; `None` when the clock is right.
pub fn clock_words(detection: &Detection) -> Option<String> {
    let off = clock_off(detection)?;
    let minutes = off.num_minutes().abs();
    let by = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    let direction = if off > TimeDelta::zero() { "ahead" } else { "behind" };
    Some(format!("{by} {direction} of when it came: probably the site's local time, sent as UTC"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{DetectionId, Endpoint, FeedbackState, JudgedBy, Judgement};

    fn comment(extra: &Value) -> Detection {
        let created_at = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        Detection {
            id: DetectionId(1),
            created_at,
            endpoint: Endpoint::CheckComment,
            origin: Origin::Api,
            site: Some("blog.example.com".to_owned()),
            content: Content {
                message: "hi".to_owned(),
                email: Some("a+b&c@example.net".to_owned()),
                website_url: Some("http://casino.example".to_owned()),
                extra: extra.as_object().cloned().unwrap(),
                ..Content::default()
            },
            judgement: Judgement {
                upstream_id: String::new(),
                is_spam: true,
                score: 90.0,
                threshold: 50.0,
                execution_ms: 1.0,
                upstream_timestamp: String::new(),
                judged_by: JudgedBy::ActiveLayer,
                signals: Vec::new(),
                raw_answer: String::new(),
            },
            label: None,
            reasons: Vec::new(),
            labelled_by: None,
            labelled_at: None,
            version: 0,
            feedback: FeedbackState::None,
            app_word: None,
            told: None,
            ip_is_apps: false,
            rule: None,
            forgotten: crate::Forgotten::default(),
        }
    }

    fn wordpress(site_url: &str) -> Detection {
        comment(&json!({ "data_type": "comment", "context": {
            "site_url": site_url, "post_id": 7, "post_title": " Hello <world> ", "post_url": "https://blog.example.com/hello/",
        } }))
    }

    #[test]
    fn the_place_is_the_post_and_the_website_is_the_commenters() {
        let detection = wordpress("https://blog.example.com");
        let place = Place::of(&detection.content);
        assert_eq!(place.title.as_deref(), Some("Hello <world>"));
        assert_eq!(place.address.as_deref(), Some("https://blog.example.com/hello/"));
        assert_eq!(website_name(&detection.content), "Homepage");
        for extra in
            [json!({}), json!({ "context": [] }), json!({ "context": { "post_title": 7, "post_url": "" } })]
        {
            let other = comment(&extra);
            assert!(!Place::of(&other.content).is_known() && in_admin(&other).is_none(), "{extra}");
            assert_eq!(website_name(&other.content), "Page");
        }
        let form =
            comment(&json!({ "context": { "site_url": "https://x.example", "form_name": "Contact" } }));
        assert_eq!(Place::of(&form.content).title.as_deref(), Some("Contact"));
    }

    #[test]
    fn wp_admin_is_searched_for_the_sender_and_trusted_where_the_token_names_the_site() {
        let of = |site_url| in_admin(&wordpress(site_url));
        let found = of("https://blog.example.com/").unwrap();
        assert_eq!(
            found.address,
            "https://blog.example.com/wp-admin/edit-comments.php?s=a%2Bb%26c%40example.net&comment_status=spam"
        );
        assert!(found.is_vouched);
        assert!(of("http://WWW.blog.example.com:8080/sub/").unwrap().address.contains(":8080/sub/wp-admin/"));
        assert!(of("http://www.blog.example.com").unwrap().is_vouched);
        assert!(!of("https://evil.example/?x=https://blog.example.com").unwrap().is_vouched);
        assert!(!of("https://blog.example.com.evil.example").unwrap().is_vouched);
        for bad in [
            "javascript:alert(1)",
            "https://user:pw@blog.example.com",
            "blog.example.com",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        let mut sign_up = wordpress("https://blog.example.com");
        sign_up.content.extra.insert("data_type".to_owned(), "user_registration".into());
        assert_eq!(in_admin(&sign_up), None);
    }

    #[test]
    fn a_clock_that_is_a_zone_off_is_said_so() {
        let words = |off: i64| {
            let mut detection = wordpress("https://blog.example.com");
            detection.content.timestamp = Some(detection.created_at.timestamp() + off);
            clock_words(&detection)
        };
        assert!(words(7_200 - 3).unwrap().starts_with("2 h ahead"), "{:?}", words(7_200 - 3));
        assert!(words(-5 * 3600 - 30 * 60).unwrap().starts_with("5 h 30 min behind"));
        for usual in [0, -3, 600, -86_400 * 3, 16 * 3600, 7_200 + 420] {
            assert_eq!(words(usual), None, "{usual}");
        }
    }
}
