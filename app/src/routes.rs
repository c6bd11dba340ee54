//! Every route on one screen.
//!
//! All pages render to the end before the first byte leaves (`SsrMode::Async`): the data is local and quick, the
//! status is right, and nothing is missing without JavaScript.
//!
//! In the browser the log comes with the frame; everything else is a module of its own, loaded when it is first gone to.

use leptos::prelude::*;
use leptos_router::{
    Lazy, LazyRoute, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    lazy_route, path,
};

use crate::{
    components::{NotFound, Shell},
    pages::{
        account::AccountPage,
        check::CheckPage,
        detections::{DetectionPane, DetectionsPage, NothingOpen},
        health::HealthPage,
        imports::{ImportPage, ImportsPage, NewImportPage},
        join::JoinPage,
        login::LoginPage,
        overview::OverviewPage,
        review::ReviewPage,
        rules::RulesPage,
        settings::{SettingsPage, SettingsPartPage},
        setup::SetupPage,
        stats::StatsPage,
    },
};

/// The router and its routes.
#[component]
pub(crate) fn AppRoutes() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <main class="p-6"><NotFound/></main> }>
                <Route path=path!("/login") view={Lazy::<Login>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/setup") view={Lazy::<Setup>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/join") view={Lazy::<Join>::new()} ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Shell ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<Overview>::new()}/>
                    <Route path=path!("check") view={Lazy::<Check>::new()}/>
                    <ParentRoute path=path!("detections") view=DetectionsPage>
                        <Route path=path!("") view=NothingOpen/>
                        <Route path=path!(":id") view={Lazy::<OpenDetection>::new()}/>
                    </ParentRoute>
                    <Route path=path!("review") view={Lazy::<Review>::new()}/>
                    <Route path=path!("imports") view={Lazy::<Imports>::new()}/>
                    <Route path=path!("imports/new") view={Lazy::<NewImport>::new()}/>
                    <Route path=path!("imports/:id") view={Lazy::<OneImport>::new()}/>
                    <Route path=path!("stats") view={Lazy::<Stats>::new()}/>
                    <Route path=path!("health") view={Lazy::<Health>::new()}/>
                    <Route path=path!("rules") view={Lazy::<Rules>::new()}/>
                    <Route path=path!("settings") view={Lazy::<Settings>::new()}/>
                    <Route path=path!("settings/:page") view={Lazy::<SettingsPart>::new()}/>
                    <Route path=path!("account") view={Lazy::<Account>::new()}/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Declares a route whose page is loaded when it is first gone to.
macro_rules! lazy_page {
    ($name:ident, $page:ident) => {
        struct $name;

        #[lazy_route]
        impl LazyRoute for $name {
            fn data() -> Self {
                Self
            }

            fn view(_this: Self) -> AnyView {
                view! { <$page/> }.into_any()
            }
        }
    };
}

lazy_page!(OpenDetection, DetectionPane);
lazy_page!(Overview, OverviewPage);
lazy_page!(Check, CheckPage);
lazy_page!(Review, ReviewPage);
lazy_page!(Imports, ImportsPage);
lazy_page!(NewImport, NewImportPage);
lazy_page!(OneImport, ImportPage);
lazy_page!(Stats, StatsPage);
lazy_page!(Health, HealthPage);
lazy_page!(Rules, RulesPage);
lazy_page!(SettingsPart, SettingsPartPage);
lazy_page!(Settings, SettingsPage);
lazy_page!(Account, AccountPage);
lazy_page!(Login, LoginPage);
lazy_page!(Setup, SetupPage);
lazy_page!(Join, JoinPage);
