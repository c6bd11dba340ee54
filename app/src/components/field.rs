//! Form fields with their label, and with what is wrong with them.

use leptos::prelude::*;

use super::classes::INPUT;
use crate::{error::AppError, forms::problem_of};

/// What is wrong with a field, tied to its input by id `{name}-problem`.
#[component]
pub(crate) fn FieldProblem(
    /// Name of the field on the wire.
    name: &'static str,
    /// The problem; empty when there is none.
    problem: Signal<String>,
) -> impl IntoView {
    view! {
        <p id=format!("{name}-problem") class="text-sm text-spam empty:hidden" aria-live="polite">{problem}</p>
    }
}

/// What the outcome of a form says about one of its fields; empty when nothing is wrong with it.
pub(crate) fn field_problem<T: Clone + Send + Sync + 'static>(
    outcome: Signal<Option<Result<T, AppError>>>,
    field: &'static str,
) -> Signal<String> {
    Signal::derive(move || {
        outcome.with(|outcome| match outcome {
            Some(Err(AppError::Invalid(errors))) => problem_of(errors, field).unwrap_or_default().to_owned(),
            _ => String::new(),
        })
    })
}

/// Text as the child of a `<textarea>`. Leptos writes children of this element as they are when it renders on the server
/// (`ESCAPE_CHILDREN` is false for it), so what somebody typed would be markup; here it is text. In the browser the child is
/// a text node, which needs nothing.
pub(crate) fn textarea_text(text: &str) -> String {
    if cfg!(feature = "ssr") {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        // A parser drops a line break that comes first.
        if text.starts_with('\n') { format!("\n{text}") } else { text }
    } else {
        text.to_owned()
    }
}

/// A labelled one-line input.
#[component]
pub(crate) fn TextField(
    /// Name of the field on the wire; also its id.
    name: &'static str,
    /// Name of the form value, when it differs from the field's name.
    #[prop(optional)]
    form_name: Option<&'static str>,
    /// What a person reads.
    label: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What was typed before.
    #[prop(optional, into)]
    value: String,
    /// For the browser's password store.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// An example.
    #[prop(default = "")]
    placeholder: &'static str,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it; empty when nothing is.
    #[prop(optional, into)]
    problem: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-1">
            <label class="text-sm font-medium" for=name>{label}</label>
            <input
                class=INPUT
                id=name
                name=form_name.unwrap_or(name)
                type=kind
                value=value
                autocomplete=autocomplete
                placeholder=placeholder
                required=required
                aria-describedby=format!("{name}-problem")
                aria-invalid=move || (!problem.read().is_empty()).to_string()
            />
            <FieldProblem name=name problem=problem/>
        </div>
    }
}

/// A labelled list to choose one word from.
#[component]
pub(crate) fn SelectField(
    /// Its id.
    id: &'static str,
    /// Name of the form value.
    name: &'static str,
    /// What a person reads.
    label: &'static str,
    /// The word chosen before.
    chosen: String,
    /// The words, and what a person reads for each.
    options: Vec<(&'static str, &'static str)>,
    /// What is wrong with it; empty when nothing is.
    #[prop(optional, into)]
    problem: Signal<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(word, words)| view! { <option value=word selected=chosen == word>{words}</option> })
        .collect_view();
    view! {
        <div class="flex flex-col gap-1">
            <label class="text-sm font-medium" for=id>{label}</label>
            <select
                class=INPUT
                id=id
                name=name
                aria-describedby=format!("{id}-problem")
                aria-invalid=move || (!problem.read().is_empty()).to_string()
            >
                {options}
            </select>
            <FieldProblem name=id problem=problem/>
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_textarea_stays_in_it() {
        let typed = "</textarea><script>alert(1)</script> &amp; more";
        let text = textarea_text(typed);
        let html = view! { <textarea>{text}</textarea> }.to_html();
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        assert!(html.contains("&lt;/textarea>&lt;script>") && html.contains("&amp;amp; more"), "{html}");
        assert_eq!(textarea_text("\n\nlate"), "\n\n\nlate");
    }
}
