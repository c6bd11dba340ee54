//! The viewer's time zone: what a day is in lists and searches. The browser tells it by its name in a cookie, and the server knows
//! its offsets; without JavaScript it is UTC.

use domain::time::relative_in;
use leptos::prelude::*;

use crate::components::now;

/// Name of the cookie that tells the server.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
const ZONE_COOKIE: &str = "gavel_zone";

/// The zone: as the cookie says while the page comes to life, so that server and browser agree; then as the browser says.
#[derive(Clone, Copy)]
pub(crate) struct Zone(RwSignal<domain::Zone>);

impl Zone {
    pub(crate) fn new() -> Self {
        let told = SharedValue::new(viewers).into_inner();
        let zone = RwSignal::new(told.clone());
        Effect::new(move |_| {
            #[cfg(feature = "hydrate")]
            if let Some(here) = browsers().filter(|here| here != told.name()) {
                crate::context::remember(ZONE_COOKIE, &here);
                leptos::task::spawn_local(async move {
                    // Without an answer days stay those of before, as the page says.
                    if let Ok(known) = crate::server_fns::session::get_zone(here).await {
                        zone.set(known);
                    }
                });
            }
            #[cfg(not(feature = "hydrate"))]
            let _ = &told;
        });
        Self(zone)
    }

    /// Reads it, and follows it.
    pub(crate) fn get(self) -> domain::Zone {
        self.0.get()
    }

    /// Its name.
    pub(crate) fn name(self) -> String {
        self.0.with(|zone| zone.name().to_owned())
    }

    /// How long ago a moment is, or its date.
    pub(crate) fn relative(self, time: chrono::DateTime<chrono::Utc>) -> String {
        self.0.with(|zone| relative_in(zone, time, now()))
    }

    /// A moment as clocks there show it.
    pub(crate) fn exact(self, time: chrono::DateTime<chrono::Utc>) -> String {
        self.0.with(|zone| zone.exact(time))
    }
}

/// A moment to the second as the viewer's clocks show it, for words that are put together once. What is shown for long follows
/// [`Zone::exact`].
pub(crate) fn exact(time: chrono::DateTime<chrono::Utc>) -> String {
    here().exact(time)
}

/// The same to the minute, without the year.
pub(crate) fn minute(time: chrono::DateTime<chrono::Utc>) -> String {
    domain::time::minute_in(&here(), time)
}

/// The viewer's zone, as it is known now.
pub(crate) fn here() -> domain::Zone {
    use_context::<Zone>().map_or_else(domain::Zone::default, |zone| zone.0.get_untracked())
}

/// The zone of who sent the request.
#[cfg(feature = "ssr")]
pub(crate) fn viewers() -> domain::Zone {
    crate::context::cookie(ZONE_COOKIE).map_or_else(domain::Zone::default, |name| known::zone(&name))
}

#[cfg(not(feature = "ssr"))]
fn viewers() -> domain::Zone {
    domain::Zone::default()
}

/// A search whose days are those of who asks, for somebody who reads it later or elsewhere; as it is where it has none or cannot be
/// read.
#[cfg(feature = "ssr")]
pub(crate) fn fixed(q: &str) -> String {
    match domain::SearchQuery::parse(q) {
        Ok(query) if query.has_days() => query.in_zone(&viewers(), now()).to_string(),
        _ => q.to_owned(),
    }
}

/// The zone that the cookies of a request tell, for what is no page of the app.
#[cfg(feature = "ssr")]
pub fn in_cookies(cookies: &str) -> domain::Zone {
    crate::context::find_cookie(cookies, ZONE_COOKIE).map_or_else(domain::Zone::default, known::zone)
}

/// The name of the browser's zone.
#[cfg(feature = "hydrate")]
fn browsers() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}

#[cfg(feature = "ssr")]
pub(crate) use known::zone as known_zone;

/// Zones by their names of the IANA database, which the program brings with it.
#[cfg(feature = "ssr")]
mod known {
    use std::{
        collections::HashMap,
        sync::{LazyLock, Mutex},
    };

    use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
    use chrono_tz::Tz;
    use domain::Zone;

    /// From when on pages know a zone's offsets, and until when: logs are not older, and laws change.
    const YEARS: (i32, i32) = (2000, 2040);

    /// Those that were asked for; there are some 600.
    static KNOWN: LazyLock<Mutex<HashMap<Tz, Zone>>> = LazyLock::new(Mutex::default);

    /// The zone with a name; UTC where nobody knows it.
    pub(crate) fn zone(name: &str) -> Zone {
        let Ok(tz) = name.parse::<Tz>() else { return Zone::default() };
        let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.entry(tz).or_insert_with(|| offsets(tz)).clone()
    }

    fn offsets(tz: Tz) -> Zone {
        let new_year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single().unwrap_or_default();
        let (mut at, end) = (new_year(YEARS.0), new_year(YEARS.1));
        let first = minutes(tz, at);
        let (mut last, mut changes) = (first, Vec::new());
        while at < end {
            let next = at + TimeDelta::days(1);
            let offset = minutes(tz, next);
            if offset != last {
                changes.push((change(tz, at, next), offset));
                last = offset;
            }
            at = next;
        }
        Zone::new(tz.name(), first, changes)
    }

    /// Minutes east of UTC.
    fn minutes(tz: Tz, at: DateTime<Utc>) -> i32 {
        tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
    }

    /// The second at which an offset changes between two moments.
    fn change(tz: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let before = minutes(tz, from);
        let (mut from, mut to) = (from, to);
        while to - from > TimeDelta::seconds(1) {
            let middle = from + (to - from) / 2;
            let middle = middle - TimeDelta::nanoseconds(i64::from(middle.timestamp_subsec_nanos()));
            if minutes(tz, middle) == before {
                from = middle;
            } else {
                to = middle;
            }
        }
        to.timestamp()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_zone_has_its_offsets_of_every_day() {
            for (name, at, words) in [
                ("Europe/Berlin", "2025-03-30T00:59:59Z", "30 Mar 2025, 01:59:59 UTC+1"),
                ("Europe/Berlin", "2025-03-30T01:00:00Z", "30 Mar 2025, 03:00:00 UTC+2"),
                ("Europe/Berlin", "2031-01-15T12:00:00Z", "15 Jan 2031, 13:00:00 UTC+1"),
                ("America/New_York", "2025-11-02T06:00:00Z", "2 Nov 2025, 01:00:00 UTC−5"),
                ("Asia/Kolkata", "2025-01-01T00:00:00Z", "1 Jan 2025, 05:30:00 UTC+5:30"),
                ("Pacific/Kiritimati", "2025-01-01T10:00:00Z", "2 Jan 2025, 00:00:00 UTC+14"),
                ("Africa/Casablanca", "2025-03-10T12:00:00Z", "10 Mar 2025, 12:00:00 UTC"),
                ("no/where", "2025-01-01T10:00:00Z", "1 Jan 2025, 10:00:00 UTC"),
            ] {
                assert_eq!(zone(name).exact(at.parse().unwrap()), words, "{name}");
            }
        }

        #[test]
        fn a_zone_is_small_enough_for_every_page() {
            let text = serde_json::to_string(&zone("Europe/Berlin")).unwrap();
            assert!(text.len() < 2_000, "{} bytes", text.len());
        }
    }
}
