//! A new import: a file is chosen or dropped, or something is pasted. A plain form: it works without JavaScript, and a file never
//! goes through a script.

use domain::{FileFormat, Role};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        ErrorPanel, FieldProblem, Glyph, Icon, SessionResource, TextField,
        classes::{CARD, INPUT, PRIMARY, TEXTAREA},
        textarea_text,
    },
    error::AppError,
    forms::UploadProblem,
    server_fns::imports::get_upload_problem,
};

/// The page.
#[component]
pub(crate) fn NewImportPage() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let problem = Resource::new_blocking(|| (), |()| get_upload_problem());
    view! {
        <Title text="New import"/>
        <h1 class="text-xl font-semibold mb-4">"New import"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                let may = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                match may {
                    true => view! { <Upload problem=problem.await.unwrap_or_default()/> }.into_any(),
                    false => view! { <ErrorPanel error=AppError::Forbidden(Role::Moderator.to_string())/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Upload(problem: UploadProblem) -> impl IntoView {
    let words = |field: &str| {
        let words = problem.of(field).unwrap_or_default().to_owned();
        Signal::derive(move || words.clone())
    };
    let (of_file, of_paste, of_site) = (words("file"), words("paste"), words("site"));
    let (pasted, chosen) = (textarea_text(&problem.paste), problem.format.clone());
    let formats = FileFormat::ALL
        .iter()
        .map(|format| {
            view! { <option value=format.as_str() selected=format.as_str() == chosen>{format.title()}</option> }
        })
        .collect_view();
    view! {
        <form class=format!("{CARD} max-w-3xl flex flex-col gap-4") method="post" action="/imports/new" enctype="multipart/form-data">
            <TextField name="site" label="Site (optional) – we remember your column choices for it" value=problem.site placeholder="blog.example.com" problem=of_site/>
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="format">"Format"</label>
                <select class=INPUT id="format" name="format">
                    <option value="">"Detect automatically"</option>
                    {formats}
                </select>
            </div>
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="file">"File: choose it, or drop it here"</label>
                <input
                    class="w-full p-6 rounded-md border border-dashed border-field bg-canvas text-ink"
                    id="file" name="file" type="file" aria-describedby="file-hint file-problem"
                    aria-invalid=move || (!of_file.read().is_empty()).to_string()
                />
                <p class="text-sm text-muted" id="file-hint">
                    "CSV or TSV, Excel and other spreadsheets, JSON, WordPress or Disqus export, mbox or .eml, plain text; also packed with gzip or zip. Up to 1 GiB."
                </p>
                <FieldProblem name="file" problem=of_file/>
            </div>
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="paste">"Or paste it"</label>
                <textarea class=TEXTAREA id="paste" name="paste" rows="6" aria-describedby="paste-problem">{pasted}</textarea>
                <FieldProblem name="paste" problem=of_paste/>
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <button class=PRIMARY><Icon glyph=Glyph::Import/>"Preview"</button>
                <span class="text-sm text-muted">"Nothing is checked yet: you see the rows and the cost first."</span>
            </div>
        </form>
    }
}
