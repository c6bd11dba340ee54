//! The detection under review, the claim on it, and the next one, already loaded.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{DetectionStory, Order, QueuePlace, Related};
use leptos::{prelude::*, task::spawn_local};

use super::progress::Progress;
use crate::{
    components::{Kbd, classes::BUTTON},
    decisions::{Decisions, Seen},
    error::AppError,
    keys::Command,
    pages::detections::DetectionDetail,
    server_fns::review::{ReviewItem, leave_review, next_to_review, renew_claim},
};

/// How often the claim is renewed; it holds ten times as long.
const RENEW: Duration = Duration::from_secs(60);

/// Labelled detections that an undo brings back; older ones are a matter of the log.
const BEHIND: usize = 20;

#[derive(Clone, Copy)]
struct Desk {
    order: Order,
    now: RwSignal<Option<ReviewItem>>,
    /// What comes next, once it is loaded.
    ahead: RwSignal<Option<ReviewItem>>,
    /// What was labelled here, the latest last.
    behind: RwSignal<Vec<ReviewItem>>,
    /// Whether the next one was asked for and has not come yet.
    loading: RwSignal<bool>,
    /// Whether to go on as soon as it comes.
    hurry: RwSignal<bool>,
    expires_at: RwSignal<Option<DateTime<Utc>>>,
    related: Resource<Result<Related, AppError>>,
    decisions: Decisions,
}

/// One after the other. Without JavaScript a label or "Skip" loads the page again with the next.
#[component]
pub(super) fn Queue(
    first: Option<ReviewItem>,
    order: Order,
    /// The detection that the page asks what is related to.
    under: RwSignal<Option<i64>>,
    /// What is related to it.
    related: Resource<Result<Related, AppError>>,
    progress: Progress,
) -> impl IntoView {
    let desk = Desk {
        order,
        expires_at: RwSignal::new(first.as_ref().map(|(_, place)| place.expires_at)),
        now: RwSignal::new(first),
        ahead: RwSignal::new(None),
        behind: RwSignal::new(Vec::new()),
        loading: RwSignal::new(false),
        hurry: RwSignal::new(false),
        related,
        decisions: expect_context(),
    };
    let first_id = desk.id();
    Effect::new(move |_| {
        let id = desk.now.with(|now| now.as_ref().map(|(story, _)| story.detection.id.0));
        if id != first_id {
            under.set(id);
        }
    });
    desk.run();
    let story =
        move || desk.now.get().map(|(story, place)| view! { <Under desk=desk story=story place=place/> });
    let empty =
        move || desk.now.with(Option::is_none).then(|| view! { <Empty desk=desk progress=progress/> });
    view! {
        {story}
        {empty}
    }
}

impl Desk {
    fn id(self) -> Option<i64> {
        self.now.with_untracked(|now| now.as_ref().map(|(story, _)| story.detection.id.0))
    }

    /// Loads ahead, goes on when a label is set, and keeps the claim while the page is open.
    fn run(self) {
        Effect::new(move |_| {
            if self.now.with(Option::is_some) {
                self.load_ahead();
            }
        });
        Effect::new(move |worked: Option<bool>| {
            let is_empty = self.now.with(Option::is_none);
            if is_empty && worked == Some(true) && self.decisions.is_idle() {
                self.look_again();
                return false;
            }
            // Nothing was ever here, or it was looked for already.
            !is_empty || worked == Some(true)
        });
        Effect::new(move |_| {
            let Some(item) = self.now.get() else { return };
            if self.has_changed(&item) {
                self.put_behind(item);
                self.go_on();
            }
        });
        // A label was taken back, or refused: the detection is here again.
        Effect::new(move |_| {
            let back = self.behind.with(|behind| behind.iter().rposition(|item| !self.has_changed(item)));
            if let Some(item) = back.map(|at| self.behind.try_update(|behind| behind.remove(at))) {
                self.expires_at.set(None);
                self.now.set(item);
                self.renew();
            }
        });
        Effect::new(move |_| {
            let timer = set_interval_with_handle(move || self.renew(), RENEW);
            let left = window_event_listener(leptos::ev::pagehide, |_| give_up_at_once());
            on_cleanup(move || {
                if let Ok(timer) = timer {
                    timer.clear();
                }
                left.remove();
                spawn_local(async {
                    // It ends by itself when this is lost.
                    let _ = leave_review().await;
                });
            });
        });
    }

    /// Whether a label was set or taken back since it was loaded.
    fn has_changed(self, (story, _): &ReviewItem) -> bool {
        let seen = Seen::from(&story.detection);
        self.decisions.of(&seen).label != seen.label
    }

