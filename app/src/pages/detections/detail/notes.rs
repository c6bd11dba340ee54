//! Internal notes.

use domain::{Note, story::NOTE_MAX_CHARS};
use leptos::prelude::*;

use super::HEADING_CLASS;
use crate::{
    components::{
        HostileText, TimeAgo,
        classes::{BUTTON, TEXTAREA},
    },
    error::AppError,
    server_fns::notes::AddNote,
};

/// A note that is being written: it outlives a label that is set meanwhile.
#[derive(Clone, Copy, Default)]
pub(crate) struct NoteDraft(RwSignal<(i64, String)>);

impl NoteDraft {
    fn of(self, detection_id: i64) -> String {
        self.0.with_untracked(|(id, text)| if *id == detection_id { text.clone() } else { String::new() })
    }
}

/// The notes, oldest first, and the form for another.
#[component]
pub(super) fn Notes(detection_id: i64, notes: Vec<Note>, may_write: bool) -> impl IntoView {
    let action = ServerAction::<AddNote>::new();
    let written = RwSignal::new(notes);
    Effect::new(move |_| {
        if let Some(Ok(note)) = action.value().get() {
            written.update(|notes| {
                if notes.iter().all(|known| known.id != note.id) {
                    notes.push(note);
                }
            });
        }
    });
    let list = move || written.get().into_iter().map(|note| view! { <Written note=note/> }).collect_view();
    view! {
        <h3 class=HEADING_CLASS>"Notes"</h3>
        <p class="text-sm text-muted" hidden=move || !written.read().is_empty()>
            "None yet. Notes stay in this log; nothing of them is sent to the spam service."
        </p>
        <ol class="flex flex-col gap-2">{list}</ol>
        {may_write.then(|| view! { <NoteForm detection_id=detection_id action=action/> })}
    }
}

#[component]
fn Written(note: Note) -> impl IntoView {
    view! {
        <li class="rounded-md border border-line px-3 py-2">
            <p class="text-xs text-muted"><strong class="text-ink">{note.author}</strong>" · "<TimeAgo time=note.written_at/></p>
            <div class="mt-1 text-sm"><HostileText text=note.body/></div>
        </li>
    }
}

#[component]
fn NoteForm(detection_id: i64, action: ServerAction<AddNote>) -> impl IntoView {
    let draft = use_context::<NoteDraft>().unwrap_or_default();
    let body = RwSignal::new(draft.of(detection_id));
    // What was typed goes once it is kept, and stays when it was refused.
    Effect::new(move |_| {
        if let Some(Ok(_)) = action.value().get() {
            body.set(String::new());
            draft.0.set((detection_id, String::new()));
        }
    });
    let problem = move || {
        action.value().get().and_then(Result::err).map(|error| match error {
            AppError::Invalid(fields) => {
                fields.into_iter().map(|field| field.problem).collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        })
    };
    view! {
        <ActionForm action=action attr:class="mt-2 flex flex-col items-start gap-2">
            <input type="hidden" name="detection_id" value=detection_id.to_string() />
            <label class="sr-only" for="note">"Add a note"</label>
            <textarea
                class=TEXTAREA
                id="note"
                name="body"
                rows="2"
                required
                maxlength=NOTE_MAX_CHARS.to_string()
                placeholder="Add a note for the team"
                aria-describedby="note-problem"
                prop:value=body
                on:input:target=move |event| {
                    let text = event.target().value();
                    draft.0.set((detection_id, text.clone()));
                    body.set(text);
                }
            ></textarea>
            <p id="note-problem" class="text-sm text-spam empty:hidden" aria-live="polite">{problem}</p>
            <button class=BUTTON disabled=move || action.pending().get()>"Add note"</button>
        </ActionForm>
    }
}
