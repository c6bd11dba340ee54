//! The viewer's time zone, as far as days in lists need it.

use leptos::prelude::*;

use crate::context::cookie;

/// Name of the cookie that tells the server.
const ZONE_COOKIE: &str = "gavel_zone";

/// Minutes east of UTC: as the cookie says while the page comes to life, so that server and browser agree; then as the
/// browser says. Without a cookie it is UTC.
#[derive(Clone, Copy)]
pub(crate) struct Zone(RwSignal<i32>);

impl Zone {
    pub(crate) fn new() -> Self {
        let told = cookie(ZONE_COOKIE).and_then(|minutes| minutes.parse().ok());
        // No zone is further from UTC than a day.
        let told = told.filter(|minutes: &i32| minutes.abs() <= 24 * 60);
        let minutes = RwSignal::new(told.unwrap_or(0));
        Effect::new(move |_| {
            #[cfg(feature = "hydrate")]
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole minutes of at most a day")]
                let here = -js_sys::Date::new_0().get_timezone_offset() as i32;
                if told != Some(here) {
                    crate::context::remember(ZONE_COOKIE, &here.to_string());
                    minutes.set(here);
                }
            }
        });
        Self(minutes)
    }

    /// Minutes east of UTC.
    pub(crate) fn minutes(self) -> i32 {
        self.0.get()
    }
}
