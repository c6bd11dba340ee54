//! A WordPress is connected: found, approved by somebody who moderates there, and kept.

use chrono::TimeDelta;
use domain::{FieldError, Unwritten, UserId, WordPressForm, WordPressSite};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::NewWordPress;
use wordpress::{Found, Site, WordPressError, find};

use super::PASSWORD;
use crate::{
    Moderation, ModerationError,
    tokens::{self, TokenWish},
};

/// How Gavel names itself to WordPress: the same always, so that its owner finds what they approved.
const APP_ID: &str = "5f2b9a0e-6c1d-4d56-9b7e-0d3a1c8f4e21";

/// How long somebody may take to approve.
const APPROVE_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// What could not be written that the page shows of a site.
const SHOWN: u32 = 20;

/// Where WordPress comes back to.
const BACK: &str = "/settings/wordpress/approved";

/// A site with what could not be written to it.
pub type Shown = (WordPressSite, Vec<Unwritten>);

/// How a connection began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is connected.
    Connected,
    /// Somebody has to approve Gavel there.
    Approve {
        /// What the site's owner calls it.
        name: String,
        /// The page where they do.
        page: String,
        /// Whether WordPress comes back by itself; else it shows a password, which is to be typed.
        comes_back: bool,
    },
}

/// What WordPress comes back with.
#[derive(Deserialize)]
pub struct Approved {
    /// The code that we sent along.
    pub state: String,
    /// Whose password it is.
    #[serde(default)]
    pub user_login: String,
    /// The application password.
    pub password: Option<SecretString>,
}

/// What is remembered of an approval until WordPress comes back with its code.
#[derive(Serialize, Deserialize)]
struct Approval {
    site: String,
    home: String,
    api: String,
    user: i64,
}

