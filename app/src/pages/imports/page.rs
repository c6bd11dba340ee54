//! One import: what its stage shows, and what is always there. It follows by itself while somebody looks.

use domain::{Import, ImportState, Role, paging::grouped};
use leptos::{either::EitherOf4, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{cost::Cost, plan::Plan, progress::Progress, results::Results, size_words};
use crate::{
    components::{ErrorPanel, Glyph, Icon, Refusal, SessionResource, TimeAgo},
    error::AppError,
    live::Live,
    server_fns::imports::{ImportReport, PlanImport, TurnImport, get_import},
};

/// What the buttons of an import do.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub(super) plan: ServerAction<PlanImport>,
    pub(super) turn: ServerAction<TurnImport>,
}

/// The page.
#[component]
pub(crate) fn ImportPage() -> impl IntoView {
    let (live, session) = (expect_context::<Live>(), expect_context::<SessionResource>());
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<i64>().ok()));
    let failed_after =
        Memo::new(move |_| query.read().get("failed").and_then(|after| after.parse().ok()).unwrap_or(0_u64));
    let actions = Actions { plan: ServerAction::new(), turn: ServerAction::new() };
    let shown = Shown {
        latest: RwSignal::new(None),
        state: RwSignal::new(None),
        stages: RwSignal::new(0),
        page: StoredValue::new(Owner::current().unwrap_or_default()),
    };
    shown.follow(id, live);
    let report = Resource::new_blocking(
        move || {
            let answers = (actions.plan.version().get(), actions.turn.version().get());
            (id.get(), failed_after.get(), shown.stages.get(), answers)
        },
        |(id, failed_after, ..)| async move {
            match id {
                Some(id) => get_import(id, failed_after).await,
                None => Err(AppError::NotFound("import".to_owned())),
            }
        },
    );
    // Not within what is fetched: it would be gone while the next stage is on its way.
    let title = move || id.get().map_or_else(|| "Import".to_owned(), |id| format!("Import {id}"));
    view! {
        <Title text=title/>
        <p class="mb-2 text-sm"><a class="inline-flex items-center gap-1 text-accent hover:underline" href="/imports"><Icon glyph=Glyph::Back/>"All imports"</a></p>
        <Problem actions=actions/>
        <Transition>
            {move || Suspend::new(async move {
                let may = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                match report.await {
                    Ok(report) => view! { <Stage report=report shown=shown actions=actions may=may/> }.into_any(),
                    Err(error) => view! {
                        <h1 class="text-xl font-semibold mb-4">"Import"</h1>
                        <ErrorPanel error=error/>
                    }
                    .into_any(),
                }
            })}
        </Transition>
    }
}

/// What is known of the import since its stage was shown. Figures change in place; only another stage is shown anew, so that
/// nobody loses a button under the finger.
#[derive(Clone, Copy)]
struct Shown {
    latest: RwSignal<Option<Import>>,
    state: RwSignal<Option<ImportState>>,
    /// Grows when another stage is to be shown.
    stages: RwSignal<usize>,
    /// Owns what figures are made of: a stage goes on being shown while the next one is asked for, though its own signals are
    /// gone by then.
    page: StoredValue<Owner>,
}

impl Shown {
    /// Asks how far the import is whenever it is heard of, and once it can be heard of: it goes on while the page is on its way.
    fn follow(self, id: Memo<Option<i64>>, live: Live) {
        Effect::new(move |before: Option<(usize, usize)>| {
            let ((about, count), looks) = (live.import.get(), live.looks.get());
            let id = id.get_untracked();
            let is_news = before.is_some_and(|(_, seen)| looks != seen) || Some(about) == id;
            if let (true, Some(id)) = (is_news, id) {
                spawn_local(async move {
                    let Ok(report) = get_import(id, 0).await else { return };
                    if self.state.get_untracked() != Some(report.import.state) {
                        self.stages.update(|stages| *stages += 1);
                    }
                    self.latest.set(Some(report.import));
                });
            }
            (count, looks)
        });
    }

    /// The newest figures of an import that was shown like this.
    fn of(self, import: Import) -> Signal<Import> {
        let settled = |import: &Import| import.counts.rows() - import.counts.waiting + import.bytes_read;
        Signal::derive(move || {
            let is_newer = |latest: &Import| {
                (latest.id, latest.state) == (import.id, import.state) && settled(latest) >= settled(&import)
            };
            self.latest.get().filter(is_newer).unwrap_or_else(|| import.clone())
        })
    }
}

/// Why the last button did nothing.
#[component]
fn Problem(actions: Actions) -> impl IntoView {
    let problem = move || {
        let plan = actions.plan.value().with(|value| value.as_ref()?.as_ref().err().cloned());
        plan.or_else(|| actions.turn.value().with(|value| value.as_ref()?.as_ref().err().cloned()))
    };
    view! { <Refusal error=Signal::derive(problem)/> }
}

#[component]
fn Stage(report: ImportReport, shown: Shown, actions: Actions, may: bool) -> impl IntoView {
    let ImportReport { import, preview, cost, results, account, failed } = report;
    shown.state.set(Some(import.state));
    let heading = format!("Import {}", import.id.0);
    let head = view! {
        <h1 class="text-xl font-semibold">{heading}</h1>
        <About import=import.clone()/>
    };
    let progress = |import: Import| {
        shown.page.with_value(|page| {
            page.with(|| view! { <Progress import=shown.of(import) actions=actions may=may/> })
        })
    };
    let stage = match (import.state, preview, cost) {
        (ImportState::Uploaded, Some(preview), _) => {
            EitherOf4::A(view! { <Plan import=import preview=preview actions=actions may=may/> })
        }
        (ImportState::Ready, _, Some(cost)) => EitherOf4::B(
            view! { <Cost import=import cost=cost account=account failed=failed actions=actions may=may/> },
        ),
        (ImportState::Reading | ImportState::Running | ImportState::Waiting, ..) => {
            EitherOf4::C(progress(import))
        }
        _ => EitherOf4::D(view! {
            {progress(import.clone())}
            <Results import=import results=results account=account failed=failed actions=actions may=may/>
        }),
    };
    view! { {head} {stage} }
}

/// Which file, whose, when.
#[component]
fn About(import: Import) -> impl IntoView {
    let by = import.user_name.unwrap_or_else(|| "the command line".to_owned());
    let rows = match import.counts.rows() {
        0 => String::new(),
        rows => format!(" · {} rows", grouped(rows)),
    };
    let site = import.plan.site.map(|site| format!(" · site {site}"));
    view! {
        <p class="mb-4 text-sm text-muted break-words">
            <span class="font-medium text-ink">{import.file_name}</span>
            " · "{import.format.title()}" · "{size_words(import.bytes)}{rows}{site}
            " · uploaded by "{by}" "<TimeAgo time=import.created_at/>
        </p>
    }
}
