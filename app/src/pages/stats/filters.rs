//! Which days, which site, which search. All of it is in the address, and works as a plain form.

use domain::FieldError;
use leptos::prelude::*;
use leptos_router::{components::Form, params::ParamsMap};

use crate::{
    components::{
        FieldProblem,
        classes::{BUTTON, INPUT},
    },
    forms::problem_of,
    server_fns::stats::{Asked, NO_SITE, PRESETS},
};

impl Asked {
    /// Reads the address.
    pub(super) fn of(query: &ParamsMap) -> Self {
        let value = |key: &str| query.get(key).unwrap_or_default();
        Self {
            range: value("range"),
            from: value("from"),
            to: value("to"),
            site: value("site"),
            q: value("q"),
            threshold: value("threshold"),
        }
    }

    /// What stands behind `?` in the address, without the threshold unless `whole`.
    pub(super) fn address(&self, path: &str) -> String {
        let mut query = ParamsMap::new();
        for (key, value) in [
            ("range", &self.range),
            ("from", &self.from),
            ("to", &self.to),
            ("site", &self.site),
            ("q", &self.q),
            ("threshold", &self.threshold),
        ] {
            if !value.is_empty() {
                query.insert(key, value.clone());
            }
        }
        format!("{path}{}", query.to_query_string())
    }

    /// The same of another preset.
    fn at(&self, preset: &str) -> Self {
        Self { range: preset.to_owned(), from: String::new(), to: String::new(), ..self.clone() }
    }

    /// The same of other days.
    pub(super) fn on(&self, days: domain::Days) -> Self {
        let (from, to) = (days.from().to_string(), days.to().to_string());
        Self { range: String::new(), from, to, ..self.clone() }
    }
}

/// What can be chosen from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Choices {
    pub(super) sites: Vec<String>,
    pub(super) searches: Vec<(String, String)>,
}

/// The ranges as links, everything else as a form.
#[component]
pub(super) fn Filters(asked: Memo<Asked>, choices: Choices, problems: Vec<FieldError>) -> impl IntoView {
    let now = asked.get_untracked();
    let presets: Vec<_> = PRESETS
        .into_iter()
        .map(|(word, name)| {
            let current = (now.preset() == Some(word)).then_some("true");
            view! {
                <a
                    class="px-3 h-9 inline-flex items-center rounded-md text-sm font-medium text-muted hover:bg-raised aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent"
                    href=now.at(word).address("/stats")
                    aria-current=current
                >
                    {name}
                </a>
            }
        })
        .collect();
    let problem = |field: &str| Signal::stored(problem_of(&problems, field).unwrap_or_default().to_owned());
    let (from_problem, to_problem) = (problem("from"), problem("to"));
    let (sites, searches) = (site_options(&choices, &now), search_options(&choices, &now));
    view! {
        <div class="flex flex-col gap-3 mb-4">
            <nav class="flex flex-wrap gap-1" aria-label="Range">{presets}</nav>
            <Form method="GET" action="/stats" attr:class="flex flex-wrap items-end gap-3">
                <div class="flex flex-col gap-1">
                    <label class="text-xs text-muted" for="from">"From (UTC)"</label>
                    <input class=INPUT id="from" name="from" type="date" value=now.from.clone() aria-describedby="from-problem"/>
                </div>
                <div class="flex flex-col gap-1">
                    <label class="text-xs text-muted" for="to">"To"</label>
                    <input class=INPUT id="to" name="to" type="date" value=now.to.clone() aria-describedby="to-problem"/>
                </div>
                <input type="hidden" name="range" value=now.range.clone()/>
                <Choose name="site" label="Site" options=sites/>
                <Choose name="q" label="Saved search" options=searches/>
                <button class=BUTTON type="submit">"Show"</button>
            </Form>
            <FieldProblem name="from" problem=from_problem/>
            <FieldProblem name="to" problem=to_problem/>
        </div>
    }
}

/// A choice: value, name, whether it is chosen.
type Options = Vec<(String, String, bool)>;

/// The chosen value is always among them, also when nobody knows it any more.
fn options(first: &[(&str, &str)], known: impl Iterator<Item = (String, String)>, chosen: &str) -> Options {
    let first = first.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned()));
    let mut all: Vec<_> = first.chain(known).collect();
    if !all.iter().any(|(value, _)| value == chosen) {
        all.push((chosen.to_owned(), chosen.to_owned()));
    }
    all.into_iter().map(|(value, name)| (value.clone(), name, value == chosen)).collect()
}

fn site_options(choices: &Choices, asked: &Asked) -> Options {
    let sites = choices.sites.iter().map(|site| (site.clone(), site.clone()));
    options(&[("", "All sites"), (NO_SITE, "No site")], sites, &asked.site)
}

fn search_options(choices: &Choices, asked: &Asked) -> Options {
    let searches = choices.searches.iter().map(|(name, q)| (q.clone(), name.clone()));
    options(&[("", "Everything")], searches, &asked.q)
}

#[component]
fn Choose(name: &'static str, label: &'static str, options: Options) -> impl IntoView {
    let option = |(value, name, selected): (String, String, bool)| {
        view! { <option value=value selected=selected>{name}</option> }
    };
    let options = options.into_iter().map(option).collect_view();
    view! {
        <div class="flex flex-col gap-1 min-w-0">
            <label class="text-xs text-muted" for=name>{label}</label>
            <select class="h-9 px-2 max-w-full rounded-md border border-field bg-surface text-ink" id=name name=name>{options}</select>
        </div>
    }
}
