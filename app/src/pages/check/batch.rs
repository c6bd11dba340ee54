//! Several messages at once: a table that fills as verdicts come.

use domain::{Detection, text::single_line};
use leptos::{prelude::*, task::spawn_local};

use super::result::ThatsWrong;
use crate::{
    components::{VerdictBadge, classes::CARD},
    error::AppError,
    server_fns::checks::{CheckForm, CheckReport, SplitBy, run_check},
};

/// One message, and what became of it once something has.
#[derive(Clone)]
struct Row {
    message: String,
    result: RwSignal<Option<Result<Detection, AppError>>>,
}

/// The messages of the last paste.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    rows: RwSignal<Vec<Row>>,
    running: RwSignal<bool>,
    /// Why nothing was sent.
    refused: RwSignal<Option<AppError>>,
}

impl Batch {
    /// What the server has judged already, for browsers without JavaScript; else nothing.
    pub(super) fn new(first: Option<&Result<CheckReport, AppError>>) -> Self {
        let rows = match first {
            Some(Ok(report)) if report.is_batch() => report.rows.clone(),
            _ => Vec::new(),
        };
        let row = |(message, result)| Row { message, result: RwSignal::new(Some(result)) };
        let rows = rows.into_iter().map(|checked| row((checked.message, checked.result))).collect();
        Self { rows: RwSignal::new(rows), running: RwSignal::new(false), refused: RwSignal::new(None) }
    }

    /// Whether there is a table.
    pub(super) fn is_shown(self) -> bool {
        self.rows.with(|rows| !rows.is_empty())
    }

    /// Whether verdicts are still to come.
    pub(super) fn is_running(self) -> bool {
        self.running.get()
    }

    /// Why nothing was sent: fields that are wrong for all messages.
    pub(super) fn refused(self) -> Option<AppError> {
        self.refused.get()
    }

    /// Takes the table away.
    pub(super) fn clear(self) {
        self.rows.set(Vec::new());
        self.refused.set(None);
    }

    /// Has the form's messages judged one after the other. A field that is wrong is wrong for all of them: then nothing more is sent.
    pub(super) fn run(self, form: CheckForm) {
        let row = |message: &str| Row { message: message.to_owned(), result: RwSignal::new(None) };
        let rows: Vec<Row> = form.messages().into_iter().map(row).collect();
        self.refused.set(None);
        self.rows.set(rows.clone());
        self.running.set(true);
        spawn_local(async move {
            for (index, row) in rows.into_iter().enumerate() {
                let result = judge(&form, &row.message).await;
                if index == 0
                    && let Err(error @ AppError::Invalid(_)) = &result
                {
                    let _ = self.refused.try_set(Some(error.clone()));
                    let _ = self.rows.try_set(Vec::new());
                    break;
                }
                // The page may be left by then: what was asked for is judged all the same, and is in the log.
                let _ = row.result.try_set(Some(result));
            }
            let _ = self.running.try_set(false);
        });
    }
}

/// Judges one message with the form's other fields.
async fn judge(form: &CheckForm, message: &str) -> Result<Detection, AppError> {
    let mut one = CheckForm { split: SplitBy::One, ..form.clone() };
    message.clone_into(&mut one.content.message);
    let report = run_check(one).await?;
    report.rows.into_iter().next().map_or_else(|| Err(AppError::Unreachable), |row| row.result)
}

/// The table; its heading says how far it is.
#[component]
pub(super) fn BatchTable(batch: Batch) -> impl IntoView {
    let summary = move || {
        batch.rows.with(|rows| {
            let (mut spam, mut ham, mut failed, mut waiting) = (0, 0, 0, 0);
            for row in rows {
                row.result.with(|result| match result {
                    None => waiting += 1,
                    Some(Err(_)) => failed += 1,
                    Some(Ok(detection)) if detection.judgement.is_spam => spam += 1,
                    Some(Ok(_)) => ham += 1,
                });
            }
            let rest =
                if waiting > 0 { format!("{waiting} to come") } else { format!("{failed} not judged") };
            format!("{} messages: {spam} spam, {ham} ham, {rest}", rows.len())
        })
    };
    let rows = move || {
        let row = |(index, row): (usize, Row)| view! { <BatchRow number=index + 1 row=row/> };
        batch.rows.get().into_iter().enumerate().map(row).collect_view()
    };
    view! {
        <section class=CARD aria-busy=move || batch.is_running().to_string()>
            <h2 class="font-semibold mb-2 tabular-nums" aria-live="polite">{summary}</h2>
            <div class="overflow-x-auto">
                <table class="w-full text-sm">
                    <thead class="text-left text-muted">
                        <tr>
                            <th class="py-1 pr-3 font-medium" scope="col"><span aria-hidden="true">"#"</span><span class="sr-only">"Number"</span></th>
                            <th class="pr-3 font-medium" scope="col">"Message"</th>
                            <th class="pr-3 font-medium" scope="col">"Verdict"</th>
                            <th class="pr-3 font-medium text-right" scope="col">"Score"</th>
                            <th class="font-medium" scope="col">"Correct it"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn BatchRow(number: usize, row: Row) -> impl IntoView {
    let excerpt: String = single_line(&row.message).chars().take(120).collect();
    let result = row.result;
    let cells = move || match result.get() {
        None => view! { <td class="pr-3 text-muted" colspan="3">"…"</td> }.into_any(),
        Some(Err(error)) => {
            view! { <td class="pr-3 text-unsure" colspan="3">"Not judged: "{error.words()}</td> }.into_any()
        }
        Some(Ok(detection)) => {
            let judgement = &detection.judgement;
            view! {
                <td class="pr-3"><VerdictBadge verdict=judgement.verdict() judged_by=judgement.judged_by/></td>
                <td class="pr-3 text-right tabular-nums">
                    <a class="text-accent underline" href=format!("/detections/{}", detection.id.0) aria-label=format!("Message {number} in the log, score {:.1}", judgement.score)>
                        {format!("{:.1}", judgement.score)}
                    </a>
                </td>
                <td><ThatsWrong id=detection.id.0 version=detection.version verdict=judgement.verdict() short=true/></td>
            }
            .into_any()
        }
    };
    view! {
        <tr class="border-t border-line h-11" data-checked=number>
            <td class="pr-3 text-muted tabular-nums">{number}</td>
            <td class="pr-3 max-w-xs break-words hostile" dir="auto">{excerpt}</td>
            {cells}
        </tr>
    }
}
