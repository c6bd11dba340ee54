//! What came of an import.

use domain::{
    FileAccount, Import, ImportResults, ImportRow, ImportShare, ImportState, Language, import::RESULTS_BOUND,
    paging::grouped,
};
use leptos::prelude::*;

use super::{account::Account, agreement::Agreement, page::Actions};
use crate::components::{
    Glyph, HostileText, Icon,
    classes::{BUTTON, CARD, PRIMARY},
};

/// Height of the histogram, and width of one of its steps, in user units.
const HEIGHT: f64 = 100.0;
const STEP: f64 = 20.0;

/// Everything below the progress.
#[component]
pub(super) fn Results(
    import: Import,
    results: Option<ImportResults>,
    account: Option<FileAccount>,
    failed: Vec<ImportRow>,
    actions: Actions,
    may: bool,
) -> impl IntoView {
    let has_failed = import.counts.failed > 0;
    // Without the file their content is gone as well.
    let retry = may && import.state == ImportState::Done && has_failed && import.file.is_some();
    let compared = import.labels.compared() > 0;
    view! {
        {results.map(|results| view! { <Summary import=import.clone() results=results/> })}
        {compared.then(|| view! { <Agreement import=import.clone() actions=actions may=may/> })}
        {account.filter(|account| !account.is_plain()).map(|account| view! {
            <section class=format!("{CARD} mt-4") aria-labelledby="account">
                <h2 class="font-semibold" id="account">"What became of the rest of the file"</h2>
                // Failed rows are listed below.
                <Account account=FileAccount { failures: Vec::new(), ..account }/>
            </section>
        })}
        {has_failed.then(|| view! { <FailedRows import=import.clone() failed=failed may=may/> })}
        {retry.then(|| view! {
            <ActionForm action=actions.turn attr:class="mt-3">
                <input type="hidden" name="id" value=import.id.0.to_string()/>
                <button class=BUTTON name="what" value="retry">"Ask again for failed rows"</button>
            </ActionForm>
        })}
    }
}

#[component]
fn Summary(import: Import, results: ImportResults) -> impl IntoView {
    let share = import.counts.spam_percent().map_or("–".to_owned(), |percent| format!("{percent:.1} %"));
    let bounded = (results.counted >= u64::from(RESULTS_BOUND))
        .then(|| format!("The figures below are of its newest {} rows.", grouped(results.counted)));
    let languages = results.languages.iter().map(|share| ImportShare {
        value: Language::of_tag(&share.value).map_or(share.value.clone(), |language| language.name),
        ..share.clone()
    });
    let languages: Vec<_> = languages.collect();
    view! {
        <section class=format!("{CARD} mt-4") aria-labelledby="results">
            <div class="flex flex-wrap items-center justify-between gap-3 mb-3">
                <h2 class="font-semibold" id="results">"Results"</h2>
                <a class=PRIMARY href=format!("/detections?q=import%3A{}", import.id.0)><Icon glyph=Glyph::List/>"Open in Detections"</a>
            </div>
            <p><span class="text-2xl font-semibold tabular-nums">{share}</span>" of "{grouped(import.counts.checked())}" checked rows are spam."</p>
            <p class="text-sm text-muted empty:hidden">{bounded}</p>
            <div class="mt-4 grid gap-6 lg:grid-cols-3">
                <Histogram scores=results.scores import=import.id.0/>
                <Shares title="Top senders" of="Sender" shares=results.senders import=Some(import.id.0)/>
                <Shares title="Languages" of="Language" shares=languages import=None/>
            </div>
        </section>
    }
}

