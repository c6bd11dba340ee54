//! One's own sessions.

use leptos::prelude::*;

use crate::error::AppError;

/// Ends one of one's own sessions, or all but this one; says in a sentence what happened.
///
/// # Errors
/// [`AppError::NotFound`] when the session has ended by itself.
#[server(prefix = "/fn", endpoint = "account/end-session")]
pub async fn end_session(
    /// Its key, or `others`.
    session: String,
) -> Result<String, AppError> {
    use moderation::EndSessions;

    use crate::context::{CurrentSession, authorise, moderation};

    let user = authorise(domain::Role::Viewer)?;
    let this = use_context::<CurrentSession>().unwrap_or_default().0.unwrap_or_default();
    let is_one = session != "others";
    let which = if is_one { EndSessions::One(session) } else { EndSessions::Others(this) };
    match moderation()?.end_own_sessions(user.id, &which).await? {
        0 if is_one => Err(AppError::NotFound("session, or it has ended already".to_owned()).with_status()),
        0 => Ok("There is no other session. Nothing was changed.".to_owned()),
        1 => Ok("The session has ended. Whoever uses that browser has to log in again.".to_owned()),
        ended => Ok(format!("{ended} sessions have ended. This one stays open.")),
    }
}
