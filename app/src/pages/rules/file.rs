//! The form that makes the rules of a file. It is posted as it is, with JavaScript and without.

use domain::{
    RuleAction,
    paging::grouped,
    rule::{BadLine, RuleFile, RuleFileReport},
};
use leptos::prelude::*;

use crate::{
    components::{
        ErrorPanel, SelectField, TextField,
        classes::{BUTTON, CARD, INPUT, PRIMARY},
        textarea_text,
    },
    server_fns::rules::RuleFileSubmission,
};

/// Lines that cannot be read, of which the page shows the first.
const BAD_SHOWN: usize = 50;

#[component]
pub(super) fn FileForm(submission: Option<RuleFileSubmission>) -> impl IntoView {
    let is_open = submission.is_some();
    let (file, outcome) = submission.map_or_else(Default::default, |sent| (sent.file, Some(sent.outcome)));
    let is_partly_bad = matches!(&outcome, Some(Ok(report)) if !report.bad.is_empty() && report.new > 0);
    let outcome = outcome.map(|outcome| match outcome {
        Ok(report) => view! { <Report report=report/> }.into_any(),
        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
    });
    let RuleFile { text, action, site, kind, mode, .. } = file;
    let actions = RuleAction::ALL.iter().rev().map(|action| (action.as_str(), action.title())).collect();
    let kinds = vec![
        ("", "searches, or an export of rules"),
        ("wordpress", "WordPress\u{2019}s disallowed comment keys"),
    ];
    view! {
        <details class=CARD open=is_open>
            <summary class="font-semibold cursor-pointer">"Make rules from a file"</summary>
            <form class="mt-3 grid gap-4 md:grid-cols-2 items-start" method="post" action="/rules" enctype="multipart/form-data">
                <div class="md:col-span-2">
                    <label class="text-sm font-medium" for="file-text">"A search a line"</label>
                    <textarea class=INPUT id="file-text" name="file[text]" rows="6" spellcheck="false" placeholder="email:*@example.com">{textarea_text(&text)}</textarea>
                </div>
                <div>
                    <label class="text-sm font-medium" for="file-upload">"or a file"</label>
                    <input class=INPUT id="file-upload" type="file" name="file[upload]" accept=".txt,.csv,text/plain,text/csv"/>
                </div>
                <SelectField id="file-kind" name="file[kind]" label="Its lines are" chosen=kind options=kinds/>
                <SelectField id="file-action" name="file[action]" label="What the rules do (an export says it itself)" chosen=action options=actions/>
                <TextField name="file-site" form_name="file[site]" label="Site (blank: all)" value=site placeholder="shop.example.com"/>
                <label class="md:col-span-2 flex items-center gap-2">
                    <input type="checkbox" name="file[mode]" value="watched" checked=mode == "watched"/>
                    "Only watch for now"
                </label>
                {outcome.map(|outcome| view! { <div class="md:col-span-2" role="status">{outcome}</div> })}
                <div class="md:col-span-2 flex flex-wrap gap-2">
                    <button class=BUTTON name="wish" value="look">"Preview"</button>
                    <button class=PRIMARY name="wish" value="make">"Make rules"</button>
                    {is_partly_bad.then(|| view! { <button class=BUTTON name="wish" value="part">"Make those that can be read"</button> })}
                </div>
            </form>
        </details>
    }
}

#[component]
fn Report(report: RuleFileReport) -> impl IntoView {
    let RuleFileReport { new, there, bad, made } = report;
    let (new, there) = (grouped(new as u64), grouped(there as u64));
    let words = match made {
        true => format!("{new} rules are made; {there} were there already."),
        false => format!("{new} rules can be made; {there} are there already."),
    };
    let more = bad.len().saturating_sub(BAD_SHOWN);
    let lines = bad.iter().take(BAD_SHOWN).map(|BadLine { number, problem }| {
        view! { <li><span class="tabular-nums">{format!("Line {number}: ")}</span><span class="hostile">{problem.clone()}</span></li> }
    });
    let lines = lines.collect_view();
    view! {
        <p class="font-medium">{words}</p>
        {(!bad.is_empty()).then(|| view! {
            <p class="mt-2 text-unsure">{format!("{} lines cannot be read:", grouped(bad.len() as u64))}</p>
            <ul class="list-disc pl-5 text-sm">{lines}</ul>
        })}
        {(more > 0).then(|| view! { <p class="text-sm">{format!("and {} more.", grouped(more as u64))}</p> })}
    }
}
