//! From which score on the embedded detector calls a message spam on this installation.

use serde::{Deserialize, Serialize};

/// The embedded detector's threshold where nothing else is set: its scores are probabilities.
pub const USUAL_THRESHOLD: u8 = 50;

/// A threshold that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnThreshold {
    /// The site; `None` for every site that has none of its own.
    pub site: Option<String>,
    /// The score from which on it is spam, 1 to 100.
    pub points: u8,
}

/// The form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThresholdForm {
    /// The site; blank for every site that has none of its own.
    pub site: String,
    /// A whole number from 1 to 100.
    pub points: String,
}

/// Where a threshold is set, with what to set filled in.
pub fn setting(site: Option<&str>, points: u8) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("threshold", &points.to_string());
    if let Some(site) = site {
        query.append_pair("site", site);
    }
    format!("/settings?{}#thresholds", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_setting_names_site_and_points() {
        assert_eq!(setting(None, 70), "/settings?threshold=70#thresholds");
        let site = "shop.example.com/a&b";
        assert_eq!(setting(Some(site), 5), "/settings?threshold=5&site=shop.example.com%2Fa%26b#thresholds");
    }
}
