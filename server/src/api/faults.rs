//! Faults on purpose, for tests and drills: what an upstream does to its callers on a bad day.

use std::{
    panic::resume_unwind,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use activelayer::wire::Refusal;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::Reply;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mishap {
    /// The answer comes late by so much.
    Delay(Duration),
    /// The connection is closed without an answer.
    Refuse,
    /// The answer is a page, with status 200.
    Garbage,
    /// 500.
    Server,
    /// 403: the key's owner has no plan.
    NoPlan,
    /// 429, by the minute.
    RateLimit,
}

/// A share of requests, and what goes wrong with them. Written `500:0.2` or `delay:0.2:8000`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub mishap: Mishap,
    /// With which share of requests, 0 to 1.
    pub share: f64,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            "a fault such as 500:0.2, 429:0.1, 403:0.1, garbage:0.1, refuse:0.1 or delay:0.2:8000 (share 0 to 1, \
             milliseconds)"
                .to_owned()
        };
        let mut words = text.split(':');
        let kind = words.next().unwrap_or_default();
        let share: f64 = words.next().and_then(|word| word.parse().ok()).ok_or_else(expected)?;
        let delay = words.next().map(|word| word.parse().map_err(|_| expected())).transpose()?;
        let mishap = match (kind, delay) {
            ("delay", Some(ms)) => Mishap::Delay(Duration::from_millis(ms)),
            ("refuse", None) => Mishap::Refuse,
            ("garbage", None) => Mishap::Garbage,
            ("500", None) => Mishap::Server,
            ("403", None) => Mishap::NoPlan,
            ("429", None) => Mishap::RateLimit,
            _ => return Err(expected()),
        };
        let is_share = (0.0..=1.0).contains(&share) && words.next().is_none();
        if is_share { Ok(Self { mishap, share }) } else { Err(expected()) }
    }
}

/// Faults in order, and the source of chance.
#[derive(Debug)]
pub struct Faults {
    faults: Vec<Fault>,
    chance: Mutex<fastrand::Rng>,
}

impl Faults {
    /// The same seed gives the same sequence of mishaps.
    ///
    /// # Errors
    /// When the shares add up to more than 1.
    pub fn new(faults: Vec<Fault>, seed: u64) -> Result<Self, String> {
        let sum: f64 = faults.iter().map(|fault| fault.share).sum();
        if sum > 1.0 + f64::EPSILON {
            return Err(format!("the shares of the faults add up to {sum}, which is more than 1"));
        }
        Ok(Self { faults, chance: Mutex::new(fastrand::Rng::with_seed(seed)) })
    }

    fn draw(&self) -> Option<Mishap> {
        let mut left = self.chance.lock().unwrap_or_else(PoisonError::into_inner).f64();
        self.faults.iter().find_map(|fault| {
            left -= fault.share;
            (left < 0.0).then_some(fault.mishap)
        })
    }
}

/// Middleware: lets things go wrong.
pub(super) async fn inject(State(faults): State<Arc<Faults>>, request: Request, next: Next) -> Response {
    match faults.draw() {
        None => next.run(request).await,
        Some(Mishap::Delay(by)) => {
            tokio::time::sleep(by).await;
            next.run(request).await
        }
        // Ends the task of the connection, and with it the connection. No panic hook runs: nothing is broken.
        Some(Mishap::Refuse) => resume_unwind(Box::new("a connection is closed on purpose")),
        Some(Mishap::Garbage) => "<html><title>Welcome to nginx!</title></html>\n".into_response(),
        Some(Mishap::Server) => Reply::from(Refusal::internal()).into_response(),
        Some(Mishap::NoPlan) => Reply::from(Refusal::no_plan()).into_response(),
        Some(Mishap::RateLimit) => {
            Reply::from(Refusal::rate_limited(Some(Duration::from_secs(1)))).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        let delay = Mishap::Delay(Duration::from_millis(8000));
        assert_eq!("delay:0.2:8000".parse(), Ok(Fault { mishap: delay, share: 0.2 }));
        assert_eq!("429:1".parse(), Ok(Fault { mishap: Mishap::RateLimit, share: 1.0 }));
        assert_eq!("403:0.5".parse(), Ok(Fault { mishap: Mishap::NoPlan, share: 0.5 }));
        for bad in [
            "",
            "500",
            "500:2",
            "500:-1",
            "500:NaN",
            "delay:0.5",
            "delay:0.5:x",
            "500:0.5:9",
            "x:0.5",
            "garbage:0.1:1:1",
        ] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }

    #[test]
    fn each_fault_gets_its_share_and_a_seed_decides_which() {
        let faults = |seed| {
            let list = ["500:0.25", "garbage:0.5"].map(|text| text.parse().unwrap());
            Faults::new(list.into(), seed).unwrap()
        };
        let draw = |seed| {
            let faults = faults(seed);
            (0..4000).map(|_| faults.draw()).collect::<Vec<_>>()
        };
        let drawn = draw(1);
        let share = |mishap| drawn.iter().filter(|one| **one == mishap).count() as f64 / 4000.0;
        assert!((share(Some(Mishap::Server)) - 0.25).abs() < 0.03);
        assert!((share(Some(Mishap::Garbage)) - 0.5).abs() < 0.03);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(Faults::new(vec!["500:0.6".parse().unwrap(); 2], 0).is_err());
    }
}
