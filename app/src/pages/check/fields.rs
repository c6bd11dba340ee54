//! The eight fields of a check.

use leptos::prelude::*;

use super::page::{HAM_SAMPLE, OutcomeSignal, SPAM_SAMPLE};
use crate::{
    components::{
        FieldProblem, TextField,
        classes::{BUTTON, TEXTAREA},
        field_problem, textarea_text,
    },
    server_fns::checks::{CheckForm, SplitBy},
};

/// Message, kind of check, and the folded rest.
#[component]
pub(super) fn Fields(
    /// What was typed before.
    form: CheckForm,
    /// A sample to fill in.
    sample: Memo<Option<&'static str>>,
    /// Where problems are found.
    outcome: OutcomeSignal,
) -> impl IntoView {
    let problem = move |field| field_problem(outcome, field);
    let typed = form.content.message.clone();
    let first_message =
        if typed.is_empty() { sample.get_untracked().unwrap_or_default().to_owned() } else { typed };
    let area = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |before: Option<Option<&str>>| {
        let now = sample.get();
        // What somebody has typed is not overwritten.
        if let (Some(before), Some(text), Some(area)) = (before, now, area.get())
            && before != now
            && is_sample_or_blank(&area.value())
        {
            area.set_value(text);
        }
        now
    });
    let (endpoint, split) = (form.endpoint(), form.split);
    let content = form.content;
    let any_detail = [
        &content.email,
        &content.name,
        &content.ip,
        &content.timestamp,
        &content.user_agent,
        &content.website_url,
        &content.domain,
    ]
    .iter()
    .any(|value| !value.is_empty());
    view! {
        <div class="flex flex-col gap-1">
            <div class="flex items-end justify-between gap-2">
                <label class="text-sm font-medium" for="message">"Message"</label>
                <div class="flex gap-2">
                    <a class=BUTTON href="/check?sample=spam">"Spam sample"</a>
                    <a class=BUTTON href="/check?sample=ham">"Ham sample"</a>
                </div>
            </div>
            <textarea
                class=TEXTAREA
                id="message"
                name="form[message]"
                rows="8"
                placeholder="Paste a comment, an e-mail, a form submission …"
                aria-describedby="message-problem"
                node_ref=area
            >
                {textarea_text(&first_message)}
            </textarea>
            <FieldProblem name="message" problem=problem("message")/>
        </div>
        <div class="grid gap-4 sm:grid-cols-2">
            <Choice
                name="form[endpoint]"
                legend="Type of check"
                chosen=endpoint.as_str()
                options=&[("check", "Full (forms, mail)"), ("check-comment", "Short (comments, chat)")]
            />
            <Choice
                name="form[split]"
                legend="The text contains"
                chosen=match split { SplitBy::One => "one", SplitBy::Line => "line", SplitBy::Blank => "blank" }
                options=&[("one", "One message"), ("line", "One message per line"), ("blank", "Messages separated by blank lines or ---")]
            />
        </div>
        <details open=any_detail>
            <summary class="cursor-pointer font-medium text-accent">"Sender and source (optional)"</summary>
            <div class="mt-3 grid gap-3 sm:grid-cols-2">
                <TextField name="email" form_name="form[email]" label="E-mail" value=content.email placeholder="jo@example.com" problem=problem("email")/>
                <TextField name="name" form_name="form[name]" label="Name" value=content.name problem=problem("name")/>
                <TextField name="ip" form_name="form[ip]" label="IP address" value=content.ip placeholder="203.0.113.42" problem=problem("ip")/>
                <TextField name="timestamp" form_name="form[timestamp]" label="Time (UTC)" value=content.timestamp placeholder="2025-02-15T11:32" problem=problem("timestamp")/>
                <TextField name="website_url" form_name="form[website_url]" label="Page URL" value=content.website_url placeholder="https://blog.example.com/contact" problem=problem("website_url")/>
                <TextField name="domain" form_name="form[domain]" label="Domain" value=content.domain placeholder="example.com" problem=problem("domain")/>
                <TextField name="user_agent" form_name="form[user_agent]" label="User agent" value=content.user_agent problem=problem("user_agent")/>
            </div>
        </details>
    }
}

fn is_sample_or_blank(text: &str) -> bool {
    text.trim().is_empty() || [SPAM_SAMPLE, HAM_SAMPLE].contains(&text)
}

#[component]
fn Choice(
    name: &'static str,
    legend: &'static str,
    chosen: &'static str,
    options: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let options = options
        .iter()
        .map(|&(value, words)| {
            view! {
                <label class="inline-flex items-center gap-2">
                    <input class="accent-accent" type="radio" name=name value=value checked=value == chosen />
                    {words}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="text-sm font-medium mb-1">{legend}</legend>
            <div class="flex flex-wrap gap-x-4 gap-y-1">{options}</div>
        </fieldset>
    }
}
