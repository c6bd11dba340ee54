//! Every setting, once: its flag, its meaning, its type and its default. Everything else that is known of a setting
//! (its name in the environment and in `gavel.toml`, the listing of `gavel config`) is derived from this.
//!
//! The type is a set of clap arguments. figment and config were looked at: both merge sources well, but neither knows
//! flags or documentation, so every setting would be written twice. clap already reads flags, environment and defaults;
//! [`layers`] adds the file below the environment.

pub mod layers;
pub mod listing;
pub mod values;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use moderation::{
    audit_stream::{AuditStream, AuditTarget},
    backup::{BackupPlan, Schedule},
};
use notify::Reach;
use secrecy::SecretString;
use url::Url;

use crate::imports::database_file;
use values::{
    audit_target, between, count, duration, full_host_name, ip_net, listen_address, log_filter, mail_server,
    password, public_address, secret, web_address,
};

/// What every command needs: where the settings and the database are.
#[derive(Args, Clone)]
pub struct Place {
    /// File with settings; may be missing unless it is named
    #[arg(long, value_name = "FILE", default_value = "gavel.toml")]
    pub config: PathBuf,
    /// Database; a relative path counts from the folder that gavel is started in. For PostgreSQL:
    /// postgres://user:password@host/name
    #[arg(long, value_name = "URL", default_value = "sqlite://data/gavel.db", hide_env_values = true)]
    pub database: String,
    /// Folder for what is kept beside a PostgreSQL database: files of imports, and the key that seals passwords of other
    /// services. What belongs to a SQLite database stays beside its file
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub files: PathBuf,
}

impl Place {
    /// Folder of imports' files; `None` for a database in memory.
    pub fn imports(&self) -> Option<PathBuf> {
        self.beside("-imports")
    }

    /// How the names begin of files that are kept beside the database; `None` for one in memory.
    pub fn aside(&self) -> Option<PathBuf> {
        self.beside("-aside-")
    }

    /// The key that seals passwords of other services; `None` for a database in memory.
    pub fn key_file(&self) -> Option<PathBuf> {
        self.beside("-key")
    }

    fn beside(&self, end: &str) -> Option<PathBuf> {
        let base = match database_file(&self.database) {
            Some(file) => file.to_owned(),
            None if store::is_server(&self.database) => self.files.join("gavel"),
            None => return None,
        };
        let mut name = base.into_os_string();
        name.push(end);
        Some(name.into())
    }

    /// A backup of the database into a folder; `None` where it is in no file.
    pub fn backup(&self, folder: PathBuf, keep: u32) -> Option<BackupPlan> {
        database_file(&self.database)?;
        let aside = Some(self.aside()?);
        Some(BackupPlan { database: self.database.clone(), aside, folder, keep })
    }
}

