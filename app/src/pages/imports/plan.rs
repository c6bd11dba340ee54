//! Columns and choices, beside the first rows as they will be checked.

use domain::{Endpoint, FileFormat, Import, ImportPlan, ImportPreview, MappedField};
use leptos::prelude::*;

use super::{page::Actions, preview::Preview};
use crate::components::{
    TextField,
    classes::{BUTTON, CARD, INPUT, PRIMARY},
};

/// The stage.
#[component]
pub(super) fn Plan(import: Import, preview: ImportPreview, actions: Actions, may: bool) -> impl IntoView {
    let pending = actions.plan.pending();
    let ImportPlan { mapping, endpoint, site, skip_duplicates, skip_known, after, format, labels, .. } =
        import.plan.clone();
    let ImportPreview { columns, samples, .. } = preview.clone();
    let fields = MappedField::ALL
        .iter()
        .filter(|field| **field != MappedField::Label)
        .map(|field| {
            let chosen = mapping.column(*field).map(str::to_owned);
            view! { <ColumnChoice field=*field chosen=chosen columns=columns.clone() samples=samples.clone()/> }
        })
        .collect_view();
    let known = {
        let chosen = mapping.column(MappedField::Label).map(str::to_owned);
        view! { <ColumnChoice field=MappedField::Label chosen=chosen columns=columns.clone() samples=samples.clone()/> }
    };
    let day = after.map(|after| after.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let buttons = may.then(|| {
        view! {
            <div class="flex flex-wrap items-center gap-3">
                <button class=PRIMARY name="then" value="read" disabled=pending>"Read the rows and show the cost"</button>
                <button class=BUTTON name="then" value="preview" disabled=pending>"Update the preview"</button>
            </div>
        }
    });
    view! {
        <div class="grid gap-4 xl:grid-cols-2 items-start">
            <ActionForm action=actions.plan attr:class=format!("{CARD} flex flex-col gap-4")>
                <input type="hidden" name="id" value=import.id.0.to_string()/>
                <fieldset class="grid gap-3 sm:grid-cols-2">
                    <legend class="font-semibold mb-2">"Which column is what"</legend>
                    {fields}
                </fieldset>
                <fieldset class="flex flex-col gap-3">
                    <legend class="font-semibold mb-2">"How to check"</legend>
                    <div class="grid gap-3 sm:grid-cols-2">
                        <div class="flex flex-col gap-1">
                            <label class="text-sm font-medium" for="check">"Check"</label>
                            <select class=INPUT id="check" name="form[check]">
                                <option value="check-comment" selected=endpoint == Endpoint::CheckComment>"Comment check (light)"</option>
                                <option value="check" selected=endpoint == Endpoint::Check>"Full check"</option>
                            </select>
                        </div>
                        <TextField name="site" form_name="form[site]" label="Site" value=site.unwrap_or_default() placeholder="blog.example.com"/>
                        <TextField name="after" form_name="form[after]" label="Only rows from this day on" kind="date" value=day/>
                        <FormatChoice chosen=format found=import.format/>
                    </div>
                    <Tick name="form[skip_duplicates]" label="Check equal texts of the file once" ticked=skip_duplicates/>
                    <Tick name="form[skip_known]" label="Leave out texts that the log has already" ticked=skip_known/>
                </fieldset>
                <fieldset class="flex flex-col gap-3">
                    <legend class="font-semibold mb-2">"What the file knows already"</legend>
                    {known}
                    <Tick name="form[take_labels]" label="Take these labels over as my decisions" ticked=labels.is_some()/>
                    <Tick name="form[tell_labels]" label="Also send them to ActiveLayer as feedback, one request each" ticked=labels.is_some_and(|labels| labels.tell)/>
                    <p class="text-sm text-muted">"Labels are compared with the verdicts in any case. Taken over, they can be taken back from the results."</p>
                </fieldset>
                {buttons}
            </ActionForm>
            <Preview preview=preview/>
        </div>
        {may.then(|| view! { <GiveUp id=import.id.0 actions=actions/> })}
    }
}

#[component]
fn ColumnChoice(
    field: MappedField,
    chosen: Option<String>,
    columns: Vec<String>,
    samples: Vec<String>,
) -> impl IntoView {
    let id = format!("column-{field}");
    let is_none = chosen.is_none();
    let options = columns
        .into_iter()
        .zip(samples)
        .map(|(column, sample)| {
            let is_chosen = chosen.as_deref() == Some(column.as_str());
            let words = if sample.is_empty() { column.clone() } else { format!("{column} – {sample}") };
            view! { <option value=column selected=is_chosen>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="flex flex-col gap-1 min-w-0">
            <label class="text-sm font-medium" for=id.clone()>{field.title()}</label>
            <select class=INPUT id=id name=format!("form[columns][{field}]")>
                <option value="" selected=is_none>"none"</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn FormatChoice(chosen: Option<FileFormat>, found: FileFormat) -> impl IntoView {
    let options = FileFormat::ALL
        .iter()
        .map(|format| {
            view! { <option value=format.as_str() selected=chosen == Some(*format)>{format.title()}</option> }
        })
        .collect_view();
    view! {
        <div class="flex flex-col gap-1">
            <label class="text-sm font-medium" for="format">"Format"</label>
            <select class=INPUT id="format" name="form[format]">
                <option value="" selected=chosen.is_none()>{format!("Found out: {}", found.title())}</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn Tick(name: &'static str, label: &'static str, ticked: bool) -> impl IntoView {
    view! {
        <label class="flex items-center gap-2 text-sm">
            <input class="w-4 h-4" type="checkbox" name=name value="true" checked=ticked/>
            {label}
        </label>
    }
}

/// The button that gives an import up.
#[component]
pub(super) fn GiveUp(id: i64, actions: Actions) -> impl IntoView {
    view! {
        <div class="mt-4">
            <ActionForm action=actions.turn>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class=BUTTON name="what" value="cancel">"Cancel this import"</button>
            </ActionForm>
        </div>
    }
}