#[component]
fn Histogram(scores: Vec<(u64, u64)>, import: i64) -> impl IntoView {
    let most = scores.iter().map(|(spam, ham)| spam + ham).max().unwrap_or(0).max(1);
    #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
    let scale = move |count: u64| count as f64 / most as f64 * HEIGHT;
    #[expect(clippy::cast_precision_loss, reason = "twenty steps")]
    let bars: Vec<_> = scores
        .iter()
        .enumerate()
        .map(|(step, (spam, ham))| {
            let (x, spam_height, ham_height) = ((step as f64 * STEP + 1.0).to_string(), scale(*spam), scale(*ham));
            let (width, low) = ((STEP - 2.0).to_string(), step * 5);
            view! {
                <g>
                    <title>{format!("{low} to {}: {spam} spam, {ham} ham", low + 5)}</title>
                    <rect class="fill-spam" x=x.clone() y=(HEIGHT - spam_height).to_string() width=width.clone() height=spam_height.to_string()/>
                    <rect class="fill-ham" x=x y=(HEIGHT - spam_height - ham_height).to_string() width=width height=ham_height.to_string()/>
                </g>
            }
        })
        .collect();
    let rows: Vec<_> = scores
        .into_iter()
        .enumerate()
        .filter(|(_, (spam, ham))| spam + ham > 0)
        .map(|(step, (spam, ham))| {
            let (low, high) = (step * 5, step * 5 + 5);
            let href = format!("/detections?q=import%3A{import}%20score%3A{low}..{high}");
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4" scope="row"><a class="hover:underline" href=href>{low}" to "{high}</a></th>
                    <td class="text-right">{grouped(spam)}</td>
                    <td class="text-right">{grouped(ham)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <figure class="flex flex-col gap-2 min-w-0">
            <figcaption class="flex flex-wrap gap-x-4 text-sm">
                <span class="font-medium">"Scores"</span>
                <span class="text-spam font-medium">"■ spam"</span>
                <span class="text-ham font-medium">"■ ham"</span>
            </figcaption>
            <svg class="w-full h-32 border-b border-line" viewBox="0 0 400 100" preserveAspectRatio="none" role="img" aria-label="Rows by score, from 0 to 100">
                {bars}
            </svg>
            <div class="flex justify-between text-xs text-muted tabular-nums"><span>"0"</span><span>"100"</span></div>
            <details>
                <summary class="cursor-pointer text-sm text-accent">"Show as a table"</summary>
                <table class="mt-2 w-full text-sm tabular-nums">
                    <thead><tr><th class="text-left py-1" scope="col">"Score"</th><th class="text-right" scope="col">"Spam"</th><th class="text-right" scope="col">"Ham"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
}

#[component]
fn Shares(
    title: &'static str,
    of: &'static str,
    shares: Vec<ImportShare>,
    import: Option<i64>,
) -> impl IntoView {
    if shares.is_empty() {
        return view! { <div><h3 class="text-sm font-medium mb-2">{title}</h3><p class="text-sm text-muted">"None is known."</p></div> }
            .into_any();
    }
    let rows: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let name = view! { <HostileText text=share.value.clone()/> };
            // A search has no way to write a star, a quote or a blank within an address.
            let plain =
                share.value.chars().all(|char| char.is_ascii_alphanumeric() || "@._+-".contains(char));
            let name = match import.filter(|_| plain) {
                Some(import) => {
                    let value = share.value.replace('+', "%2B");
                    let href = format!("/detections?q=import%3A{import}%20email%3A{value}");
                    view! { <a class="hover:underline" href=href>{name}</a> }.into_any()
                }
                None => name.into_any(),
            };
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4 break-all" scope="row">{name}</th>
                    <td class="text-right pr-2">{grouped(share.rows)}</td>
                    <td class="text-right">{grouped(share.spam)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="min-w-0">
            <table class="w-full text-sm tabular-nums">
                <caption class="text-left font-medium mb-2">{title}</caption>
                <thead><tr class="text-muted"><th class="text-left font-normal" scope="col">{of}</th><th class="text-right font-normal pr-2" scope="col">"Rows"</th><th class="text-right font-normal" scope="col">"Spam"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Rows that failed, with where and why.
#[component]
pub(super) fn FailedRows(import: Import, failed: Vec<ImportRow>, may: bool) -> impl IntoView {
    let next = (failed.len() >= 50).then(|| failed.last().map(|row| row.number)).flatten();
    let id = import.id.0;
    let download = (may && import.file.is_some()).then(|| {
        view! {
            <a class=BUTTON href=format!("/imports/{id}/failed") download="" rel="external">"Download them to mend and import again"</a>
        }
    });
    let kept = import.kept_until().filter(|_| import.state == ImportState::Done).map(|until| {
        view! { <p class="mb-2 text-sm text-muted">"Their content is kept until "{until.format("%-d %b %Y").to_string()}", then deleted."</p> }
    });
    let rows: Vec<_> = failed
        .into_iter()
        .map(|row| {
            view! {
                <tr class="border-t border-line align-top">
                    <th class="text-left font-medium py-1.5 pr-4 whitespace-nowrap" scope="row">{row.place}</th>
                    <td class="py-1.5 break-words"><HostileText text=row.reason.unwrap_or_default()/></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class=format!("{CARD} mt-4") aria-labelledby="failed">
            <div class="flex flex-wrap items-center justify-between gap-3 mb-2">
                <h2 class="font-semibold" id="failed">{failed_words(import.counts.failed)}</h2>
                {download}
            </div>
            {kept}
            <table class="w-full text-sm tabular-nums">
                <thead><tr class="text-left text-muted"><th class="font-medium pr-4" scope="col">"Place"</th><th class="font-medium" scope="col">"Why"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {next.map(|after| view! {
                <p class="mt-3"><a class=BUTTON href=format!("/imports/{id}?failed={after}")>"More failed rows"</a></p>
            })}
        </section>
    }
}

fn failed_words(rows: u64) -> String {
    match rows {
        1 => "1 failed row".to_owned(),
        rows => format!("{} failed rows", grouped(rows)),
    }
}
