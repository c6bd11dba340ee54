//! Columns and choices, beside the first rows as they will be checked.

use domain::{Endpoint, FileGuess, FileTrait, Import, ImportPlan, ImportPreview, MappedField};
use leptos::prelude::*;

use super::{
    page::Actions,
    preview::Preview,
    reading::{Evidence, Reading},
};
use crate::components::{
    TextField,
    classes::{BUTTON, CARD, INPUT, PRIMARY},
};

/// The stage.
#[component]
pub(super) fn Plan(import: Import, preview: ImportPreview, actions: Actions, may: bool) -> impl IntoView {
    let pending = actions.plan.pending();
    let ImportPlan { mapping, endpoint, site, skip_duplicates, skip_known, after, labels, .. } =
        import.plan.clone();
    let ImportPreview { columns, samples, .. } = preview.clone();
    let choice = |field: MappedField| {
        let chosen = mapping.column(field).map(str::to_owned);
        let guess = match field {
            MappedField::Message => preview.guess(FileTrait::Message).cloned(),
            MappedField::Label => preview.guess(FileTrait::Label).cloned(),
            _ => None,
        };
        view! { <ColumnChoice field=field chosen=chosen guess=guess columns=columns.clone() samples=samples.clone()/> }
    };
    let fields = MappedField::ALL.iter().filter(|field| !field.is_kept() && **field != MappedField::Label);
    let fields: Vec<_> = fields.map(|field| choice(*field)).collect();
    let kept: Vec<_> =
        MappedField::ALL.iter().filter(|field| field.is_kept()).map(|field| choice(*field)).collect();
    let is_any_kept =
        MappedField::ALL.iter().any(|field| field.is_kept() && mapping.column(*field).is_some());
    let known = choice(MappedField::Label);
    let reading = preview.clone();
    let day = after.map(|after| after.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let buttons = may.then(|| {
        view! {
            <div class="flex flex-wrap items-center gap-3">
                <button class=PRIMARY name="then" value="read" disabled=pending>"Calculate the cost"</button>
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
                <details open=is_any_kept>
                    <summary class="cursor-pointer font-semibold">"Kept with the message"</summary>
                    <p class="my-2 text-sm text-muted">"These are shown with each message and sent to nobody, like all columns that are not chosen above."</p>
                    <div class="grid gap-3 sm:grid-cols-2">{kept}</div>
                </details>
                <Reading preview=reading/>
                <fieldset class="flex flex-col gap-3">
                    <legend class="font-semibold mb-2">"How to check"</legend>
                    <div class="grid gap-3 sm:grid-cols-2">
                        <div class="flex flex-col gap-1">
                            <label class="text-sm font-medium" for="check">"Type"</label>
                            <select class=INPUT id="check" name="form[check]">
                                <option value="check-comment" selected=endpoint == Endpoint::CheckComment>"Short (comments, chat)"</option>
                                <option value="check" selected=endpoint == Endpoint::Check>"Full (forms, mail)"</option>
                            </select>
                        </div>
                        <TextField name="site" form_name="form[site]" label="Site" value=site.unwrap_or_default() placeholder="blog.example.com"/>
                        <TextField name="after" form_name="form[after]" label="Only rows from this day on" kind="date" value=day/>
                    </div>
                    <Tick name="form[skip_duplicates]" label="Skip duplicates in the file" ticked=skip_duplicates/>
                    <Tick name="form[skip_known]" label="Skip messages already checked" ticked=skip_known/>
                </fieldset>
                <fieldset class="flex flex-col gap-3">
                    <legend class="font-semibold mb-2">"Existing decisions in the file"</legend>
                    {known}
                    <Tick name="form[take_labels]" label="Use them as my decisions" ticked=labels.is_some()/>
                    <Tick name="form[tell_labels]" label="Also send them to ActiveLayer as feedback, one request each" ticked=labels.is_some_and(|labels| labels.tell)/>
                    <p class="text-sm text-muted">"They are compared with the verdicts in any case. Used as decisions, they can be taken back from the results."</p>
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
    guess: Option<FileGuess>,
    columns: Vec<String>,
    samples: Vec<String>,
) -> impl IntoView {
    let id = format!("column-{field}");
    let is_none = chosen.is_none();
    let hint = format!("column-{field}-why");
    let evidence = guess.filter(|guess| guess.in_doubt || !guess.value.is_empty()).map(|guess| {
        view! { <Evidence id=hint.clone() evidence=guess.evidence in_doubt=guess.in_doubt/> }
    });
    let described = evidence.is_some().then_some(hint);
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
            <select class=INPUT id=id name=format!("form[columns][{field}]") aria-describedby=described>
                <option value="" selected=is_none>"none"</option>
                {options}
            </select>
            {evidence}
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
