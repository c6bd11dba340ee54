//! Who judges: ActiveLayer when there is a key, else the detector inside this program.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use activelayer::{Client, ClientOptions, SpamApi};
use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use detector::{Engine, EngineOptions, Ledger, LedgerError, MemoryLedger, SiteKnowledge};
use domain::JudgedBy;
use moderation::{
    Clock, CountedRate, GATEWAY_PATIENCE, Learner, Upstreams,
    resilience::{Backoff, Budget, BudgetLimits, Class, ForClass, Guarded, Watch},
};
use store::Store;
use url::{Host, Url};

use crate::{Failure, config::Settings, learning::LearningDetector};

/// How long a moderator waits at a page before it says that there is no verdict; longer when `upstream_timeout` is.
const INTERACTIVE_PATIENCE: Duration = Duration::from_secs(5);

/// How long work waits that nobody waits for: long enough for a turn in a busy minute.
pub(crate) const BACKGROUND_PATIENCE: Duration = Duration::from_secs(30);

/// Sets the upstream up as the settings say. Where the detector judges, it goes by `knowledge`.
///
/// # Errors
/// When the address or the key of ActiveLayer cannot be used, or the store fails.
pub async fn choose(
    settings: &Settings,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    knowledge: Arc<SiteKnowledge>,
) -> Result<(Upstreams, JudgedBy), Failure> {
    let learner: Option<Arc<dyn Learner>> = Some(Arc::new(LearningDetector(Arc::clone(&knowledge))));
    let Some(key) = settings.activelayer_api_key.clone() else {
        let engine = embedded(settings, Arc::clone(store), Arc::clone(clock), Arc::clone(&knowledge)).await?;
        let background: Arc<dyn SpamApi> = Arc::new(engine.for_repeats());
        let engine: Arc<dyn SpamApi> = Arc::new(engine);
        // Its quota may be used up: then it is asked as if ActiveLayer were away.
        let stand_in = Some(Arc::new(stand_in(Arc::clone(clock), knowledge)) as Arc<dyn SpamApi>);
        let upstreams = Upstreams { background, learner, stand_in, ..engine.into() };
        return Ok((upstreams, JudgedBy::Detector));
    };
    let options = ClientOptions {
        base_url: settings.activelayer_base_url.clone(),
        timeout: settings.upstream_timeout,
        ..ClientOptions::new(key)
    };
    let client = Client::new(options).map_err(|error| {
        Failure::Upstream(format!("{error} (settings activelayer_base_url and activelayer_api_key)"))
    })?;
    let upstreams = Upstreams { learner, ..guarded(client, settings, store, Arc::clone(clock), knowledge) };
    Ok((upstreams, JudgedBy::ActiveLayer))
}

/// Refuses settings that make this Gavel its own upstream: each check would ask itself again, until the budget is spent. It
/// happens where an app's environment (the same two variables) is Gavel's, too.
///
/// # Errors
/// [`Failure::Upstream`], with what to change.
pub fn refuse_itself(settings: &Settings, listening: SocketAddr) -> Result<(), Failure> {
    let base_url = &settings.activelayer_base_url;
    let is_public = |url: &Url| {
        (url.host(), url.port_or_known_default()) == (base_url.host(), base_url.port_or_known_default())
    };
    let is_itself = leads_to(base_url, listening) || settings.public_url.as_ref().is_some_and(is_public);
    if settings.activelayer_api_key.is_some() && is_itself {
        let words = format!(
            "{base_url} is this Gavel itself (setting activelayer_base_url); unset it for ActiveLayer"
        );
        return Err(Failure::Upstream(words));
    }
    Ok(())
}

/// Whether a web address is where somebody listens, as far as that shows without asking a name server.
fn leads_to(url: &Url, listening: SocketAddr) -> bool {
    let (ip, port) = (listening.ip().to_canonical(), listening.port());
    let is_here = |host: IpAddr| host == ip || (ip.is_unspecified() && host.is_loopback());
    let is_host = match url.host() {
        Some(Host::Ipv4(host)) => is_here(host.into()),
        Some(Host::Ipv6(host)) => is_here(IpAddr::from(host).to_canonical()),
        Some(Host::Domain(host)) => host == "localhost" && (ip.is_loopback() || ip.is_unspecified()),
        None => false,
    };
    is_host && url.port_or_known_default() == Some(port)
}

