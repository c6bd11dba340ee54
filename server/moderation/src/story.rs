//! Everything about one detection, and the notes that moderators add.

use domain::reason::list_for;
use domain::story::NOTE_MAX_CHARS;
use domain::{DetectionId, DetectionStory, FieldError, Language, Note, UserId};
use store::NewNote;

use crate::{Moderation, ModerationError, check::as_sent, readings};

impl Moderation {
    /// A detection with everything that was said about it. A long message is cut to `shown_chars` characters, with the
    /// signals that point behind the cut; `None` leaves it whole.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn story(
        &self,
        id: DetectionId,
        shown_chars: Option<usize>,
    ) -> Result<DetectionStory, ModerationError> {
        let mut detection = self.detection(id).await?;
        let message = &mut detection.content.message;
        let language = (self.options.language_of)(message).and_then(Language::of_code);
        let message_chars = message.chars().count();
        let cut = shown_chars.and_then(|shown| message.char_indices().nth(shown));
        if let Some((end, _)) = cut {
            message.truncate(end);
        }
        let request = as_sent(readings::request(&detection.content), detection.origin);
        let request = serde_json::to_string_pretty(&request).unwrap_or_default();
        Ok(DetectionStory {
            matches: Vec::new(),
            decisions: self.decisions(id).await?,
            reasons: list_for(&self.reason_lists().await?, detection.site.as_deref())
                .cloned()
                .unwrap_or_default(),
            macros: self.macros().await?,
            past_verdicts: self.store.past_verdicts(id).await?,
            app_words: self.store.app_words(id).await?,
            notes: self.store.notes(id).await?,
            detection,
            message_chars,
            language,
            request,
        })
    }

    /// Adds a note to a detection.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] for an empty or very long note, [`ModerationError::NotFound`].
    pub async fn add_note(
        &self,
        detection_id: DetectionId,
        body: &str,
        by: UserId,
    ) -> Result<Note, ModerationError> {
        // A browser's form sends line ends as CR LF.
        let body = body.replace("\r\n", "\n").trim().to_owned();
        let chars = body.chars().count();
        let problem = match chars {
            0 => Some("The note is empty. Write something first.".to_owned()),
            chars if chars > NOTE_MAX_CHARS => {
                Some(format!("The note has {chars} characters; {NOTE_MAX_CHARS} fit. Shorten it."))
            }
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(ModerationError::Invalid(vec![FieldError { field: "body".to_owned(), problem }]));
        }
        let note = NewNote { detection_id, user_id: by, body, written_at: self.clock.now() };
        self.store.add_note(&note).await?.ok_or(ModerationError::NotFound("detection"))
    }
}
