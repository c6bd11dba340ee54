//! A request comes in: its body, its key, its caller's address.

use std::{
    future::poll_fn,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    time::Duration,
};

use activelayer::wire::{ErrorBody, Refusal};
use axum::{
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request},
    http::{header, request::Parts},
};
use tokio::time::timeout;

use super::{Asks, BODY_MAX_BYTES, Contract, key, text};
use crate::{
    auth::ClientAddress,
    bodies::{self, Room, Sender},
};

/// How long a body may take to arrive: the longest that clients of the API wait for their answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a body that is too large is read and dropped, in bytes, so that its sender gets to hear why: many clients
/// only listen when they have sent everything.
const DROPPED_MAX_BYTES: usize = 16 * 1024 * 1024;

/// A request whose caller is known.
pub(super) struct Received<T> {
    pub(super) caller: T,
    /// The key that the caller came with.
    pub(super) key: String,
    /// JSON text, as far as the sender wrote some.
    pub(super) body: Vec<u8>,
    pub(super) from: IpAddr,
    _room: Room,
}

/// Reads a request and finds out who sent it.
///
/// # Errors
/// 413 for a body over [`BODY_MAX_BYTES`], 408 for one that does not arrive, 401, 403, 429, 415 for a compressed one.
pub(super) async fn receive<C: Contract>(
    contract: &C,
    request: Request,
    asks: Asks,
) -> Result<Received<C::Caller>, Refusal> {
    let (parts, body) = request.into_parts();
    let from = address(&parts);
    let in_head = match key::in_head(&parts) {
        Some(key) => match contract.caller(&key, asks, from).await {
            Ok(caller) => Some((caller, key)),
            Err(refusal) => {
                bodies::drop_rest(body).await;
                return Err(refusal);
            }
        },
        None => None,
    };
    let sender = if in_head.is_some() { Sender::Known } else { Sender::Unknown };
    let size = body.size_hint();
    let room = contract.bodies().room(sender, size, BODY_MAX_BYTES).await.ok_or_else(Refusal::unavailable)?;
    let body = timeout(PATIENCE, read(body)).await.unwrap_or_else(|_| Err(too_slow()));
    let body = match body {
        Ok(body) if !body.is_empty() && is_compressed(&parts) => Err(Refusal::compressed()),
        body => body.map(|body| text::json(&parts.headers, body)),
    };
    let (caller, key) = match in_head {
        Some(known) => known,
        None => {
            let Some(key) = body.as_ref().ok().and_then(|body| key::in_body(body)) else {
                contract.note_refusal(None, &Refusal::unauthorized());
                return Err(body.err().unwrap_or_else(Refusal::unauthorized));
            };
            (contract.caller(&key, asks, from).await?, key)
        }
    };
    let body = body.inspect_err(|refusal| contract.note_refusal(Some(&caller), refusal))?;
    Ok(Received { caller, key, body, from, _room: room })
}

async fn read(mut body: Body) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // A connection that broke: nobody reads this answer.
        let frame = frame.map_err(|_| Refusal::malformed_json("it is not complete"))?;
        let Ok(part) = frame.into_data() else { continue };
        seen += part.len();
        if seen > DROPPED_MAX_BYTES {
            break;
        }
        if seen <= BODY_MAX_BYTES {
            bytes.extend_from_slice(&part);
        }
    }
    if seen > BODY_MAX_BYTES { Err(Refusal::too_large(BODY_MAX_BYTES)) } else { Ok(bytes) }
}

/// Told apart from malformed JSON, which is what it would be taken for.
fn is_compressed(parts: &Parts) -> bool {
    let encodings = parts.headers.get_all(header::CONTENT_ENCODING);
    encodings.iter().any(|encoding| !encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// Not in the guide; its shape is.
pub(super) fn too_slow() -> Refusal {
    let body = ErrorBody {
        error: "Request timeout".to_owned(),
        message: Some("The request body did not arrive in time.".to_owned()),
        ..ErrorBody::default()
    };
    Refusal { status: 408, retry_after: None, body: Box::new(body) }
}

/// The caller's address: what trusted proxies say where they are known, else the peer's.
fn address(parts: &Parts) -> IpAddr {
    let named = parts.extensions.get::<ClientAddress>().map(|address| address.ip);
    let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    named.or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
