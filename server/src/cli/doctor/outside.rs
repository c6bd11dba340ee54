//! What Gavel depends on elsewhere: the proxy in front of it, the upstream, the mail server, the webhook.

use std::time::Duration;

use activelayer::{ApiError, Client, ClientOptions, SpamApi};
use chrono::{DateTime, TimeDelta, Utc};
use notify::{NotifyError, Reach};
use store::backup::inspect_live;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::Finding;
use crate::{config::Settings, serve};

/// How long somebody elsewhere may take to be reached.
const PATIENCE: Duration = Duration::from_secs(5);

/// By how much the upstream's clock and this machine's may differ.
const APART: TimeDelta = TimeDelta::minutes(2);

pub(super) async fn look(settings: &Settings, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::from_iter(proxy(settings).await);
    findings.extend(upstream(settings, now).await);
    findings.extend(mail(settings).await);
    findings.extend(webhook(settings).await);
    findings
}

/// Whether the address that people type leads to a Gavel. What is wrong may be only that this machine does not reach its own name.
async fn proxy(settings: &Settings) -> Option<Finding> {
    let url = settings.public_url.as_ref()?;
    let about = "proxy";
    let advice = "See that the proxy runs, leads to the setting listen, and that `gavel serve` runs";
    let asked = async {
        let client = notify::client(url, Reach::Any).await.map_err(|error| error.to_string())?;
        let health = url.join("/healthz").map_err(|error| error.to_string())?;
        let answer = client.get(health).send().await.map_err(|error| innermost(&error))?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| innermost(&error))?;
        Ok::<_, String>((status, body))
    };
    Some(match timeout(PATIENCE, asked).await {
        Ok(Ok((status, body))) if status.is_success() && body == "ok\n" => {
            Finding::ok(about, format!("{url} leads to Gavel"))
        }
        Ok(Ok((status, _))) => {
            let what = format!("{url} does not lead to Gavel: /healthz answers {}", status.as_u16());
            Finding::problem(about, what, advice)
        }
        Ok(Err(error)) => {
            Finding::warning(about, format!("{url} cannot be reached from here: {error}"), advice)
        }
        Err(_) => Finding::warning(about, format!("{url} does not answer"), advice),
    })
}

/// The cause of an error, which says more than what it led to.
fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

async fn upstream(settings: &Settings, now: DateTime<Utc>) -> Vec<Finding> {
    let about = "upstream";
    let Some(key) = settings.activelayer_api_key.clone() else {
        return vec![Finding::ok(about, "the embedded detector: there is no key of ActiveLayer's")];
    };
    let base_url = &settings.activelayer_base_url;
    let options = ClientOptions {
        base_url: base_url.clone(),
        timeout: settings.upstream_timeout,
        ..ClientOptions::new(key)
    };
    let asked = match Client::new(options) {
        Ok(client) => client.verify().await,
        Err(error) => {
            let advice = "Correct activelayer_base_url and activelayer_api_key";
            return vec![Finding::problem(about, error.to_string(), advice)];
        }
    };
    match asked {
        Ok(answer) if answer.value.valid => {
            let mut findings = vec![Finding::ok(about, format!("{base_url} accepts the key"))];
            findings.extend(apart(&answer.value.timestamp, now));
            findings
        }
        Ok(_) | Err(ApiError::Unauthorized { .. }) => {
            let advice = "Set activelayer_api_key to a key that is in force";
            vec![Finding::problem(about, format!("{base_url} refuses the key"), advice)]
        }
        Err(ApiError::NoPlan { .. }) => {
            vec![Finding::problem(about, "the key's account has no plan", "Choose a plan at ActiveLayer")]
        }
        Err(error) => {
            let advice = "See that this machine reaches it; until then the fallback answers apps";
            vec![Finding::problem(about, format!("{base_url}: {error}"), advice)]
        }
    }
}

fn apart(timestamp: &str, now: DateTime<Utc>) -> Option<Finding> {
    let theirs = DateTime::parse_from_rfc3339(timestamp).ok()?.to_utc();
    let apart = now - theirs;
    (apart.abs() > APART).then(|| {
        let what = format!("this machine's and the upstream's differ by {} s", apart.num_seconds().abs());
        Finding::warning("clock", what, "Set the clock (NTP)")
    })
}

async fn mail(settings: &Settings) -> Option<Finding> {
    let (host, port) = settings.smtp_server.as_ref()?;
    let (about, server) = ("mail", format!("{host}:{port}"));
    let mailer = match serve::mailer(settings) {
        Ok(mailer) => mailer?,
        Err(error) => return Some(Finding::problem(about, error.to_string(), "Correct these settings")),
    };
    Some(match mailer.probe().await {
        Ok(()) => Finding::ok(about, format!("{server} answers, and takes the log-in if there is one")),
        Err(NotifyError::Mail(said)) => {
            let advice = "Correct smtp_user, smtp_password and smtp_hello";
            Finding::problem(about, format!("{server} said: {said}"), advice)
        }
        Err(error) => {
            Finding::problem(about, format!("{server}: {error}"), "Correct smtp_server and smtp_tls")
        }
    })
}

/// Only whether somebody is there: a request would be a note to people.
async fn webhook(settings: &Settings) -> Option<Finding> {
    let url = &settings.place.database;
    // An older database is not brought up to date by being looked at.
    let (applied, newest) = store::schema(url).await.ok()?;
    if applied != Some(newest) {
        return None;
    }
    // Nor is a damaged one touched.
    if !store::is_server(url) && !inspect_live(url).await.ok()?.problems.is_empty() {
        return None;
    }
    let store = store::open(url).await.ok()?;
    let alerts = store.alert_settings().await;
    store.close().await;
    let webhook: Url = alerts.ok()?.webhook?.url.parse().ok()?;
    let (host, port) = (webhook.host_str()?.to_owned(), webhook.port_or_known_default()?);
    let (about, place) = ("webhook", format!("{host}:{port}"));
    let reached = timeout(PATIENCE, TcpStream::connect((host.trim_matches(['[', ']']), port))).await;
    let advice = "See that this machine reaches it, or change it in Settings → Alerts";
    Some(match reached {
        Ok(Ok(_)) => Finding::ok(about, format!("{place} can be reached; Settings → Alerts sends a test")),
        Ok(Err(error)) => Finding::warning(about, format!("{place} cannot be reached: {error}"), advice),
        Err(_) => Finding::warning(about, format!("{place} does not answer"), advice),
    })
}
