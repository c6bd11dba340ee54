//! What the address of the Stats page asks for.

use serde::{Deserialize, Serialize};

/// Ranges on offer: the word in the address, and what it is called.
pub const PRESETS: [(&str, &str); 5] =
    [("today", "Today"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("period", "This period")];

/// Stands for "belongs to no site" in the address.
pub const NO_SITE: &str = "-";

/// Range, site and search, as the address has them; empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// One of [`PRESETS`]; anything else is 30 days. Days given by `from` and `to` win.
    pub range: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// A site, or [`NO_SITE`].
    pub site: String,
    /// A search, as typed.
    pub q: String,
    /// A threshold to try, 0 to 100.
    pub threshold: String,
}

impl Asked {
    /// The preset that is asked for; `None` when days are given.
    pub fn preset(&self) -> Option<&'static str> {
        if !self.from.is_empty() || !self.to.is_empty() {
            return None;
        }
        let known = PRESETS.iter().map(|(word, _)| *word).find(|word| *word == self.range);
        Some(known.unwrap_or("30d"))
    }

    /// The threshold that is asked for, if it can be read.
    pub fn threshold(&self) -> Option<u8> {
        self.threshold.parse().ok().filter(|points| *points <= domain::statistics::THRESHOLD_MAX)
    }
}

#[cfg(feature = "ssr")]
mod server {
    use chrono::NaiveDate;
    use domain::{
        Days, SearchQuery,
        statistics::{DAYS_MAX, Scope},
    };
    use moderation::{Moderation, ModerationError};

    use super::{Asked, NO_SITE};
    use crate::error::AppError;

    impl Asked {
        /// The days and the scope that are meant.
        ///
        /// # Errors
        /// Names the field that cannot be read, or says that the store failed.
        pub(crate) async fn read(&self, moderation: &Moderation) -> Result<(Days, Scope), AppError> {
            let query = SearchQuery::parse(&self.q)
                .map(|query| query.in_zone(&crate::zone::viewers(), crate::components::now()));
            let query = query.map_err(|errors| {
                let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
                AppError::BadSearch(words.join(" ")).with_status()
            })?;
            let site = match &*self.site {
                "" => None,
                NO_SITE => Some(String::new()),
                site => Some(site.to_owned()),
            };
            Ok((self.days(moderation).await?, Scope { site, query }))
        }

        async fn days(&self, moderation: &Moderation) -> Result<Days, AppError> {
            let today = moderation.now().date_naive();
            let Some(preset) = self.preset() else { return self.given_days(today) };
            Ok(match preset {
                "today" => Days::up_to(today, 1),
                "7d" => Days::up_to(today, 7),
                "90d" => Days::up_to(today, 90),
                "period" => {
                    let days: Result<Days, ModerationError> = moderation.period_days().await;
                    days?
                }
                _ => Days::up_to(today, 30),
            })
        }

        fn given_days(&self, today: NaiveDate) -> Result<Days, AppError> {
            let day = |field: &str, text: &str, missing: NaiveDate| match text {
                "" => Ok(missing),
                text => NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
                    let problem = format!("“{text}” is no day. Write it like 2025-02-01.");
                    AppError::bad_field(field, &problem)
                }),
            };
            let to = day("to", &self.to, today)?;
            let from = day("from", &self.from, to)?;
            let days = Days::new(from, to).ok_or_else(|| {
                AppError::bad_field("from", "The first day lies behind the last one. Swap them.")
            })?;
            if days.count() > DAYS_MAX {
                let problem =
                    format!("These are {} days; at most {DAYS_MAX} are drawn at once.", days.count());
                return Err(AppError::bad_field("from", &problem));
            }
            Ok(days)
        }
    }
}
