//! The contract served by the embedded detector, with keys, limit and quota of its own: `gavel engine serve`.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, SpamApi, VerifyResponse, wire::Refusal,
};
use async_trait::async_trait;
use axum::{Router, middleware::from_fn_with_state};
use detector::{Engine, EngineOptions, MemoryLedger};
use moderation::{Clock, tokens};
use secrecy::{ExposeSecret, SecretString};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    Asks, Contract, Reply,
    faults::{self, Faults},
    limits::MinuteLimits,
};
use crate::{Failure, bodies::Bodies, net};

/// How long requests under way may still take when the server is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How to serve the engine.
#[derive(Debug)]
pub struct EngineServerOptions {
    /// The keys that open it; each has a quota and a limit of its own.
    pub keys: Vec<SecretString>,
    /// Requests a minute and key, at least 1.
    pub per_minute: u32,
    /// Checks a month and key.
    pub monthly_quota: u64,
    /// What goes wrong on purpose.
    pub faults: Faults,
}

/// Serves on `listener` until `stop` completes.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    options: EngineServerOptions,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (stopping, cut_off) = (CancellationToken::new(), CancellationToken::new());
    let server = net::Server::new(listener, router(options, clock), net::Limits::default());
    let told = async {
        stop.await;
        stopping.cancel();
        sleep(GRACE).await;
    };
    tokio::select! {
        () = server.run(stopping.clone(), cut_off.clone()) => {}
        () = told => cut_off.cancel(),
    }
    Ok(())
}

fn router(options: EngineServerOptions, clock: Arc<dyn Clock>) -> Router {
    let EngineServerOptions { keys, per_minute, monthly_quota, faults } = options;
    let engine = |clock: Arc<dyn Clock>| {
        Engine::new(EngineOptions {
            plan_name: "Embedded detector".to_owned(),
            monthly_quota,
            used: 0,
            clock: Arc::new(move || clock.now()),
            ledger: Arc::new(MemoryLedger::default()),
            knowledge: Arc::default(),
        })
    };
    let accounts = keys.iter().enumerate().map(|(index, key)| {
        let account = Account { number: index + 1, engine: engine(Arc::clone(&clock)) };
        (tokens::hash(key.expose_secret()), Arc::new(account))
    });
    let server = EngineServer {
        accounts: accounts.collect(),
        per_minute,
        limits: MinuteLimits::default(),
        clock,
        bodies: Bodies::default(),
    };
    Router::new()
        .nest("/api", super::routes(server, Router::new()))
        .layer(from_fn_with_state(Arc::new(faults), faults::inject))
}

struct EngineServer {
    /// By the hash of the key: a look-up then tells nothing about keys by the time it takes.
    accounts: HashMap<[u8; 32], Arc<Account>>,
    per_minute: u32,
    limits: MinuteLimits<usize>,
    clock: Arc<dyn Clock>,
    bodies: Bodies,
}

/// A key's own engine: its quota and its detections.
struct Account {
    number: usize,
    engine: Engine,
}

#[async_trait]
impl Contract for EngineServer {
    type Caller = Arc<Account>;

    async fn caller(&self, key: &str, _: Asks, _: IpAddr) -> Result<Arc<Account>, Refusal> {
        let account = self.accounts.get(&tokens::hash(key)).ok_or_else(Refusal::unauthorized)?;
        self.limits
            .charge(account.number, self.per_minute, self.clock.now())
            .map_err(|wait| Refusal::rate_limited(Some(wait)))?;
        Ok(Arc::clone(account))
    }

    fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    async fn check(
        &self,
        account: Arc<Account>,
        endpoint: CheckEndpoint,
        mut request: CheckRequest,
        from: IpAddr,
    ) -> Reply {
        if !request.extra.contains_key("ip") {
            request.ip.get_or_insert_with(|| from.to_string());
        }
        answered(account.engine.check(endpoint, &request).await)
    }

    async fn feedback(&self, account: Arc<Account>, request: FeedbackRequest) -> Reply {
        answered(account.engine.feedback(&request).await)
    }

    async fn verify(&self, account: Arc<Account>) -> Reply {
        // In process the engine needs no key; here it has one, and the guide's words fit.
        answered(account.engine.verify().await.and_then(|answer| {
            let mut value: VerifyResponse = answer.value;
            "API key is valid".clone_into(&mut value.message);
            value.key_info.name = format!("Key {}", account.number);
            Answer::encode(value)
        }))
    }

    async fn stats(&self, account: Arc<Account>) -> Reply {
        answered(account.engine.stats().await)
    }
}

fn answered<T>(result: Result<Answer<T>, ApiError>) -> Reply {
    match result {
        Ok(answer) => Reply::json(answer.body),
        Err(error) => Refusal::from(&error).into(),
    }
}
