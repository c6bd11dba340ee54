//! E-mail by SMTP.

use std::{fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};

use crate::{Letter, NotifyError};

/// How long the mail server may take over each step.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the connection is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte, as on port 465.
    Implicit,
    /// STARTTLS, and nothing is sent without it, as on port 587.
    StartTls,
    /// None: for a server on this machine or in a trusted network.
    None,
}

/// The mail server and who gets letters.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: MailTls,
    /// User and password, where the server wants them.
    pub credentials: Option<(String, SecretString)>,
    /// Who writes, as `Gavel <gavel@example.com>` or `gavel@example.com`.
    pub from: String,
    /// Who reads; at least one.
    pub to: Vec<String>,
}

/// Sends letters to those whom the options name.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
    server: String,
}

impl Mailer {
    /// Makes a mailer; nothing is sent yet.
    ///
    /// # Errors
    /// [`NotifyError::Settings`] for an address that is none, nobody to write to, or TLS that cannot be set up.
    pub fn new(options: MailOptions) -> Result<Self, NotifyError> {
        let MailOptions { host, port, tls, credentials, from, to } = options;
        let from = mailbox(&from)?;
        let to = to.iter().map(|address| mailbox(address)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(NotifyError::Settings("letters need somebody to go to".to_owned()));
        }
        let parameters = || {
            let made = TlsParameters::new(host.clone());
            made.map_err(|error| NotifyError::Settings(format!("no TLS with {host}: {error}")))
        };
        let tls = match tls {
            MailTls::Implicit => Tls::Wrapper(parameters()?),
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = credentials {
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, to, server: format!("{host}:{port}") })
    }

    /// Who gets letters by which server.
    pub(crate) fn route(&self) -> String {
        let to: Vec<_> = self.to.iter().map(|to| to.email.to_string()).collect();
        format!("{} by {}", to.join(", "), self.server)
    }

    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), NotifyError> {
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(letter.subject.clone())
            .date(letter.sent_at.into())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let unwritable = |error: lettre::error::Error| NotifyError::Settings(error.to_string());
        let message = builder.body(letter.text.clone()).map_err(unwritable)?;
        self.transport.send(message).await.map_err(|error| {
            if error.is_timeout() {
                NotifyError::TimedOut(PATIENCE.as_secs())
            } else if error.is_permanent() || error.is_transient() {
                NotifyError::Mail(words(&error))
            } else {
                NotifyError::Unreachable(format!("the mail server cannot be used: {}", words(&error)))
            }
        })?;
        Ok(())
    }
}

/// The innermost cause: it names what is wrong.
fn words(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Reads an address as people write it.
fn mailbox(address: &str) -> Result<Mailbox, NotifyError> {
    address.trim().parse().map_err(|_| NotifyError::Settings(format!("\"{address}\" is no e-mail address")))
}

/// Without user and password.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("route", &self.route()).finish_non_exhaustive()
    }
}
