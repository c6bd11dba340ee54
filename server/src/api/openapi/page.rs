//! The OpenAPI document as a page: plain HTML from the server, with the site's colours, without a script.

use app::context::Theme;
use leptos::prelude::*;
use utoipa::openapi::{
    OpenApi, Paths, RefOr, Response,
    path::{Operation, ParameterIn},
    request_body::RequestBody,
};

use super::fields::{Field, fields};

/// What the page takes from its surroundings.
#[derive(Debug)]
pub(super) struct Frame {
    /// Path of the site's style sheet, for its colours.
    pub(super) style: String,
    /// The colours asked for.
    pub(super) theme: Theme,
    /// Lets the page's own rules pass the Content-Security-Policy.
    pub(super) nonce: String,
}

/// The page's own rules; every colour is the site's.
const RULES: &str = "
body { margin: 0; line-height: 1.5 }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.5rem; font-weight: 600 } h2 { font-size: 1.2rem; font-weight: 600; margin: 2.5rem 0 .5rem }
h3 { font-weight: 600; margin: 1.25rem 0 .25rem } p, ul { margin: .5rem 0 } ul { list-style: disc; padding-left: 1.5rem }
a { color: var(--accent); text-decoration: underline }
section { border-top: 1px solid var(--line) }
code, pre { font-family: ui-monospace, monospace; font-size: .93em }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .75rem; overflow-x: auto }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
td:first-child, td:nth-child(2) { white-space: nowrap } .muted { color: var(--muted) }
.method { color: var(--accent); background: var(--accent-soft); border-radius: 4px; padding: .1rem .4rem; margin-right: .5rem }
summary { cursor: pointer; padding: .25rem 0 }
";

/// Writes the page.
pub(super) fn render(document: &OpenApi, frame: &Frame) -> String {
    let asked = operations(&document.paths);
    let sent = document.webhooks.iter().flat_map(operations).collect::<Vec<_>>();
    let about = document.info.description.clone().unwrap_or_default();
    let about = about.split("\n\n").map(|text| view! { <p>{prose(text)}</p> }).collect_view();
    let base = document.servers.iter().flatten().map(|server| server.url.clone()).collect::<String>();
    let contents = [contents(&asked), contents(&sent)];
    let [asked, sent] = [asked, sent].map(|operations| {
        let sections = operations
            .into_iter()
            .map(|(method, path, operation)| section(document, method, path, operation));
        sections.collect_view()
    });
    let [of_asked, of_sent] = contents;
    let page = view! {
        <html lang="en" class=frame.theme.as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>"API reference · Gavel"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=frame.style.clone() />
                <style nonce=frame.nonce.clone() inner_html=RULES></style>
            </head>
            <body>
                <main>
                    <h1>{document.info.title.clone()}" "<span class="muted">{document.info.version.clone()}</span></h1>
                    {about}
                    <p>"Base URL: "<code>{base}</code>" on this host. For programs: "<a href="/api/openapi.json">"openapi.json"</a>" (OpenAPI 3.1)."</p>
                    <nav aria-label="Endpoints"><ul>{of_asked}</ul></nav>
                    <p>"What Gavel sends to an app's callback:"</p>
                    <nav aria-label="Callbacks"><ul>{of_sent}</ul></nav>
                    {asked}
                    {sent}
                </main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

/// A method, a path or an event's name, and what there is to know about it.
type Named<'a> = (&'static str, &'a str, &'a Operation);

/// In the order of the guide, which is that of the code.
fn operations(paths: &Paths) -> Vec<Named<'_>> {
    let all = paths.paths.iter().flat_map(|(path, item)| {
        let methods = [("POST", item.post.as_ref()), ("GET", item.get.as_ref())];
        methods.into_iter().filter_map(move |(method, found)| Some((method, path.as_str(), found?)))
    });
    all.collect()
}