impl Moderation {
    /// Every WordPress with the newest of what could not be written to it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wordpress_sites(&self) -> Result<Vec<Shown>, ModerationError> {
        let mut shown = Vec::new();
        for site in self.store.wordpress_sites().await? {
            let unwritten = self.store.unwritten(site.id, SHOWN).await?;
            shown.push((site, unwritten));
        }
        Ok(shown)
    }

    /// Finds a WordPress; with login and password it is connected at once. `own` is Gavel's own address, as whoever asks sees it.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with every field that is wrong, and with what WordPress said.
    pub async fn begin_wordpress(
        &self,
        form: &WordPressForm,
        by: UserId,
        own: &str,
    ) -> Result<Begun, ModerationError> {
        let (site, address) = form.validate().map_err(ModerationError::Invalid)?;
        let found =
            find(&address, self.options.callback_reach).await.map_err(|error| invalid("address", &error))?;
        if !form.login.trim().is_empty() {
            let password = SecretString::from(form.password.trim());
            self.connect_wordpress(&site, (&found.home, &found.api), form.login.trim(), password, by).await?;
            return Ok(Begun::Connected);
        }
        self.ask_for_approval(site, found, by, own).await
    }

    async fn ask_for_approval(
        &self,
        site: String,
        found: Found,
        by: UserId,
        own: &str,
    ) -> Result<Begun, ModerationError> {
        let Found { name, home, api, authorize: mut page } = found;
        // WordPress comes back to an address with TLS only, unless it is a site for trials, which has none itself.
        let comes_back = !own.is_empty() && (own.starts_with("https:") || page.scheme() == "http");
        let approval = Approval { site, home, api: api.into(), user: by.0 };
        let state = self.pending_code(&approval, APPROVE_WITHIN).await?;
        // WordPress takes each name of a person's once, so that of a second connection differs.
        let name_there = format!("Gavel ({})", self.clock.now().format("%Y-%m-%d %H:%M:%S UTC"));
        page.query_pairs_mut().append_pair("app_name", &name_there).append_pair("app_id", APP_ID);
        if comes_back {
            let back = format!("{}{BACK}?state={state}", own.trim_end_matches('/'));
            page.query_pairs_mut()
                .append_pair("success_url", &back)
                .append_pair("reject_url", &format!("{back}&success=false"));
        }
        Ok(Begun::Approve { name, page: page.into(), comes_back })
    }

    /// A code that works once within a time, and what it is about.
    pub(super) async fn pending_code(
        &self,
        about: &impl Serialize,
        within: TimeDelta,
    ) -> Result<String, ModerationError> {
        let code = tokens::random_secret()?;
        let about =
            serde_json::to_string(about).map_err(|error| ModerationError::Refused(error.to_string()))?;
        let now = self.clock.now();
        self.store.keep_code(&tokens::hash(&code), &about, now + within, now).await?;
        Ok(code)
    }

    /// What a code is about, once.
    pub(super) async fn take_pending<T: DeserializeOwned>(
        &self,
        code: &str,
    ) -> Result<Option<T>, ModerationError> {
        let about = self.store.take_code(&tokens::hash(code), self.clock.now()).await?;
        Ok(about.and_then(|about| serde_json::from_str(&about).ok()))
    }

    /// Connects what was approved; returns the site.
    ///
    /// # Errors
    /// [`ModerationError::Refused`] with a sentence, when the approval is somebody else's, too old, or was a refusal.
    pub async fn finish_wordpress(&self, approved: Approved, by: UserId) -> Result<String, ModerationError> {
        let refused = |words: &str| ModerationError::Refused(words.to_owned());
        let approval: Option<Approval> = self.take_pending(&approved.state).await?;
        let approval = approval.filter(|approval| approval.user == by.0).ok_or_else(|| {
            refused("This approval is too old, or was begun by somebody else. Connect the site again.")
        })?;
        let password = approved
            .password
            .filter(|_| !approved.user_login.is_empty())
            .ok_or_else(|| refused("Gavel was not approved in WordPress. Nothing was changed."))?;
        let api = approval.api.parse().map_err(|_| refused("The address cannot be read."))?;
        self.connect_wordpress(&approval.site, (&approval.home, &api), &approved.user_login, password, by)
            .await?;
        Ok(approval.site)
    }

    async fn connect_wordpress(
        &self,
        site: &str,
        (home, api): (&str, &url::Url),
        login: &str,
        password: SecretString,
        by: UserId,
    ) -> Result<(), ModerationError> {
        use secrecy::ExposeSecret;

        let sealed = self.seal()?.close(PASSWORD, password.expose_secret())?;
        let there = Site::new(api, self.options.callback_reach, login, password)
            .await
            .map_err(|error| invalid("address", &error))?;
        there.verify().await.map_err(|error| match error {
            error @ (WordPressError::Login | WordPressError::MayNot) => invalid("login", &error),
            error => invalid("address", &error),
        })?;
        let now = self.clock.now();
        let token = match self.store.wordpress_token(site).await? {
            Some(token) => token,
            None => {
                let name = format!("WordPress comments of {site}");
                let wish = TokenWish::new(name, site);
                // Nobody ever sees its secret: it is a name to read comments under.
                tokens::issue(&*self.store, &wish, Some(by), now).await?.1.id
            }
        };
        let new = NewWordPress {
            site: site.to_owned(),
            home: home.to_owned(),
            api: api.to_string(),
            login: login.to_owned(),
            password: sealed,
            token,
        };
        self.store.connect_wordpress(&new, Some(by), now).await?;
        self.wordpress_wanted.notify_one();
        Ok(())
    }

    /// Takes a WordPress away. What was written there stays.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn disconnect_wordpress(&self, site: &str, by: UserId) -> Result<(), ModerationError> {
        found(self.store.disconnect_wordpress(site, Some(by), self.clock.now()).await?)
    }

    /// Has a WordPress worked on at once.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn wake_wordpress(&self, site: &str) -> Result<(), ModerationError> {
        found(self.store.wake_wordpress(site).await?)?;
        self.wordpress_wanted.notify_one();
        Ok(())
    }
}

fn found(there: bool) -> Result<(), ModerationError> {
    if there { Ok(()) } else { Err(ModerationError::NotFound("WordPress")) }
}

/// As a sentence under the field.
fn invalid(field: &str, error: &WordPressError) -> ModerationError {
    let words = error.to_string();
    let mut letters = words.chars();
    let words = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let problem = format!("{}.", words.unwrap_or_default());
    ModerationError::Invalid(vec![FieldError { field: field.to_owned(), problem }])
}
