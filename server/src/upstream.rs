//! Who judges: ActiveLayer when there is a key, else the detector inside this program.

use std::sync::Arc;

use activelayer::{Client, ClientOptions, SpamApi};
use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use detector::{Engine, EngineOptions, Ledger, LedgerError};
use domain::JudgedBy;
use moderation::Clock;
use store::Store;

use crate::{Failure, config::Settings};

/// Sets the upstream up as the settings say.
///
/// # Errors
/// When the address or the key of ActiveLayer cannot be used, or the store fails.
pub async fn choose(
    settings: &Settings,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
) -> Result<(Arc<dyn SpamApi>, JudgedBy), Failure> {
    let Some(key) = settings.activelayer_api_key.clone() else {
        let engine = embedded(settings, Arc::clone(store), Arc::clone(clock)).await?;
        return Ok((Arc::new(engine), JudgedBy::Detector));
    };
    let options = ClientOptions {
        base_url: settings.activelayer_base_url.clone(),
        timeout: settings.upstream_timeout,
        ..ClientOptions::new(key)
    };
    let client = Client::new(options).map_err(|error| {
        Failure::Upstream(format!("{error} (settings activelayer_base_url and activelayer_api_key)"))
    })?;
    Ok((Arc::new(client), JudgedBy::ActiveLayer))
}

/// The detector goes on counting its month where the log says it was before the restart.
async fn embedded(
    settings: &Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> Result<Engine, Failure> {
    let used = store.checks_since(month_of(clock.now())).await?;
    Ok(Engine::new(EngineOptions {
        plan_name: "Embedded detector".to_owned(),
        monthly_quota: settings.embedded_quota,
        used,
        clock: Arc::new(move || clock.now()),
        ledger: Arc::new(LogLedger(store)),
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
}
