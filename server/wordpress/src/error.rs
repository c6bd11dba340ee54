//! What can go wrong, in sentences for whoever runs the site.

/// Why WordPress did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordPressError {
    /// The address cannot be used.
    #[error("{0}")]
    Address(String),
    /// There was no answer.
    #[error("WordPress cannot be reached: {0}")]
    Unreachable(String),
    /// It answers from elsewhere.
    #[error("this address leads to {0}: use that one, if it is yours")]
    Redirected(String),
    /// Whatever answers is no WordPress, or its REST interface is closed.
    #[error("no WordPress answers here, or a plugin has closed its REST interface (/wp-json/)")]
    NoWordPress,
    /// Application passwords are off.
    #[error(
        "this WordPress gives no application passwords: it takes https for them (or WP_ENVIRONMENT_TYPE local), and no security plugin that \
         turns them off"
    )]
    NoPasswords,
    /// The login or the application password is wrong or was taken back.
    #[error(
        "WordPress does not take the application password: it was taken back, or login or password are wrong"
    )]
    Login,
    /// The person may not moderate comments.
    #[error("this person may not moderate comments in WordPress: it takes an editor or an administrator")]
    MayNot,
    /// There is no such comment: it was deleted for good.
    #[error("the comment is not there any more")]
    Gone,
    /// WordPress refused.
    #[error("WordPress answered {status}: {words}")]
    Refused {
        /// Status of the answer.
        status: u16,
        /// WordPress's own code; `None` where something before it answered, such as a firewall.
        code: Option<String>,
        /// What it said: its code and message, or the beginning of the body.
        words: String,
    },
    /// The answer makes no sense.
    #[error("WordPress's answer cannot be read: {0}")]
    Unreadable(String),
}

impl WordPressError {
    /// Whether it is about one comment, so that the next one may fare better: WordPress itself says so.
    pub fn is_about_one(&self) -> bool {
        match self {
            Self::Gone => true,
            Self::Refused { code, .. } => code
                .as_deref()
                .is_some_and(|code| code.starts_with("rest_comment") || code.starts_with("comment_")),
            _ => false,
        }
    }

    /// The same without a secret that the answer repeats.
    pub(crate) fn without(self, secrets: [&str; 2]) -> Self {
        match self {
            Self::Refused { status, code, words } if secrets.iter().any(|secret| words.contains(secret)) => {
                Self::Refused { status, code, words: "(the answer repeats the password)".to_owned() }
            }
            other => other,
        }
    }
}

/// The cause, without the address, whose query may hold what is searched for.
pub(crate) fn unreachable(error: reqwest::Error) -> WordPressError {
    if error.is_timeout() {
        return WordPressError::Unreachable("no answer within 10 s".to_owned());
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    WordPressError::Unreachable(cause.to_string())
}
