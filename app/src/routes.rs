//! Every route on one screen.
//!
//! All pages render to the end before the first byte leaves (`SsrMode::Async`): the data is local and quick, the
//! status is right, and nothing is missing without JavaScript.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    components::{NotFound, Shell},
    pages::{
        check::CheckPage,
        detections::{DetectionPane, DetectionsPage, NothingOpen},
        login::LoginPage,
        overview::OverviewPage,
        settings::SettingsPage,
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
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Shell ssr=SsrMode::Async>
                    <Route path=path!("") view=OverviewPage/>
                    <Route path=path!("check") view=CheckPage/>
                    <ParentRoute path=path!("detections") view=DetectionsPage>
                        <Route path=path!("") view=NothingOpen/>
                        <Route path=path!(":id") view=DetectionPane/>
                    </ParentRoute>
                    <Route path=path!("stats") view=StatsPage/>
                    <Route path=path!("settings") view=SettingsPage/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
