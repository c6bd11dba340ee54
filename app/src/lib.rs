//! Gavel's pages and server functions, compiled twice: for the server (feature `ssr`) and the browser (`hydrate`).

#![deny(missing_docs)]
#![expect(
    unreachable_pub,
    reason = "leptos' component macro writes `pub` items whatever the component's visibility"
)]
#![recursion_limit = "256"]

mod blur;
mod components;
pub mod context;
mod decisions;
pub mod error;
pub mod forms;
mod keys;
mod later;
mod list_look;
mod live;
mod pages;
mod routes;
mod selection;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod stats_files;
pub mod zone;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};

/// The document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = context::theme().as_str();
    let happened =
        use_context::<std::sync::Arc<moderation::Moderation>>().map(|moderation| moderation.happened());
    let style = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en" class=theme data-happened=happened>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=style />
                <HydrationScripts options/>
                <leptos_meta::MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn take_over() {
    wasm_bindgen_futures::spawn_local(async {
        leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), App).await.forget();
        later::taken_over().await;
    });
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "Gavel".to_owned() } else { format!("{page} · Gavel") }/>
        <routes::AppRoutes/>
    }
}
