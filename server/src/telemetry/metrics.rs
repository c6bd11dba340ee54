//! `GET /metrics`, in the text format of Prometheus.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::state::AppState;

/// Upper bounds of the latency histogram, in seconds: pages take milliseconds, an upstream call up to seconds.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often samples are folded into the histograms when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts collecting; there is one collector in a process, however many servers.
pub fn start() -> PrometheusHandle {
    static COLLECTOR: OnceLock<PrometheusHandle> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    COLLECTOR
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = builder.set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another collector of metrics is at work; /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    describe_counter!("gavel_http_requests_total", "Requests answered, by method, route and status.");
    describe_histogram!(
        "gavel_http_request_duration_seconds",
        Unit::Seconds,
        "Time to answer, by method and route."
    );
    describe_counter!("gavel_logins_total", "Attempts to log in, by outcome.");
    describe_gauge!("gavel_checks_today", "Checks logged since midnight UTC, by verdict.");
    describe_gauge!("gavel_feedback", "Feedback on its way upstream, by state.");
    describe_gauge!("gavel_upstream_up", "1 when the upstream answered the last call, 0 when it did not.");
    describe_gauge!(
        "gavel_upstream_latency_seconds",
        Unit::Seconds,
        "Time that the upstream's last answer took."
    );
    describe_gauge!("gavel_quota_checks", "The plan's checks in this period, by what became of them.");
    describe_gauge!(
        "gavel_backup_newest_timestamp_seconds",
        Unit::Seconds,
        "When the newest backup began, in UNIX time; 0 when there is none. Only with the setting backup_to."
    );
    describe_gauge!(
        "gavel_log_writable",
        "1 when the log can be written, as far as is known; 0 when not: apps get 503."
    );
    describe_gauge!(
        "gavel_audit_unsent",
        "Entries of the audit record that were not sent yet. Only with the setting audit_to."
    );
    describe_gauge!("gavel_connections", "Connections of clients that are open.");
    describe_counter!("gavel_connections_closed_total", "Connections that Gavel closed by itself, by why.");
    describe_gauge!("gavel_build_info", "1; the label tells the version.");
}

/// Counts a request.
pub fn request(method: &'static str, route: &str, status: u16, seconds: f64) {
    let route = route.to_owned();
    counter!("gavel_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    histogram!("gavel_http_request_duration_seconds", "method" => method, "route" => route).record(seconds);
}

/// Keeps the histograms small until `stop`.
pub async fn keep_up(handle: PrometheusHandle, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        handle.run_upkeep();
    }
}

/// `GET /metrics`. The gate lets in this machine and administrators.
pub async fn page(State(app): State<AppState>) -> impl IntoResponse {
    gauge!("gavel_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    match app.moderation.overview().await {
        Ok(overview) => {
            gauge!("gavel_checks_today", "verdict" => "spam").set(overview.today.spam as f64);
            gauge!("gavel_checks_today", "verdict" => "ham").set(overview.today.ham as f64);
            gauge!("gavel_feedback", "state" => "pending").set(overview.outbox.pending as f64);
            gauge!("gavel_feedback", "state" => "failed").set(overview.outbox.failed as f64);
        }
        Err(error) => tracing::error!(%error, "the figures for the metrics could not be read"),
    }
    if let Ok(Some(sample)) = app.store.latest_usage_sample().await {
        // What has no limit, or could not be read, has no figure.
        let unknown = f64::NAN;
        let figure = |count: Option<u64>| count.map_or(unknown, |count| count as f64);
        gauge!("gavel_quota_checks", "state" => "used").set(figure(sample.used));
        gauge!("gavel_quota_checks", "state" => "remaining").set(figure(sample.remaining));
    }
    let health = app.moderation.health();
    gauge!("gavel_upstream_up").set(if health.failing_since.is_none() { 1 } else { 0 });
    gauge!("gavel_upstream_latency_seconds").set(health.latency_ms.unwrap_or_default() / 1000.0);
    gauge!("gavel_log_writable").set(if app.moderation.writing_trouble().is_none() { 1 } else { 0 });
    if let Some(stream) = app.moderation.audit_stream() {
        gauge!("gavel_audit_unsent").set((stream.newest - stream.sent) as f64);
    }
    if let Some(backups) = app.moderation.backups() {
        let newest = backups.newest.map_or(0, |at| at.timestamp());
        gauge!("gavel_backup_newest_timestamp_seconds").set(newest as f64);
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], app.metrics.render())
}
