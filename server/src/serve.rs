//! The life of the web server: start, serve, stop without leaving anything half done.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use detector::SiteKnowledge;
use moderation::{Clock, Moderation, Options};
use notify::{MailOptions, MailTls, Mailer, Outside};
use store::Store;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::{Host, Url};

use crate::{
    Failure, assets,
    auth::{first_run::SetupToken, password::Passwords, throttle::LoginThrottle},
    bodies::Bodies,
    config::{Settings, SmtpTls, values::full_host_name},
    events::Streams,
    imports, net,
    router::router,
    security::ProxySigns,
    state::{AppState, Inner},
    telemetry::metrics,
    upstream,
};

/// How long requests and workers under way may still take when the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// The port where TLS begins with the first byte (RFC 8314).
const IMPLICIT_TLS_PORT: u16 = 465;

/// How often sessions that have ended are forgotten.
const SESSION_SWEEP: Duration = Duration::from_secs(3600);

/// Serves on `listener` until `stop` completes; then finishes what is under way, for at most 10 s.
///
/// # Errors
/// When the database cannot be opened, or the upstream cannot be used as configured.
pub async fn run(
    settings: Settings,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    upstream::refuse_itself(&settings, address)?;
    let store = store::open(&settings.place.database).await?;
    let app = assemble(settings, clock, Arc::clone(&store)).await?;
    let stopping = CancellationToken::new();
    let workers = TaskTracker::new();
    start_workers(&app, &workers, &stopping);
    announce(&app, address).await?;
    let moderation = Arc::clone(&app.moderation);

    let limits = net::Limits::new(&app.settings);
    let cut_off = CancellationToken::new();
    let server = net::Server::new(listener, router(app), limits).run(stopping.clone(), cut_off.clone());
    let told = async {
        stop.await;
        tracing::info!("stopping: finishing what is under way");
        stopping.cancel();
        tokio::time::sleep(GRACE).await;
        tracing::warn!("some requests took too long and were cut off");
        cut_off.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = server => {}
        () = told => {}
    }
    workers.close();
    if timeout(GRACE, workers.wait()).await.is_err() {
        tracing::warn!("some work took too long and was cut off; it is taken up at the next start");
    }
    moderation.drain().await;
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Completes when the system or the person at the console asks the program to stop.
///
/// # Errors
/// When signals cannot be listened for.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// The use cases on top of store and upstream, as the settings say.
///
/// # Errors
/// When the upstream cannot be used as configured, or the store fails.
pub async fn use_cases(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    store: &Arc<dyn Store>,
) -> Result<Arc<Moderation>, Failure> {
    let knowledge = Arc::<SiteKnowledge>::default();
    let (upstreams, judged_by) = upstream::choose(settings, store, clock, Arc::clone(&knowledge)).await?;
    let options = Options {
        undo_period: settings.feedback_undo,
        poll_interval: settings.usage_poll_interval,
        messenger: Arc::new(Outside::new(mailer(settings)?)),
        callback_reach: settings.callbacks.reach(),
        public_url: settings.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        language_of: detector::language_of,
        imports: imports::options(settings),
        aside: settings.place.aside(),
        key_file: settings.place.key_file(),
        backups: settings.backups(),
        audit_stream: settings.audit_stream(),
        host: net::host_name(),
        ..Options::new(judged_by)
    };
    Ok(Moderation::new(Arc::clone(store), upstreams, Arc::clone(clock), options))
}

async fn assemble(
    settings: Settings,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
) -> Result<AppState, Failure> {
    let moderation = use_cases(&settings, &clock, &store).await?;
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let passwords = Passwords::new(at_once).map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(AppState::new(Inner {
        throttle: LoginThrottle::new(settings.login_failures, settings.login_window),
        setup: SetupToken::default(),
        bodies: Bodies::default(),
        streams: Streams::default(),
        signs: ProxySigns::default(),
        metrics: metrics::start(),
        leptos: assets::leptos_options().unwrap_or_else(|| {
            tracing::warn!("web assets are missing; run make build");
            assets::no_assets()
        }),
        settings,
        store,
        moderation,
        clock,
        passwords,
    }))
}

/// Sends letters about alerts, if the settings name a mail server.
pub(crate) fn mailer(settings: &Settings) -> Result<Option<Mailer>, Failure> {
    let Some((host, port)) = settings.smtp_server.clone() else { return Ok(None) };
    let tls = match settings.smtp_tls {
        SmtpTls::Auto if port == IMPLICIT_TLS_PORT => MailTls::Implicit,
        SmtpTls::Auto | SmtpTls::Starttls => MailTls::StartTls,
        SmtpTls::Implicit => MailTls::Implicit,
        SmtpTls::None => MailTls::None,
    };
    let options = MailOptions {
        host,
        port,
        tls,
        credentials: settings.smtp_user.clone().zip(settings.smtp_password.clone()),
        hello: settings.smtp_hello.clone().or_else(|| hello_of(settings.public_url.as_ref()?)),
        from: settings.alert_mail_from.clone(),
        to: settings.alert_mail_to.clone(),
    };
    let mailer = Mailer::new(options).map_err(|error| {
        Failure::Refused(format!("{error} (settings smtp_server, alert_mail_from and alert_mail_to)"))
    })?;
    Ok(Some(mailer))
}

/// The host that people reach Gavel by, where a mail server would take it for a name in full, or for an address that is not
/// everybody's own.
fn hello_of(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => full_host_name(name.trim_end_matches('.')).ok(),
        Host::Ipv4(ip) => (!ip.is_loopback()).then(|| format!("[{ip}]")),
        Host::Ipv6(ip) => (!ip.is_loopback()).then(|| format!("[IPv6:{ip}]")),
    }
}

fn start_workers(app: &AppState, workers: &TaskTracker, stopping: &CancellationToken) {
    app.moderation.spawn_workers(workers, stopping);
    workers.spawn(metrics::keep_up(app.metrics.clone(), stopping.clone()));
    workers.spawn(sweep_sessions(app.clone(), stopping.clone()));
}

async fn sweep_sessions(app: AppState, stopping: CancellationToken) {
    loop {
        match app.store.delete_expired_sessions(app.clock.now()).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "forgot sessions that had ended"),
            Err(error) => tracing::error!(%error, "sessions that ended could not be forgotten"),
        }
        if stopping.run_until_cancelled(tokio::time::sleep(SESSION_SWEEP)).await.is_none() {
            return;
        }
    }
}

/// Says where Gavel is and, on the first run, how to get in. The link is a secret, so it goes to the console and not
/// into the log.
#[expect(clippy::print_stdout, reason = "the console is where the first administrator looks")]
async fn announce(app: &AppState, address: SocketAddr) -> Result<(), Failure> {
    let place = app.settings.address_for_people(address);
    let upstream = if app.moderation.is_embedded() {
        "the embedded detector, as ACTIVELAYER_API_KEY is not set".to_owned()
    } else {
        app.settings.activelayer_base_url.to_string()
    };
    tracing::info!(listening = %address, url = %place, upstream, "Gavel is up");
    if app.settings.is_https() && app.settings.trusted_proxies.is_empty() {
        tracing::warn!(
            "public_url is https, so a proxy stands in front of Gavel, but the setting trusted_proxies names none: all of \
             its clients count as one"
        );
    }
    if !app.store.has_users().await? {
        let token = app.setup.issue();
        println!(
            "\nWelcome to Gavel. There is no account yet; create the first administrator here (the link works once):\n\n  \
             {place}/setup?token={token}\n"
        );
    }
    Ok(())
}
