//! How a receiver knows that a request is Gavel's and is fresh: HMAC-SHA256 over time and body.
//!
//! The header reads `t=1739619120,v1=5257a8…`: seconds since the UNIX epoch, and the signature in hex of `t`, a dot and the
//! body, byte for byte. It is the scheme that Stripe made known, so receivers have code for it. A receiver refuses what is
//! older than some minutes, so that nobody can send an old request again.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Name of the header.
pub const SIGNATURE_HEADER: &str = "gavel-signature";

/// The header's value.
pub fn sign(secret: &str, at: DateTime<Utc>, body: &str) -> String {
    let time = at.timestamp();
    let tag = mac(secret, time, body).finalize().into_bytes();
    let hex = tag.iter().fold(String::with_capacity(64), |text, byte| format!("{text}{byte:02x}"));
    format!("t={time},v1={hex}")
}

/// Whether a header signs this body, and was made within `tolerance` of now. What a receiver written in Rust would do; the
/// comparison takes the same time wherever the difference is.
pub fn verify(secret: &str, header: &str, body: &str, now: DateTime<Utc>, tolerance: TimeDelta) -> bool {
    let part =
        |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let Some(time) = part("t").and_then(|time| time.parse::<i64>().ok()) else { return false };
    let Some(tag) = part("v1").and_then(bytes) else { return false };
    let is_fresh = DateTime::from_timestamp(time, 0).is_some_and(|time| (now - time).abs() <= tolerance);
    is_fresh && mac(secret, time, body).verify_slice(&tag).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    digits?
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok())
        .collect()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(secret: &str, time: i64, body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_other_programs_reckon() {
        // printf '1739619120.{"a":1}' | openssl dgst -sha256 -hmac secret
        let at = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        assert_eq!(
            sign("secret", at, "{\"a\":1}"),
            "t=1739619120,v1=8d69a0701e1917a15c20b82a0bce3ec608bdd4b2c1212ae6432fc7a20f4491dd"
        );
    }

    #[test]
    fn another_body_secret_or_time_is_refused() {
        let at = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        let header = sign("secret", at, "body");
        let minutes = TimeDelta::minutes(5);
        let holds = |secret, body, now| verify(secret, &header, body, now, minutes);
        assert!(holds("secret", "body", at) && holds("secret", "body", at + minutes));
        assert!(!holds("secret", "bodY", at));
        assert!(!holds("Secret", "body", at));
        assert!(!holds("secret", "body", at + minutes + TimeDelta::seconds(1)));
        for broken in ["", "t=,v1=", "t=1739619120", "v1=00", "t=1739619120,v1=zz", "t=1739619120,v1=abc"] {
            assert!(!verify("secret", broken, "body", at, minutes), "{broken}");
        }
    }
}
