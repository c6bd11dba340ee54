//! How a file is read: what was found out about it, with what speaks for it, and what else could be chosen.

use domain::{FileAlternative, FileFormat, FileGuess, FileTrait, ImportPreview, Quoting};
use leptos::prelude::*;

use crate::components::{Glyph, Icon, classes::INPUT};

/// The section of the form. What concerns columns stands with the columns.
#[component]
pub(super) fn Reading(preview: ImportPreview) -> impl IntoView {
    let is_of_columns = |about: FileTrait| matches!(about, FileTrait::Message | FileTrait::Label);
    let choices: Vec<_> = preview
        .guesses
        .into_iter()
        .filter(|guess| !is_of_columns(guess.about))
        .map(|guess| view! { <Choice guess=guess/> })
        .collect();
    (!choices.is_empty()).then(|| {
        view! {
            <fieldset class="flex flex-col gap-3">
                <legend class="font-semibold mb-2">"How the file is read"</legend>
                <div class="grid gap-3 sm:grid-cols-2">{choices}</div>
            </fieldset>
        }
    })
}

#[component]
fn Choice(guess: FileGuess) -> impl IntoView {
    let FileGuess { about, value, evidence, alternatives, in_doubt, is_chosen } = guess;
    let (id, hint) = (format!("reading-{about}"), format!("reading-{about}-why"));
    let found = match (is_chosen, value.is_empty()) {
        (true, _) => "Detect automatically".to_owned(),
        (false, true) => "Not known: choose".to_owned(),
        (false, false) => format!("Detected: {}", words(about, &value)),
    };
    let current = is_chosen.then(|| FileAlternative { value: value.clone(), about: String::new() });
    let others = current.into_iter().chain(alternatives).collect::<Vec<_>>();
    let options: Vec<_> = others
        .into_iter()
        .map(|other| {
            let is_current = is_chosen && other.value == value;
            let shown = words(about, &other.value);
            let shown = if other.about.is_empty() { shown } else { format!("{shown} – {}", other.about) };
            view! { <option value=other.value selected=is_current>{shown}</option> }
        })
        .collect();
    view! {
        <div class="flex flex-col gap-1 min-w-0">
            <label class="text-sm font-medium" for=id.clone()>{about.title()}</label>
            <select class=INPUT id=id name=format!("form[reading][{about}]") aria-describedby=hint.clone()>
                <option value="" selected=!is_chosen>{found}</option>
                {options}
            </select>
            <Evidence id=hint evidence=evidence in_doubt=in_doubt/>
        </div>
    }
}

/// What speaks for a guess; marked where somebody should look.
#[component]
pub(super) fn Evidence(id: String, evidence: String, in_doubt: bool) -> impl IntoView {
    let class = if in_doubt {
        "flex items-start gap-1.5 text-xs text-unsure font-medium"
    } else {
        "text-xs text-muted"
    };
    view! {
        <p class=class id=id>
            {in_doubt.then(|| view! { <Icon glyph=Glyph::Warning/> })}
            <span class="min-w-0 break-words">{in_doubt.then_some("Please check: ")}{evidence}"."</span>
        </p>
    }
}

/// A value as people call it.
fn words(about: FileTrait, value: &str) -> String {
    let found = match about {
        FileTrait::Format => value.parse::<FileFormat>().ok().map(|format| format.title().to_owned()),
        FileTrait::Quoting => value.parse().ok().map(|quoting| quoting_words(quoting).to_owned()),
        FileTrait::Delimiter => match value {
            "," => Some("comma (,)".to_owned()),
            ";" => Some("semicolon (;)".to_owned()),
            "|" => Some("bar (|)".to_owned()),
            "none" => Some("none: one column".to_owned()),
            _ => None,
        },
        FileTrait::Header => Some(match value {
            "none" => "no row names the columns".to_owned(),
            "0" => "the first row names the columns".to_owned(),
            "1" => "1 line, then the names of the columns".to_owned(),
            lines => format!("{lines} lines, then the names of the columns"),
        }),
        FileTrait::Days => match value {
            "day-first" => Some("day first (31/12/2025)".to_owned()),
            "month-first" => Some("month first (12/31/2025)".to_owned()),
            _ => None,
        },
        FileTrait::Pings => match value {
            "take" => Some("are rows".to_owned()),
            "leave-out" => Some("are left out".to_owned()),
            _ => None,
        },
        FileTrait::Blank => match value {
            "keep" => Some("belong to the field".to_owned()),
            "skip" => Some("are left out".to_owned()),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}

fn quoting_words(quoting: Quoting) -> &'static str {
    match quoting {
        Quoting::None => "none: quotes are text",
        Quoting::Doubled => "double quotes, doubled within",
        Quoting::Backslash => "double quotes, a backslash ahead of one within",
        Quoting::Single => "single quotes",
        Quoting::Escaped => "none; \\t, \\n and \\N have a meaning",
    }
}
