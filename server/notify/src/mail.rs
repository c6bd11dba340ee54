//! E-mail by SMTP.

use std::{
    fmt,
    net::{IpAddr, UdpSocket},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, MIME_VERSION_1_0},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
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
    /// By which name the server is greeted (EHLO): a full host name, or an address in brackets; `None` uses this machine's
    /// address.
    pub hello: Option<String>,
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
        let MailOptions { host, port, tls, credentials, hello, from, to } = options;
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
            .hello_name(hello.map_or_else(|| own_address(&host), ClientId::Domain))
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

    /// Connects, greets the server and logs in, where that was asked for; sends nothing.
    ///
    /// # Errors
    /// When it cannot be reached, or refuses any of that.
    pub async fn probe(&self) -> Result<(), NotifyError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NotifyError::Unreachable("the mail server hung up".to_owned())),
            Err(error) => Err(refused(&error)),
        }
    }

    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), NotifyError> {
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(letter.subject.clone())
            .header(MIME_VERSION_1_0)
            .date(letter.sent_at.into())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let unwritable = |error: lettre::error::Error| NotifyError::Settings(error.to_string());
        let message = builder.body(with_line_ends(&letter.text)).map_err(unwritable)?;
        self.transport.send(message).await.map_err(|error| refused(&error))?;
        Ok(())
    }
}

fn refused(error: &lettre::transport::smtp::Error) -> NotifyError {
    if error.is_timeout() {
        NotifyError::TimedOut(PATIENCE.as_secs())
    } else if error.is_permanent() || error.is_transient() {
        NotifyError::Mail(words(error))
    } else {
        NotifyError::Unreachable(format!("the mail server cannot be used: {}", words(error)))
    }
}

/// Lines of letters end with CR and LF; servers refuse a bare LF (RFC 5321, 2.3.8).
fn with_line_ends(text: &str) -> String {
    text.lines().map(|line| format!("{line}\r\n")).collect()
}

/// The address that this machine has towards the server, or, where that is the machine itself, towards the rest of the world:
/// servers refuse a loopback address and a bare machine name. A UDP socket that is connected sends nothing; it only asks the
/// system for the way.
fn own_address(server: &str) -> ClientId {
    let towards = |place: (&str, u16)| {
        let here = if place.0.contains(':') { "[::]:0" } else { "0.0.0.0:0" };
        let socket = UdpSocket::bind(here).ok()?;
        socket.connect(place).ok()?;
        let ip = socket.local_addr().ok()?.ip().to_canonical();
        (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
    };
    // Addresses for documentation (RFC 5737, RFC 3849): nobody is there.
    let places = [(server, 25), ("192.0.2.1", 25), ("2001:db8::1", 25)];
    match places.into_iter().find_map(towards) {
        Some(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Some(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        None => ClientId::default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_mail_wants_it() {
        assert_eq!(with_line_ends("a\nb\r\n\r\nc"), "a\r\nb\r\n\r\nc\r\n");
    }

    #[test]
    fn a_machine_is_not_greeted_by_as_itself() {
        let hello = own_address("127.0.0.1").to_string();
        assert!(hello.starts_with('[') || hello.contains('.') || !hello.contains("127."), "{hello}");
    }
}
