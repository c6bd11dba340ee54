//! Where it was written, as WordPress tells it, and where to find it there.

use domain::{
    Detection,
    wordpress::{InAdmin, Place, in_admin},
};
use leptos::prelude::*;

use crate::components::{CopyButton, HostileText};

/// The post first: what a moderator knows a comment by. Nothing for what says nothing of its place.
#[component]
pub(super) fn WrittenAt(detection: Detection) -> impl IntoView {
    let place = Place::of(&detection.content);
    let admin = in_admin(&detection);
    if !place.is_known() && admin.is_none() {
        return None;
    }
    let title = place.title.map(|title| view! { <div class="font-medium"><HostileText text=title/></div> });
    let address = place.address.map(|address| {
        view! {
            <div class="flex items-start gap-2 text-sm">
                <div class="min-w-0"><HostileText text=address.clone()/></div>
                <CopyButton text=address what="the address of the post"/>
            </div>
        }
    });
    Some(view! {
        <div class="mt-4" data-written-at="">
            <h3 class="mb-1 text-sm font-semibold text-muted">"Written at"</h3>
            {title}
            {address}
            {admin.map(|admin| view! { <FindInAdmin admin=admin/> })}
        </div>
    })
}

/// A link only to the site that the app's token names: an administrator has vouched for it. Any other address
/// is shown and can be copied, and nothing leads there by itself.
#[component]
fn FindInAdmin(admin: InAdmin) -> impl IntoView {
    let InAdmin { address, is_vouched } = admin;
    let way = if is_vouched {
        view! {
            <a class="text-accent underline" href=address.clone() target="_blank" rel="noopener noreferrer">
                "Find in wp-admin"
            </a>
        }
        .into_any()
    } else {
        view! {
            <span class="text-muted">"Find in wp-admin: "</span>
            <div class="min-w-0"><HostileText text=address.clone()/></div>
        }
        .into_any()
    };
    view! {
        <div class="mt-1 flex flex-wrap items-start gap-x-2 text-sm">
            {way}
            <CopyButton text=address what="the address in wp-admin"/>
        </div>
    }
}
