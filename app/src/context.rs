//! What the server tells each render and each server function: who asks, and what this Gavel is.

use domain::{LinkPurpose, Role, User};
use serde::{Deserialize, Serialize};

/// Who sent the request; `None` before log-in. The server provides it from the session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentUser(pub Option<User>);

/// What the database knows the session of the request by; `None` before log-in. The server provides it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentSession(pub Option<Vec<u8>>);

/// What the link is for that a stranger came by; nothing when it does not work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinLink {
    /// What its form does.
    pub purpose: Option<LinkPurpose>,
    /// The address of the account.
    pub email: String,
}

/// Facts about this installation that pages show. The server provides it from the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppInfo {
    /// Whether the embedded detector is the upstream, because no API key is set.
    pub embedded: bool,
    /// Base URL of the upstream, for the Settings page.
    pub upstream: String,
}

/// Signs of a proxy that the settings do not tell of, each in a few sentences about what to set. The server provides them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxySigns(pub Vec<String>);

/// The body of a form that a browser without JavaScript posted to a page. The page acts on it while it renders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedForm(pub String);

/// What the shell needs to know about who is looking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who is logged in.
    pub user: Option<User>,
    /// Whether the embedded detector is the upstream.
    pub embedded: bool,
    /// The colours asked for.
    pub theme: Theme,
}

impl Session {
    /// Whether the person may do what `role` may do.
    pub fn allows(&self, role: Role) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.allows(role))
    }
}

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Follow the system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Name of the cookie that remembers the choice.
    pub const COOKIE: &'static str = "gavel_theme";

    /// The word in the cookie and on the `html` element.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word; anything else is [`Theme::System`].
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The choice in a `Cookie` header, for pages that are not part of the app.
    pub fn in_cookies(cookies: &str) -> Self {
        find_cookie(cookies, Self::COOKIE).map_or(Self::System, Self::from_word)
    }
}

#[cfg(feature = "ssr")]
mod server {
    use std::sync::Arc;

    use axum::http::{HeaderValue, header, request::Parts};
    use domain::{Role, User};
    use leptos::prelude::use_context;
    use moderation::Moderation;

    use super::{CurrentUser, Theme};
    use crate::error::AppError;

    /// The use cases.
    ///
    /// # Errors
    /// [`AppError::Internal`] when the server did not provide them.
    pub(crate) fn moderation() -> Result<Arc<Moderation>, AppError> {
        use_context::<Arc<Moderation>>().ok_or_else(|| AppError::internal(&"no Moderation in context"))
    }

    /// The person who asks, if they may do what `role` may do.
    ///
    /// # Errors
    /// [`AppError::LoggedOut`] or [`AppError::Forbidden`].
    pub(crate) fn authorise(role: Role) -> Result<User, AppError> {
        let user =
            use_context::<CurrentUser>().and_then(|current| current.0).ok_or_else(AppError::logged_out)?;
        if user.role.allows(role) { Ok(user) } else { Err(AppError::forbidden(role)) }
    }

    /// Gavel's own address: the one that the settings name, or else the one that a form came from; empty where nobody knows.
    ///
    /// # Errors
    /// When the server did not provide the use cases.
    pub(crate) fn own_address() -> Result<String, AppError> {
        if let Some(url) = moderation()?.public_url() {
            return Ok(url.to_owned());
        }
        let origin = use_context::<Parts>().and_then(|parts| {
            let origin = parts.headers.get(header::ORIGIN)?.to_str().ok()?;
            origin.starts_with("http").then(|| origin.to_owned())
        });
        Ok(origin.unwrap_or_default())
    }

    /// The colours that the browser's cookie asks for.
    pub(crate) fn theme() -> Theme {
        super::cookie(Theme::COOKIE).map_or(Theme::System, |word| Theme::from_word(&word))
    }

    /// The cookies of the request, as the browser sent them.
    pub(super) fn cookies() -> String {
        let Some(parts) = use_context::<Parts>() else { return String::new() };
        let sent = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        sent.collect::<Vec<_>>().join("; ")
    }

    /// Has the browser keep a choice for a year. Name and value hold only what a cookie may.
    pub(crate) fn keep_cookie(name: &str, value: &str) {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        if let (Some(response), Ok(value)) =
            (use_context::<leptos_axum::ResponseOptions>(), HeaderValue::from_str(&cookie))
        {
            response.append_header(header::SET_COOKIE, value);
        }
    }
}
#[cfg(feature = "ssr")]
pub(crate) use server::{authorise, keep_cookie, moderation, own_address, theme};

/// What was typed into a form that the server refused, for one minute: the form that comes next puts it back.
#[cfg(feature = "ssr")]
pub(crate) fn keep_typed(text: &str) {
    use axum::http::{HeaderValue, header};

    let text = leptos_router::location::Url::escape(text);
    let cookie = format!("{TYPED_COOKIE}={text}; Path=/; Max-Age=60; SameSite=Lax");
    if let (Some(response), Ok(value)) =
        (leptos::prelude::use_context::<leptos_axum::ResponseOptions>(), HeaderValue::from_str(&cookie))
    {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// What was typed before, if it was refused.
pub(crate) fn typed() -> Option<String> {
    cookie(TYPED_COOKIE).map(|text| leptos_router::location::Url::unescape(&text))
}

/// Name of the cookie of [`typed`].
const TYPED_COOKIE: &str = "gavel_typed";

/// Keeps a choice for a year, as the server would: pages remember it without asking. Name and value hold only what a cookie may.
pub(crate) fn remember(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    {
        let kept = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _ = js_sys::Reflect::set(&leptos::prelude::document(), &"cookie".into(), &kept.into());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, value);
}

/// A choice that a cookie keeps: of the request while the server renders, of the document in the browser.
pub(crate) fn cookie(name: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    let cookies = server::cookies();
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    let cookies = js_sys::Reflect::get(&leptos::prelude::document(), &"cookie".into())
        .ok()
        .and_then(|cookies| cookies.as_string())
        .unwrap_or_default();
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let cookies = String::new();
    find_cookie(&cookies, name).map(str::to_owned)
}

pub(crate) fn find_cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}
