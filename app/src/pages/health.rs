//! Health: the connection to the upstream, and alerts now and before.

mod fleet;

use domain::{
    Alert, AlertDelivery, RefusalCount,
    paging::grouped,
    upstream::{BackupReport, Circuit, ConnectionReport, ErrorCount, FailedAnswers},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::fleet::FleetCard;
use super::overview::Health;
use crate::{
    components::{ErrorPanel, Glyph, Icon, TimeAgo, classes::CARD},
    server_fns::{
        alerts::{AlertsPage, list_alerts},
        settings::get_proxy_signs,
        usage::{Connection, get_connection},
    },
};

/// Alerts of a full page, after which there may be more.
const PAGE: usize = 50;

/// The page.
#[component]
pub(crate) fn HealthPage() -> impl IntoView {
    let query = use_query_map();
    let before = Memo::new(move |_| query.read().get("before").and_then(|id| id.parse::<i64>().ok()));
    let connection = Resource::new_blocking(|| (), |()| get_connection());
    let alerts = Resource::new_blocking(move || before.get(), list_alerts);
    let signs = Resource::new_blocking(|| (), |()| get_proxy_signs());
    view! {
        <Title text="Health"/>
        <h1 class="text-xl font-semibold mb-4">"Health"</h1>
        <Suspense>{move || Suspend::new(async move { view! { <ProxySigns signs=signs.await.unwrap_or_default()/> } })}</Suspense>
        <Transition>
            <div class="grid gap-4 xl:grid-cols-2 items-start">
                {move || Suspend::new(async move {
                    match connection.await {
                        Ok(connection) => {
                            let fleet = connection.fleet.clone();
                            view! { <FleetCard fleet=fleet/><ConnectionCard connection=connection/> }.into_any()
                        }
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
                {move || Suspend::new(async move {
                    match alerts.await {
                        Ok(page) => view! { <Alerts page=page/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </div>
        </Transition>
    }
}

/// What points at a proxy that the settings do not tell of; nothing when nothing does.
#[component]
fn ProxySigns(signs: Vec<String>) -> impl IntoView {
    if signs.is_empty() {
        return ().into_any();
    }
    let signs = signs.into_iter().map(|sign| view! { <li class="break-words">{sign}</li> }).collect_view();
    view! {
        <section class=format!("{CARD} mb-4") aria-labelledby="proxy">
            <h2 class="font-semibold mb-2" id="proxy">"In front of Gavel"</h2>
            <ul class="text-sm flex flex-col gap-2">{signs}</ul>
            <p class="mt-2 text-sm text-muted">"A proxy must also let imports of up to 1 GiB through (nginx: client_max_body_size 1100m). The README says more under “Behind a proxy”."</p>
        </section>
    }
    .into_any()
}

#[component]
fn ConnectionCard(connection: Connection) -> impl IntoView {
    let Connection { report, embedded, upstream, refusals, fleet: _ } = connection;
    let ConnectionReport {
        health,
        circuit,
        in_line,
        quota_used_up,
        backlog,
        late,
        writing,
        backups,
        failures,
    } = report;
    let (fallback_since, latency) = (health.fallback_since, health.latency);
    let (created, used) = (health.key_created_at, health.key_last_used_at);
    let errors = health.errors.clone();
    let through = match circuit {
        _ if embedded => "The detector is part of this program: there is no connection to lose.",
        Some(Circuit::Closed) | None => "Calls go through.",
        Some(Circuit::Open) => {
            "Calls are held back: it failed several times in a row. It is tried again within a minute."
        }
        Some(Circuit::HalfOpen) => "One call is let through to see whether it is back.",
    };
    let latency = latency.map(|latency| {
        format!(
            "{:.0} ms at the median, {:.0} ms for 95 of 100, {:.0} ms at most (last {} answers)",
            latency.median_ms, latency.p95_ms, latency.longest_ms, latency.answers
        )
    });
    let fallback = match fallback_since {
        Some(time) => view! { "Answers apps since "<TimeAgo time=time/> }.into_any(),
        None => "Not in use".into_any(),
    };
    let database = match writing {
        Some(trouble) => {
            let words = format!("Cannot be written: {}, since ", trouble.reason);
            view! { <span class="text-spam font-medium">{words}<TimeAgo time=trouble.since/></span> }
                .into_any()
        }
        None => "Can be written".into_any(),
    };
    let backups =
        backups.map(|backups| view! { <Fact name="Newest backup"><Backups backups=backups/></Fact> });
    let time = |time: Option<chrono::DateTime<chrono::Utc>>| match time {
        Some(time) => view! { <TimeAgo time=time/> }.into_any(),
        None => "unknown".into_any(),
    };
    let address =
        (!embedded).then(|| view! { <Fact name="Base URL"><span class="break-all">{upstream}</span></Fact> });
    view! {
        <section class=CARD aria-labelledby="connection">
            <h2 class="font-semibold mb-2" id="connection">"Connection"</h2>
            <Health health=health embedded=embedded/>
            <dl class="mt-3 text-sm">
                {address}
                <Fact name="Database">{database}</Fact>
                {backups}
                <Fact name="Key created">{time(created)}</Fact>
                <Fact name="Key last used">{time(used)}</Fact>
                <Fact name="Connection">{through}</Fact>
                <Fact name="Response time">{latency.unwrap_or_else(|| "not known yet".to_owned())}</Fact>
                <Fact name="Fallback">{fallback}</Fact>
                <Fact name="Quota">{if quota_used_up { "Used up: no checks are spent on asking" } else { "Checks are allowed" }}</Fact>
                <Fact name="Queued requests">{grouped(in_line)}" requests"</Fact>
                <Fact name="Waiting for a recheck">{backlog.rechecks.to_string()}" detections"</Fact>
                <Fact name="Corrections by moderators">
                    <a class="text-accent underline" href="/detections?q=is%3Apending">{grouped(backlog.feedback.pending)}" waiting"</a>", "
                    <a class="text-accent underline" href="/detections?q=is%3Afailed">{grouped(backlog.feedback.failed)}" refused"</a>
                </Fact>
                <Fact name="Feedback of apps">{backlog.app_feedback.to_string()}" waiting"</Fact>
                <Fact name="Apps were told otherwise">
                    <a class="text-accent underline" href="/detections?q=is%3Alate">{late.to_string()}" checks"</a>
                </Fact>
            </dl>
            <Errors errors=errors/>
            <RefusedRequests refusals=refusals/>
            <Failures failures=failures/>
        </section>
    }
}

/// When the newest backup was made, in red when that is too long ago, and what kept the last from being made.
#[component]
fn Backups(backups: BackupReport) -> impl IntoView {
    let BackupReport { newest, is_late, error } = backups;
    let newest = match newest {
        Some(time) => view! { <TimeAgo time=time/> }.into_any(),
        None => "There is none yet".into_any(),
    };
    let class = if is_late == Some(true) { "text-spam font-medium" } else { "" };
    let error = error.map(|error| view! { <p class="text-spam break-words">{error}</p> });
    view! { <span class=class>{newest}{(is_late == Some(true)).then_some(": overdue")}</span>{error} }
}

#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="flex flex-wrap justify-between gap-x-4 border-t border-line py-2">
            <dt class="text-muted">{name}</dt>
            <dd class="tabular-nums text-right">{children()}</dd>
        </div>
    }
}

/// Gavel's own failures: nobody should have to look for them in a log file first.
#[component]
fn Failures(failures: Vec<FailedAnswers>) -> impl IntoView {
    let rows = failures
        .iter()
        .map(|failure| {
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4 break-all" scope="row">{failure.route.clone()}</th>
                    <td class="text-right pr-4 tabular-nums">{failure.status}</td>
                    <td class="text-right pr-4 tabular-nums">{grouped(failure.count)}</td>
                    <td class="text-muted"><TimeAgo time=failure.last_at/></td>
                </tr>
            }
        })
        .collect_view();
    (!failures.is_empty()).then(|| {
        view! {
            <h3 class="mt-4 mb-1 text-sm font-medium">"Requests that Gavel could not answer (5xx)"</h3>
            <table class="w-full text-sm">
                <thead>
                    <tr class="text-muted">
                        <th class="text-left font-medium py-1 pr-4" scope="col">"Request"</th>
                        <th class="text-right font-medium pr-4" scope="col">"Status"</th>
                        <th class="text-right font-medium pr-4" scope="col">"How often"</th>
                        <th class="text-left font-medium" scope="col">"Last"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    })
}

#[component]
fn Errors(errors: Vec<ErrorCount>) -> impl IntoView {
    if errors.is_empty() {
        return view! { <p class="mt-3 text-sm text-muted">"No errors since Gavel was started."</p> }
            .into_any();
    }
    let rows = errors
        .into_iter()
        .map(|error| {
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4" scope="row">{error.kind.title()}</th>
                    <td class="text-right pr-4 tabular-nums">{grouped(error.count)}</td>
                    <td class="text-muted"><TimeAgo time=error.last_at/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h3 class="mt-4 mb-1 text-sm font-medium">"Errors since Gavel was started"</h3>
        <table class="w-full text-sm">
            <thead>
                <tr class="text-muted">
                    <th class="text-left font-medium py-1 pr-4" scope="col">"What"</th>
                    <th class="text-right font-medium pr-4" scope="col">"How often"</th>
                    <th class="text-left font-medium" scope="col">"Last"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Requests of apps that got no verdict because they were refused.
#[component]
fn RefusedRequests(refusals: Vec<RefusalCount>) -> impl IntoView {
    if refusals.is_empty() {
        return view! { <p class="mt-3 text-sm text-muted">"No request of an app was refused in the last hours."</p> }
            .into_any();
    }
    let rows = refusals
        .into_iter()
        .map(|refused| {
            view! {
                <tr class="border-t border-line align-top">
                    <th class="text-left font-normal py-1 pr-4 break-all" scope="row">{refused.token.unwrap_or_else(|| "no token".to_owned())}</th>
                    <td class="py-1 pr-4">{refused.kind.title()}": "<span class="hostile break-all text-muted" dir="auto">{refused.reason}</span></td>
                    <td class="py-1 text-right pr-4 tabular-nums">{grouped(refused.count)}</td>
                    <td class="py-1 pr-4 text-muted"><TimeAgo time=refused.first_at/></td>
                    <td class="py-1 text-muted"><TimeAgo time=refused.last_at/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h3 class="mt-4 mb-1 text-sm font-medium" id="refused">"Refused requests of apps"</h3>
        <p class="mb-1 text-sm text-muted">
            "What is refused gets no verdict, and the app may let it pass. Content that was refused is in the log: "
            <a class="text-accent underline" href="/detections?q=is%3Arefused">"is:refused"</a>"."
        </p>
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Refused requests of apps">
            <table class="w-full text-sm">
                <thead>
                    <tr class="text-muted text-left">
                        <th class="font-medium py-1 pr-4" scope="col">"Token"</th>
                        <th class="font-medium pr-4" scope="col">"Why"</th>
                        <th class="text-right font-medium pr-4" scope="col">"How often"</th>
                        <th class="font-medium pr-4" scope="col">"Since"</th>
                        <th class="font-medium" scope="col">"Last"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Alerts(page: AlertsPage) -> impl IntoView {
    let AlertsPage { alerts, deliveries } = page;
    let older = (alerts.len() >= PAGE).then(|| alerts.last().map(|alert| alert.id.0)).flatten();
    let none = alerts.is_empty().then(|| view! { <p class="text-muted">"No alerts yet."</p> });
    let rows = alerts
        .into_iter()
        .map(|alert| {
            let told = deliveries.iter().filter(|note| note.alert == alert.id).cloned().collect();
            view! { <Entry alert=alert told=told/> }
        })
        .collect_view();
    let older = older.map(|id| {
        view! { <p class="mt-3"><a class="text-accent underline" href=format!("/health?before={id}")>"Older alerts"</a></p> }
    });
    view! {
        <section class=CARD aria-labelledby="alerts">
            <h2 class="font-semibold mb-2" id="alerts">"Current and past alerts"</h2>
            {none}
            <ul>{rows}</ul>
            {older}
        </section>
    }
}

#[component]
fn Entry(alert: Alert, told: Vec<AlertDelivery>) -> impl IntoView {
    let title = alert.kind.title();
    let (class, glyph, state) = match alert.cleared_at {
        None => ("flex items-center gap-2 font-medium text-spam", Glyph::Warning, "now"),
        Some(_) => ("flex items-center gap-2 font-medium text-muted", Glyph::Ham, "over"),
    };
    let subject = (!alert.subject.is_empty()).then(|| format!(" · {}", alert.subject));
    let over = alert.cleared_at.map(|time| {
        view! { <p class="text-sm">"Over "<TimeAgo time=time/>". "{alert.over}</p> }
    });
    let advice = alert.cleared_at.is_none().then(|| {
        view! { <p class="text-sm">"What to do: "{alert.advice}" "<a class="text-accent underline" href=alert.link>"Show details"</a></p> }
    });
    let told = told
        .into_iter()
        .map(|note| {
            let how = match (note.sent_at, note.failed) {
                (Some(_), _) => "sent".to_owned(),
                (None, true) => format!("given up: {}", note.error.unwrap_or_default()),
                (None, false) => note
                    .error
                    .map_or_else(|| "waiting".to_owned(), |error| format!("tried again soon: {error}")),
            };
            view! { <li>{note.channel.as_str()}", "{note.event.as_str()}": "{how}</li> }
        })
        .collect_view();
    view! {
        <li class="border-t border-line py-3">
            <p class=class><Icon glyph=glyph/>{title}{subject}<span class="ml-auto text-sm">{state}</span></p>
            <p class="mt-1">{alert.what}</p>
            <p class="text-sm text-muted">"Since "<TimeAgo time=alert.opened_at/>"."</p>
            {advice}
            {over}
            <ul class="text-xs text-muted empty:hidden">{told}</ul>
        </li>
    }
}
