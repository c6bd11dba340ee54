//! Times: relative, with the exact one on hover, in the viewer's zone once the page is alive.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

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
    let (title, set_title) = signal(domain::time::exact(time));
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        set_title.set(
            js_sys::Date::new(&(time.timestamp_millis() as f64).into())
                .to_locale_string("default", &js_sys::Object::new())
                .into(),
        );
        #[cfg(not(feature = "hydrate"))]
        let _ = set_title;
    });
    view! {
        <time class="whitespace-nowrap" datetime=time.to_rfc3339() title=title>
            {domain::time::relative(time, now())}
        </time>
    }
}
