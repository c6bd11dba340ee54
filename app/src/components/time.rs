//! Times: relative, with the exact one on hover, both in the viewer's zone.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::zone::Zone;

/// The current time: the server's clock while it renders, the browser's afterwards.
pub(crate) fn now() -> DateTime<Utc> {
    #[cfg(feature = "ssr")]
    let now = crate::context::moderation().map(|moderation| moderation.now()).unwrap_or_default();
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let now = DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default();
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let now = DateTime::<Utc>::default();
    now
}

/// A moment, as how long ago it is.
#[component]
pub(crate) fn TimeAgo(
    /// The moment.
    time: DateTime<Utc>,
) -> impl IntoView {
    let zone = expect_context::<Zone>();
    view! {
        <time datetime=time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true) title=move || zone.exact(time)>
            {move || zone.relative(time)}
        </time>
    }
}
