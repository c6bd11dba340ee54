//! The programs that serve on one database, and who of them does what only one may.

use domain::{fleet::Fleet, paging::grouped};
use leptos::prelude::*;

use crate::components::{TimeAgo, classes::CARD};

/// Replicas with their versions and what they do for all; nothing where there is always one.
#[component]
pub(super) fn FleetCard(fleet: Fleet) -> impl IntoView {
    if fleet.replicas.is_empty() {
        return ().into_any();
    }
    let rows = fleet
        .replicas
        .iter()
        .map(|replica| {
            let work = fleet.work_of(replica).collect::<Vec<_>>().join(", ");
            let this = replica.is_this.then_some(" (this one)");
            let heard = format!("{} s ago", grouped(replica.silent_ms / 1000));
            let (class, gone) = match replica.is_there() {
                true => ("", ""),
                false => ("text-spam font-medium", ": gone"),
            };
            view! {
                <tr class="border-t border-line align-top">
                    <th class="text-left font-normal py-1 pr-4 break-all" scope="row">{replica.host.clone()}{this}</th>
                    <td class="py-1 pr-4">{replica.version.clone()}</td>
                    <td class="py-1 pr-4 text-muted"><TimeAgo time=replica.since/></td>
                    <td class="py-1 pr-4 tabular-nums"><span class=class>{heard}{gone}</span></td>
                    <td class="py-1">{work}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class=format!("{CARD} xl:col-span-2") aria-labelledby="fleet">
            <h2 class="font-semibold mb-2" id="fleet">"Fleet"</h2>
            <p class="mb-1 text-sm text-muted">
                "The Gavels that serve on this database. What only one may do at a time is another's within 15 s of its end."
            </p>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Fleet">
                <table class="w-full text-sm">
                    <thead>
                        <tr class="text-muted text-left">
                            <th class="font-medium py-1 pr-4" scope="col">"Machine"</th>
                            <th class="font-medium pr-4" scope="col">"Version"</th>
                            <th class="font-medium pr-4" scope="col">"Since"</th>
                            <th class="font-medium pr-4" scope="col">"Heard of"</th>
                            <th class="font-medium" scope="col">"Does for all"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
