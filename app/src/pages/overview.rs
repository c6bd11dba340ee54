//! Overview: is everything well, and what waits?

use domain::{UpstreamHealth, paging::grouped};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{ErrorPanel, Glyph, Icon, QuotaMeter, TimeAgo, classes::CARD},
    decisions::Decisions,
    server_fns::usage::{OverviewReport, get_overview},
};

/// The page.
#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let report = Resource::new_blocking(move || decisions.version(), |_| get_overview());
    view! {
        <Title text="Overview"/>
        <h1 class="text-xl font-semibold mb-4">"Overview"</h1>
        <Transition>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Cards report=report/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Cards(report: OverviewReport) -> impl IntoView {
    let OverviewReport { figures, quota, forecast, health, embedded } = report;
    let today = figures.today.day;
    let rate = match figures.labelled_week {
        0 => "–".to_owned(),
        labelled => format!("{:.1} %", percent(figures.false_positives_week, labelled)),
    };
    view! {
        <div class="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            <section class=CARD>
                <h2 class="text-sm font-semibold text-muted mb-2">"Quota"</h2>
                <QuotaMeter quota=quota forecast=forecast/>
            </section>
            <Figure
                title="Checks today"
                value=grouped(figures.today.spam + figures.today.ham)
                href=format!("/detections?q=after%3A{today}")
                note=format!("{} spam, {} ham", grouped(figures.today.spam), grouped(figures.today.ham))
            />
            <Figure
                title="Waiting for a word"
                value=figures.waiting.to_string()
                href="/detections?q=is%3Awaiting%20age%3A%3C7d&order=closest".to_owned()
                note="of the last seven days; neither a moderator nor an app has said what they are".to_owned()
            />
            {(figures.held.count > 0).then(|| view! {
                <Figure
                    title="Held by rules"
                    value=figures.held.to_string()
                    href="/detections?q=is%3Aheld".to_owned()
                    note="rules hold these for a person; nobody has said yet what they are".to_owned()
                />
            })}
            <Figure
                title="Apps were told otherwise"
                value=figures.late.to_string()
                href="/detections?q=is%3Alate%20age%3A%3C7d".to_owned()
                note="of the last seven days: answered ham and spam now, or the reverse".to_owned()
            />
            <Figure
                title="False positives this week"
                value=rate
                href="/detections?q=is%3Aspam%20is%3Adisputed%20labelled%3A%3C7d".to_owned()
                note=format!("{} of {} labelled were spam by verdict and ham by label", grouped(figures.false_positives_week), grouped(figures.labelled_week))
            />
            <Figure
                title="Feedback queue"
                value=grouped(figures.outbox.pending)
                href="/detections?q=is%3Apending".to_owned()
                note=format!("waiting to be sent; {} refused", grouped(figures.outbox.failed))
            />
            <section class=CARD>
                <h2 class="text-sm font-semibold text-muted mb-2">"Upstream"</h2>
                <Health health=health embedded=embedded/>
                <p class="mt-2 text-sm"><a class="text-accent underline" href="/health">"Connection and alerts"</a></p>
            </section>
        </div>
    }
}

#[component]
fn Figure(title: &'static str, value: String, href: String, note: String) -> impl IntoView {
    view! {
        <section class=CARD>
            <h2 class="text-sm font-semibold text-muted mb-2">{title}</h2>
            <a class="text-3xl font-semibold tabular-nums hover:underline" href=href>{value}</a>
            <p class="mt-1 text-sm text-muted tabular-nums">{note}</p>
        </section>
    }
}

/// How the upstream is doing, in a sentence or two.
#[component]
pub(crate) fn Health(
    /// What the last calls told.
    health: UpstreamHealth,
    /// Whether it is the embedded detector.
    embedded: bool,
) -> impl IntoView {
    let name = if embedded { "The embedded detector" } else { "ActiveLayer" };
    let (class, glyph, state) = match (&health.error, health.key_valid) {
        (Some(error), _) => (
            "flex items-center gap-2 font-medium text-spam",
            Glyph::Warning,
            format!("{name} fails: {error}"),
        ),
        (None, Some(false)) => (
            "flex items-center gap-2 font-medium text-spam",
            Glyph::Warning,
            "The API key is not valid.".to_owned(),
        ),
        (None, Some(true)) => {
            ("flex items-center gap-2 font-medium text-ham", Glyph::Ham, format!("{name} answers."))
        }
        (None, None) => (
            "flex items-center gap-2 font-medium text-muted",
            Glyph::Info,
            format!("{name} has not been asked yet."),
        ),
    };
    let usage = health.usage_error.map(|error| {
        view! { <p class="text-sm text-unsure break-words">"Its figures of usage cannot be read: "{error}"."</p> }
    });
    let latency = health.latency_ms.map(|ms| format!("Last answer after {ms:.1} ms. "));
    let since = health
        .failing_since
        .map(|time| view! { <p class="text-sm text-muted">"Failing since "<TimeAgo time=time/></p> });
    let verified = health.verified_at.map(|time| view! { "Key verified "<TimeAgo time=time/>"." });
    let key = health.key_name.map(|key| {
        let owner = health.owner.map(|owner| format!(" of {owner}")).unwrap_or_default();
        view! { <p class="text-sm text-muted">{format!("Key \u{201c}{key}\u{201d}{owner}.")}</p> }
    });
    view! {
        <div class="flex flex-col gap-1">
            <p class=class><Icon glyph=glyph/>{state}</p>
            {since}
            {usage}
            {key}
            <p class="text-sm text-muted tabular-nums">{latency}{verified}</p>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a week stay far below 2^52")]
fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}