    fn put_behind(self, item: ReviewItem) {
        self.behind.update(|behind| {
            behind.retain(|(story, _)| story.detection.id != item.0.detection.id);
            behind.push(item);
            let surplus = behind.len().saturating_sub(BEHIND);
            behind.drain(..surplus);
        });
    }

    /// The end of the queue as it was: looks again, once the server has all labels.
    fn look_again(self) {
        self.loading.set(true);
        let order = self.order.to_string();
        spawn_local(async move {
            match next_to_review(order, String::new(), 0).await {
                Ok(next) => {
                    self.expires_at.set(next.as_ref().map(|(_, place)| place.expires_at));
                    if next.is_some() {
                        self.now.set(next);
                    }
                }
                Err(error) => self.decisions.set_problem(Some(error)),
            }
            self.loading.set(false);
        });
    }

    fn load_ahead(self) {
        let Some((id, cursor)) = self.now.with_untracked(|now| {
            now.as_ref().map(|(story, place)| (story.detection.id.0, place.cursor.to_string()))
        }) else {
            return;
        };
        self.ahead.set(None);
        self.loading.set(true);
        let order = self.order.to_string();
        spawn_local(async move {
            let item = next_to_review(order, cursor, id).await;
            self.loading.set(false);
            match item {
                Ok(next) => self.ahead.set(next),
                Err(error) => self.decisions.set_problem(Some(error)),
            }
            if self.hurry.get_untracked() {
                self.hurry.set(false);
                self.go_on();
            }
        });
    }

    /// Shows the next one.
    fn go_on(self) {
        if self.loading.get_untracked() {
            self.hurry.set(true);
            return;
        }
        let next = self.ahead.try_update(Option::take).flatten();
        self.expires_at.set(next.as_ref().map(|(_, place)| place.expires_at));
        self.now.set(next);
    }

    fn renew(self) {
        let ids: Vec<i64> = [self.now, self.ahead]
            .iter()
            .filter_map(|item| {
                item.with_untracked(|item| item.as_ref().map(|(story, _)| story.detection.id.0))
            })
            .collect();
        spawn_local(async move {
            for (place, id) in ids.into_iter().enumerate() {
                match renew_claim(id).await {
                    Ok(until) if place == 0 => self.expires_at.set(Some(until)),
                    Ok(_) => {}
                    Err(error) => self.decisions.set_problem(Some(error)),
                }
            }
        });
    }
}

/// The page is being closed: a request that outlives it ends the claims.
fn give_up_at_once() {
    #[cfg(feature = "hydrate")]
    {
        use leptos::server_fn::ServerFn;
        let url = <crate::server_fns::review::LeaveReview as ServerFn>::url();
        let _ = window().navigator().send_beacon_with_opt_str(url, None);
    }
}

#[component]
fn Under(desk: Desk, story: DetectionStory, place: QueuePlace) -> impl IntoView {
    let skip = format!("/review?order={}&after={}", desk.order, place.cursor);
    let until = move || desk.expires_at.get().map(|_| "Reserved for you while this page is open.");
    view! {
        <p class="mb-3 flex flex-wrap items-center gap-3 text-sm text-muted">
            <span>{until}</span>
            <a
                class=format!("{BUTTON} ml-auto")
                href=skip
                aria-keyshortcuts=Command::Next.aria()
                data-skip=""
                on:click=move |event| {
                    event.prevent_default();
                    desk.go_on();
                }
            >
                "Skip"<Kbd command=Command::Next/>
            </a>
        </p>
        <DetectionDetail story=story may_label=true related=desk.related for_review=true/>
    }
}

#[component]
fn Empty(desk: Desk, progress: Progress) -> impl IntoView {
    let words = move || {
        if desk.loading.get() {
            "Loading the next one."
        } else if progress
            .get()
            .is_some_and(|progress| progress.is_ok_and(|progress| progress.waiting.count > 0))
        {
            "What still waits is being reviewed by others."
        } else if progress
            .get()
            .is_some_and(|progress| progress.is_ok_and(|progress| progress.labelled.count > 0))
        {
            "Everything is reviewed. Well done."
        } else {
            "Nothing to review yet."
        }
    };
    view! {
        <div class="rounded-lg border border-line border-dashed p-8 text-center text-muted">
            <p>{words}</p>
            <p class="mt-2"><a class="text-accent underline" href="/detections">"Open the log"</a></p>
        </div>
    }
}