/// Settings of the web server. `hide_env_values` marks what may hold a secret: it is never printed.
#[derive(Args, Clone)]
pub struct Settings {
    /// See [`Place`].
    #[command(flatten)]
    pub place: Place,

    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000", value_parser = listen_address)]
    pub listen: SocketAddr,
    /// Address that people type to reach Gavel, where it differs from the one listened on (a name; a proxy)
    #[arg(long, value_name = "URL", value_parser = public_address)]
    pub public_url: Option<Url>,
    /// Whether cookies are for TLS only; `auto` means yes when public_url is https
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub cookie_secure: CookieSecure,
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',', value_parser = ip_net)]
    pub trusted_proxies: Vec<IpNet>,

    /// Connections of clients at once; fewer where the limit of open files (ulimit -n) has no room for so many
    #[arg(long, value_name = "COUNT", default_value = "1000", value_parser = between(16, 100_000))]
    pub max_connections: u32,
    /// Connections at once from one IPv4 address or one /64 of IPv6; those of trusted_proxies and of this machine are not counted
    #[arg(long, value_name = "COUNT", default_value = "250", value_parser = between(4, 100_000))]
    pub max_connections_by_address: u32,

    /// Form of the log on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// What is logged: error, warn, info, debug or trace, also by part, as in `info,server=debug`
    #[arg(long, value_name = "FILTER", default_value = "info", value_parser = log_filter)]
    pub log_level: String,

    /// How long after log-in a session ends
    #[arg(long, value_name = "TIME", default_value = "7d",
          value_parser = duration(Duration::from_secs(60), Duration::from_secs(365 * 86_400)))]
    pub session_lifetime: Duration,
    /// Failed log-ins allowed within login_window for one e-mail address from one network (/24 or /64), or from a browser that
    /// it logged in with before; one client address gets five times as many
    #[arg(long, value_name = "COUNT", default_value = "10", value_parser = between(1, 100_000))]
    pub login_failures: u32,
    /// Time in which that many log-ins may fail
    #[arg(long, value_name = "TIME", default_value = "15m",
          value_parser = duration(Duration::from_secs(1), Duration::from_secs(86_400)))]
    pub login_window: Duration,

    /// Key of the ActiveLayer API; without one the embedded detector judges
    #[arg(long, value_name = "KEY", env = "ACTIVELAYER_API_KEY", hide_env_values = true, value_parser = secret)]
    pub activelayer_api_key: Option<SecretString>,
    /// File that holds the key of the ActiveLayer API, instead of activelayer_api_key
    #[arg(long, value_name = "FILE", env = "ACTIVELAYER_API_KEY_FILE")]
    pub activelayer_api_key_file: Option<PathBuf>,
    /// Base URL of the ActiveLayer API
    #[arg(long, value_name = "URL", env = "ACTIVELAYER_BASE_URL", value_parser = web_address,
          default_value = "https://api.activelayer.com/api/v1")]
    pub activelayer_base_url: Url,
    /// How long to wait for an answer of the ActiveLayer API (clients of the API give up after 5 to 10 s)
    #[arg(long, value_name = "TIME", default_value = "4s",
          value_parser = duration(Duration::from_millis(100), Duration::from_secs(25)))]
    pub upstream_timeout: Duration,
    /// Requests a minute that ActiveLayer allows the key
    #[arg(long, value_name = "COUNT", default_value = "50", value_parser = between(1, 1_000_000))]
    pub upstream_per_minute: u32,
    /// How often key, plan and usage are asked for
    #[arg(long, value_name = "TIME", default_value = "5m",
          value_parser = duration(Duration::from_secs(10), Duration::from_secs(86_400)))]
    pub usage_poll_interval: Duration,
    /// Checks a month that the embedded detector allows
    #[arg(long, value_name = "CHECKS", default_value = "50000", value_parser = count)]
    pub embedded_quota: u64,
    /// Mail server that alerts are sent by, as `host:port`; without one no letters are sent
    #[arg(long, value_name = "HOST:PORT", value_parser = mail_server)]
    pub smtp_server: Option<(String, u16)>,
    /// How the connection to the mail server is kept private; `auto` means implicit on port 465, else starttls
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub smtp_tls: SmtpTls,
    /// Name by which Gavel greets the mail server (EHLO), in full, as in `gavel.example.com`; by default that of public_url
    #[arg(long, value_name = "NAME", value_parser = full_host_name)]
    pub smtp_hello: Option<String>,
    /// User at the mail server, where it wants one
    #[arg(long, value_name = "NAME")]
    pub smtp_user: Option<String>,
    /// Password at the mail server
    #[arg(long, value_name = "PASSWORD", hide_env_values = true, value_parser = password)]
    pub smtp_password: Option<SecretString>,
    /// File that holds the password at the mail server, instead of smtp_password
    #[arg(long, value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// Who letters about alerts come from, as in `Gavel <gavel@example.com>`
    #[arg(long, value_name = "ADDRESS", default_value = "Gavel <gavel@localhost>")]
    pub alert_mail_from: String,
    /// Who gets letters about alerts
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    pub alert_mail_to: Vec<String>,
    /// See [`Callbacks`].
    #[command(flatten)]
    pub callbacks: Callbacks,
    /// Folder that `gavel serve` makes backups of the database in; without one it makes none
    #[arg(long, value_name = "DIR")]
    pub backup_to: Option<PathBuf>,
    /// How old the newest backup may become before the next is made
    #[arg(long, value_name = "TIME", default_value = "1d",
          value_parser = duration(Duration::from_secs(60), Duration::from_secs(30 * 86_400)))]
    pub backup_every: Duration,
    /// How many backups are kept, the newest; older ones are removed
    #[arg(long, value_name = "COUNT", default_value = "14", value_parser = between(1, 10_000))]
    pub backup_keep: u32,
    /// Where each entry of the audit record is sent as well: a file (one JSON object a line) or `syslog`; the first time from its beginning
    #[arg(long, value_name = "FILE|syslog", value_parser = audit_target)]
    pub audit_to: Option<AuditTarget>,
    /// How long a decision waits before its feedback is sent; until then undo costs nothing
    #[arg(long, value_name = "TIME", default_value = "10s",
          value_parser = duration(Duration::ZERO, Duration::from_secs(600)))]
    pub feedback_undo: Duration,
}

/// Where callbacks may lead.
#[derive(Args, Clone, Copy)]
pub struct Callbacks {
    /// Where callbacks to apps, and connections to WordPress, may lead: to public addresses, or to any, this machine and private networks included; never to a
    /// cloud's metadata service
    #[arg(long, value_name = "WHICH", default_value = "public")]
    pub callback_hosts: CallbackHosts,
}

impl Callbacks {
    /// The same for those who call.
    pub fn reach(self) -> Reach {
        match self.callback_hosts {
            CallbackHosts::Public => Reach::Public,
            CallbackHosts::Any => Reach::Any,
        }
    }
}

/// Which hosts callbacks may be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CallbackHosts {
    /// With public addresses
    Public,
    /// Also on this machine and in private networks
    Any,
}

/// When cookies carry `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CookieSecure {
    /// When public_url is https
    Auto,
    /// A proxy ends TLS, though public_url is not set
    Always,
    /// A trusted network without TLS
    Never,
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SmtpTls {
    /// By the port
    Auto,
    /// TLS from the first byte
    Implicit,
    /// STARTTLS, and nothing is sent without it
    Starttls,
    /// None: a server on this machine or in a trusted network
    None,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line, for collectors
    Json,
}

impl Settings {
    /// Whether cookies are sent over TLS only.
    pub fn secure_cookies(&self) -> bool {
        match self.cookie_secure {
            CookieSecure::Auto => self.is_https(),
            CookieSecure::Always => true,
            CookieSecure::Never => false,
        }
    }

    /// Whether people reach Gavel over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// What to copy, where to, and how often, if backups are asked for and the database is in a file.
    pub fn backups(&self) -> Option<Schedule> {
        let plan = self.place.backup(self.backup_to.clone()?, self.backup_keep)?;
        Some(Schedule { plan, every: self.backup_every })
    }

    /// Where the audit record is sent, if it is to be and the database is in a file.
    pub fn audit_stream(&self) -> Option<AuditStream> {
        Some(AuditStream { to: self.audit_to.clone()?, mark: self.place.beside("-audit-sent")? })
    }

    /// Whether this is a proxy that the settings tell of.
    pub fn trusts(&self, peer: std::net::IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(&peer))
    }

    /// The address that people type, without a slash at its end; `listening` stands in when none is set.
    pub fn address_for_people(&self, listening: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{listening}"),
        }
    }
}
