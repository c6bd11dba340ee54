//! The frame around every page: navigation, search, quota, account.

use domain::Role;
use leptos::prelude::*;
use leptos_router::{
    components::{A, Outlet},
    hooks::use_location,
};

use super::{FramePart, Glyph, Icon, Keyboard, SavedDesk, ThemeSwitch, search_box::SearchBox};
use crate::{
    blur::Blur,
    context::Session,
    decisions::Decisions,
    error::AppError,
    later::{Later, Part},
    live::Live,
    selection::Selection,
    server_fns::session::get_session,
    zone::Zone,
};

/// The pages of the navigation: address, name, icon, and the role that a page takes.
const PAGES: &[(&str, &str, Glyph, Role)] = &[
    ("/", "Overview", Glyph::Overview, Role::Viewer),
    ("/check", "Check", Glyph::Check, Role::Moderator),
    ("/detections", "Detections", Glyph::List, Role::Viewer),
    ("/review", "Review", Glyph::Review, Role::Moderator),
    ("/imports", "Imports", Glyph::Import, Role::Viewer),
    ("/stats", "Stats", Glyph::Chart, Role::Viewer),
    ("/settings", "Settings", Glyph::Settings, Role::Viewer),
];

/// Who is looking, for every page within the shell.
pub(crate) type SessionResource = Resource<Result<Session, AppError>>;

/// The frame for those who are logged in.
#[component]
pub(crate) fn Shell() -> impl IntoView {
    let decisions = Decisions::new();
    decisions.hold_the_page();
    provide_context(decisions);
    provide_context(Selection::new());
    let live = Live::new(decisions);
    provide_context(live);
    live.follow();
    provide_context(SavedDesk::new());
    let blur = Blur::new();
    provide_context(blur);
    provide_context(Zone::new());
    let session: SessionResource = Resource::new_blocking(|| (), |()| get_session());
    provide_context(session);
    let location = use_location();
    // What went wrong with a decision on one page is no matter of the next.
    Effect::new(move |_| {
        location.pathname.track();
        decisions.set_problem(None);
    });
    Effect::new(move |_| {
        let me = session.get().and_then(Result::ok).and_then(|session| session.user);
        decisions.me.set(me);
    });
    view! {
        <a
            class="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:p-3 focus:bg-surface"
            href="#main"
            rel="external"
        >
            "Skip to content"
        </a>
        <div class="min-h-screen sm:flex" data-blur=move || blur.is_on().then_some("")>
            <Sidebar/>
            <div class="flex-1 min-w-0 flex flex-col pb-16 sm:pb-0">
                <TopBar/>
                <Later part=Part::Frame(FramePart::Alerts(location.pathname))/>
                <Later part=Part::Frame(FramePart::Embedded)/>
                <main id="main" class="flex-1 p-4 lg:p-6" tabindex="-1"><Outlet/></main>
            </div>
        </div>
        <Later part=Part::Frame(FramePart::Toasts)/>
        <p class="sr-only" role="status">{decisions.said}</p>
        <Keyboard/>
    }
}

/// The frame for log-in and first run.
#[component]
pub(crate) fn Bare(children: Children) -> impl IntoView {
    view! {
        <main id="main" class="min-h-screen flex flex-col items-center justify-center p-4 gap-6">
            <p class="flex items-center gap-2 text-xl font-semibold"><Icon glyph=Glyph::Gavel/>"Gavel"</p>
            <div class="w-full max-w-sm rounded-lg border border-line bg-surface p-6">{children()}</div>
            <ThemeSwitch/>
        </main>
    }
}

#[component]
fn Sidebar() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let links = move |session: &Session| {
        PAGES
            .iter()
            .filter(|(.., role)| session.allows(*role))
            .map(|&(address, name, glyph, _)| {
                view! {
                    <li class="flex-1 sm:flex-none">
                        <A
                            href=address
                            exact=address == "/"
                            attr:class="page-link"
                        >
                            <Icon glyph=glyph/>
                            <span>{name}</span>
                        </A>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <nav
            class="fixed z-10 inset-x-0 bottom-0 border-t sm:border-t-0 sm:border-r border-line bg-surface sm:sticky sm:top-0 sm:h-screen sm:w-14 lg:w-52 shrink-0 p-1 sm:p-2"
            aria-label="Pages"
        >
            <p class="hidden sm:flex items-center justify-center lg:justify-start gap-2 px-3 py-3 font-semibold">
                <Icon glyph=Glyph::Gavel/><span class="sr-only lg:not-sr-only">"Gavel"</span>
            </p>
            <Suspense>
                <ul class="flex sm:flex-col sm:gap-1">
                    {move || Suspend::new(async move { session.await.ok().as_ref().map(links) })}
                </ul>
            </Suspense>
            <Later part=Part::Frame(FramePart::Searches)/>
        </nav>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let location = use_location();
    view! {
        <header class="flex items-center gap-3 px-4 h-14 border-b border-line bg-surface">
            <SearchBox/>
            <div class="ml-auto flex items-center gap-4">
                <Later part=Part::Frame(FramePart::Quota(location.pathname))/>
                <Account/>
            </div>
        </header>
    }
}

#[component]
fn Account() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    view! {
        <details class="relative" data-menu="">
            <summary class="flex items-center gap-2 h-9 px-2 rounded-md cursor-pointer hover:bg-raised font-medium">
                <Suspense>
                    {move || Suspend::new(async move {
                        session.await.ok().and_then(|session| session.user).map(|user| user.name)
                    })}
                </Suspense>
                <span class="sr-only">"Account"</span>
            </summary>
            <div class="absolute z-20 right-0 top-10 w-56 flex flex-col gap-3 rounded-lg border border-line bg-surface shadow-lg p-3">
                <Later part=Part::Frame(FramePart::Theme)/>
                <a class="flex items-center gap-2 h-9 px-2 rounded-md hover:bg-raised" href="/account">
                    <Icon glyph=Glyph::Person/>"Account"
                </a>
                <form method="post" action="/logout">
                    <button class="w-full flex items-center gap-2 h-9 px-2 rounded-md hover:bg-raised cursor-pointer">
                        <Icon glyph=Glyph::LogOut/>"Log out"
                    </button>
                </form>
            </div>
        </details>
    }
}
