//! What needs a person, above every page, until it is over or put away.

use domain::Alert;
use leptos::{form::ActionForm, prelude::*};

use super::{Glyph, Icon, TimeAgo};
use crate::server_fns::alerts::{DismissAlert, get_banner};

/// Alerts shown at once; the rest is one link.
const SHOWN: usize = 2;

/// The alerts that last and that nobody at this desk has put away. Looked at anew on every page.
#[component]
pub(super) fn AlertBanner(
    /// The address of the page.
    path: Memo<String>,
) -> impl IntoView {
    let dismiss = ServerAction::<DismissAlert>::new();
    let alerts = Resource::new(
        move || (path.get(), dismiss.version().get()),
        |_| async { get_banner().await.unwrap_or_default() },
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let mut alerts = alerts.await;
                let rest = alerts.len().saturating_sub(SHOWN);
                alerts.drain(..rest);
                let rows = alerts.into_iter().map(|alert| view! { <Row alert=alert dismiss=dismiss/> });
                let rows: Vec<_> = rows.collect();
                (!rows.is_empty())
                    .then(|| {
                        view! {
                            <section aria-label="Alerts" class="border-b border-line bg-spam-soft text-ink text-sm">
                                <ul>{rows}</ul>
                                {(rest > 0)
                                    .then(|| {
                                        view! {
                                            <p class="px-4 lg:px-6 pb-2">
                                                <a class="underline" href="/health">{rest}" more"</a>
                                            </p>
                                        }
                                    })}
                            </section>
                        }
                    })
            })}
        </Transition>
    }
}

#[component]
fn Row(alert: Alert, dismiss: ServerAction<DismissAlert>) -> impl IntoView {
    let title = alert.kind.title();
    view! {
        <li class="flex flex-wrap items-start gap-x-3 gap-y-1 px-4 lg:px-6 py-2">
            <span class="text-spam mt-1"><Icon glyph=Glyph::Warning/></span>
            <p class="flex-1 min-w-56">
                <strong>{title}": "</strong>{alert.what}" "
                // A phone keeps the room for what the page is about; this stands under Health, too.
                <span class="hidden sm:inline">
                    <span class="text-muted">"Since "<TimeAgo time=alert.opened_at/>". "</span>
                    {alert.advice}" "
                </span>
                <a class="underline" href=alert.link>"Show details"</a>
            </p>
            <ActionForm action=dismiss>
                <button
                    class="h-8 px-2 rounded-md border border-line bg-surface font-medium hover:bg-raised cursor-pointer"
                    name="id"
                    value=alert.id.0
                    aria-label=format!("Dismiss: {title}")
                >
                    "Dismiss"
                </button>
            </ActionForm>
        </li>
    }
}
