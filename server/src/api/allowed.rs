//! What a token may: until when, from where, and what for. None of this is in the guide; the shape of the errors is.

use std::net::IpAddr;

use activelayer::wire::{ErrorBody, Refusal};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{ApiToken, RefusalKind, TokenScope};
use store::SecretOf;

/// Whether the time of the token and of its secret goes on.
///
/// # Errors
/// 401 when it is over, and what is counted then.
pub(super) fn in_time(found: &SecretOf, now: DateTime<Utc>) -> Result<(), (RefusalKind, Refusal)> {
    match found.token.ended(found.is_previous, now) {
        None => Ok(()),
        Some(RefusalKind::Expired) => {
            let day = found.token.bounds.last_day().unwrap_or_default();
            Err((RefusalKind::Expired, expired(day)))
        }
        Some(RefusalKind::Replaced) => Err((RefusalKind::Replaced, replaced())),
        Some(kind) => Err((kind, Refusal::unauthorized())),
    }
}

/// Whether a token may ask for this, and from there. Without a scope it asks about itself.
///
/// # Errors
/// 403 when not, and what is counted then.
pub(super) fn bounds(
    token: &ApiToken,
    scope: Option<TokenScope>,
    from: IpAddr,
) -> Result<(), (RefusalKind, Refusal)> {
    if !token.bounds.takes_from(from) {
        return Err((RefusalKind::OutOfNetwork, elsewhere(from)));
    }
    match scope.filter(|scope| !token.bounds.allows(*scope)) {
        Some(scope) => Err((RefusalKind::OutOfScope, out_of_scope(scope))),
        None => Ok(()),
    }
}

/// 401: the token's last day is over.
pub(super) fn expired(day: NaiveDate) -> Refusal {
    let message = format!("The API key expired: its last day was {day} (UTC). Use another one.");
    refusal(401, "Expired API key", message)
}

/// 401: the time of a secret that another one replaced is over.
pub(super) fn replaced() -> Refusal {
    let message = "The API key was replaced by another one, and the time in which both worked is over. Use the new one.";
    refusal(401, "Replaced API key", message.to_owned())
}

/// 403: the token may not come from there.
pub(super) fn elsewhere(from: IpAddr) -> Refusal {
    let message = format!("The API key may not be used from the address {from}.");
    refusal(403, "Address not allowed", message)
}

/// 403: the token may not ask for this.
pub(super) fn out_of_scope(scope: TokenScope) -> Refusal {
    let message = format!("The API key may not {}: its scopes lack \"{scope}\".", scope.title());
    refusal(403, "Scope missing", message)
}

fn refusal(status: u16, error: &str, message: String) -> Refusal {
    let body = ErrorBody { error: error.to_owned(), message: Some(message), ..ErrorBody::default() };
    Refusal { status, retry_after: None, body: Box::new(body) }
}