/// ActiveLayer behind one budget and one breaker, whoever calls. (The engine in this program needs neither.) Where several programs serve on
/// the database, its rate is counted there.
fn guarded(
    client: Client,
    settings: &Settings,
    store: &Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    knowledge: Arc<SiteKnowledge>,
) -> Upstreams {
    let limits = BudgetLimits { per_minute: settings.upstream_per_minute, ..BudgetLimits::default() };
    let guarded = Guarded::new(client, Budget::new(limits), Backoff::default());
    let guarded = Arc::new(match CountedRate::of(store, limits) {
        Some(rate) => guarded.sharing(rate),
        None => guarded,
    });
    let interactive = INTERACTIVE_PATIENCE.max(settings.upstream_timeout + Duration::from_secs(1));
    let of = |class, patience| -> Arc<dyn SpamApi> {
        Arc::new(ForClass::new(Arc::clone(&guarded), class, patience))
    };
    Upstreams {
        interactive: of(Class::Interactive, interactive),
        gateway: of(Class::Gateway, GATEWAY_PATIENCE),
        background: of(Class::Background, BACKGROUND_PATIENCE),
        learner: None,
        guard: Some(Arc::clone(&guarded) as Arc<dyn Watch>),
        stand_in: Some(Arc::new(stand_in(clock, knowledge))),
    }
}

/// Decides while ActiveLayer is away, whatever the submission is like. Nobody pays for it, and its detections are ActiveLayer's later,
/// so it keeps no list.
fn stand_in(clock: Arc<dyn Clock>, knowledge: Arc<SiteKnowledge>) -> Engine {
    Engine::new(EngineOptions {
        plan_name: "Stand-in".to_owned(),
        monthly_quota: u64::MAX,
        used: 0,
        clock: Arc::new(move || clock.now()),
        ledger: Arc::new(MemoryLedger::new(0)),
        knowledge,
    })
    .for_all()
}

/// The detector goes on counting its month where the log says it was before the restart.
async fn embedded(
    settings: &Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    knowledge: Arc<SiteKnowledge>,
) -> Result<Engine, Failure> {
    let used = store.checks_since(month_of(clock.now())).await?;
    Ok(Engine::new(EngineOptions {
        plan_name: "Embedded detector".to_owned(),
        monthly_quota: settings.embedded_quota,
        used,
        clock: Arc::new(move || clock.now()),
        ledger: Arc::new(LogLedger(store)),
        knowledge,
    }))
}

/// When the month began that `now` is in.
fn month_of(now: DateTime<Utc>) -> DateTime<Utc> {
    let day = now.date_naive();
    day.with_day(1).unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
}

/// The log knows every detection that the detector gave out, so the detector needs no list of its own.
struct LogLedger(Arc<dyn Store>);

#[async_trait]
impl Ledger for LogLedger {
    async fn knows(&self, detection_id: &str) -> Result<bool, LedgerError> {
        let found = self.0.detection_by_upstream_id(detection_id).await;
        found.map(|detection| detection.is_some()).map_err(|error| LedgerError(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_utc_of_its_first() {
        let now: DateTime<Utc> = "2025-02-15T11:32:00Z".parse().unwrap();
        assert_eq!(month_of(now).to_rfc3339(), "2025-02-01T00:00:00+00:00");
    }

    #[test]
    fn an_address_of_our_own_is_known_as_such() {
        for (url, listening, is_ours) in [
            ("http://127.0.0.1:3000/api/v1", "127.0.0.1:3000", true),
            ("http://localhost:3000/api/v1", "127.0.0.1:3000", true),
            ("http://localhost:3000/api/v1", "0.0.0.0:3000", true),
            ("http://[::1]:3000/api/v1", "[::]:3000", true),
            ("http://127.0.0.1/api/v1", "127.0.0.1:80", true),
            ("http://127.0.0.1:4000/api/v1", "127.0.0.1:3000", false),
            ("http://10.0.0.9:3000/api/v1", "127.0.0.1:3000", false),
            ("https://api.activelayer.com/api/v1", "0.0.0.0:443", false),
        ] {
            assert_eq!(
                leads_to(&url.parse().unwrap(), listening.parse().unwrap()),
                is_ours,
                "{url} {listening}"
            );
        }
    }
}