fn contents(operations: &[Named<'_>]) -> impl IntoView + use<> {
    let lines = operations.iter().map(|(method, path, operation)| {
        let anchor = format!("#{}", operation.operation_id.clone().unwrap_or_default());
        view! { <li><a href=anchor><code>{format!("{method} {path}")}</code></a>" – "{operation.summary.clone()}</li> }
    });
    lines.collect_view()
}

fn section(document: &OpenApi, method: &str, path: &str, operation: &Operation) -> impl IntoView {
    let body = operation.request_body.as_ref().and_then(|body| match body {
        RefOr::T(body) => Some(request(document, body)),
        RefOr::Ref(_) => None,
    });
    let answers = operation.responses.responses.iter().filter_map(|(status, answer)| match answer {
        RefOr::T(answer) => Some(response(document, status, answer)),
        RefOr::Ref(_) => None,
    });
    view! {
        <section id=operation.operation_id.clone()>
            <h2><code class="method">{method.to_owned()}</code><code>{path.to_owned()}</code></h2>
            <p><strong>{operation.summary.clone()}</strong>". "{operation.description.clone()}</p>
            {parameters(operation)}
            {body}
            <h3>"Answers"</h3>
            {answers.collect_view()}
        </section>
    }
}

/// What is said beside the body: in the query, or in headers.
fn parameters(operation: &Operation) -> impl IntoView + use<> {
    let all = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let lines = all.map(|parameter| {
        let place = if parameter.parameter_in == ParameterIn::Header { "Header " } else { "Query " };
        let words = parameter.description.as_deref().map(prose);
        view! { <p>{place}<code>{parameter.name.clone()}</code>": "{words}</p> }
    });
    lines.collect_view()
}

fn request(document: &OpenApi, body: &RequestBody) -> impl IntoView {
    let contents = body.content.values().filter_map(|content| match content {
        RefOr::T(content) => Some(content),
        RefOr::Ref(_) => None,
    });
    let parts = contents.map(|content| {
        let rows = content.schema.as_ref().map(|schema| table(fields(document, schema), true));
        view! { {rows}<pre><code>{content.example.as_ref().map(pretty)}</code></pre> }
    });
    view! { <h3>"Request"</h3>{parts.collect_view()} }
}

fn response(document: &OpenApi, status: &str, answer: &Response) -> impl IntoView {
    let headers = answer.headers.iter().filter_map(|(name, header)| match header {
        RefOr::T(header) => {
            let words = header.description.clone();
            Some(view! { <p>"Header "<code>{name.clone()}</code>": "{words}</p> })
        }
        RefOr::Ref(_) => None,
    });
    let headers = headers.collect_view();
    let contents = answer.content.values().filter_map(|content| match content {
        RefOr::T(content) => Some(content),
        RefOr::Ref(_) => None,
    });
    let contents = contents.map(|content| {
        let rows =
            content.schema.as_ref().map(|schema| fields(document, schema)).filter(|rows| !rows.is_empty());
        let samples =
            content.example.iter().chain(content.examples.values().filter_map(|sample| match sample {
                RefOr::T(sample) => sample.value.as_ref(),
                RefOr::Ref(_) => None,
            }));
        let samples = samples.map(|sample| view! { <pre><code>{pretty(sample)}</code></pre> }).collect_view();
        view! { {rows.map(|rows| table(rows, false))}{samples} }
    });
    view! {
        <details open=status == "200">
            <summary><code>{status.to_owned()}</code>" – "{prose(&answer.description)}</summary>
            {headers}
            {contents.collect_view()}
        </details>
    }
}

fn table(rows: Vec<Field>, asked: bool) -> impl IntoView {
    let rows = rows.into_iter().map(|field| {
        let needed = (asked && field.required).then(|| view! { <strong>"Required. "</strong> });
        view! {
            <tr>
                <td><code>{field.name}</code></td>
                <td class="muted">{field.kind}</td>
                <td>{needed}{field.words}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll">
            <table>
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Type"</th><th scope="col">"Meaning"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// A paragraph in which `…` is code, the one mark that the descriptions use.
fn prose(text: &str) -> impl IntoView + use<> {
    let parts = text.split('`').map(str::to_owned).enumerate();
    parts
        .map(
            |(index, part)| {
                if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
            },
        )
        .collect_view()
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
