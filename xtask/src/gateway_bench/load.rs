//! A load generator that leaves the two cores to what is measured: plain threads, blocking sockets, HTTP/1.1 with keep-alive.
//!
//! Looked at first: wrk (closed loop only, so a stalled server is asked less and looks better than it is), oha (open loop, but
//! minutes to compile, and an asynchronous runtime that competes with the servers'), vegeta and k6 (Go, not in Debian; k6 takes
//! more CPU than the gateway).

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// Longest wait for an answer; clients of the API give up after 5 to 10 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whom to ask, and how.
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) key: String,
    /// What each answer must hold: another verdict comes from whatever stands in for the upstream, and costs something else.
    pub(super) verdict: &'static str,
}

/// What came of a load.
pub(super) struct Outcome {
    /// Time from the moment a request was meant to leave until its answer was complete, sorted.
    pub(super) latencies: Vec<Duration>,
    /// How long it took in all.
    pub(super) elapsed: Duration,
}

impl Outcome {
    /// The latency that `share` (0 to 1) of the requests did not exceed.
    pub(super) fn percentile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length is an index"
        )]
        let index = (self.latencies.len() as f64 * share).ceil() as usize;
        self.latencies.get(index.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Answers a second.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// So many requests a second for so long, whatever becomes of them: a request that has to wait for a slow one before it counts
/// from when it should have left.
pub(super) fn steady(
    target: &Target,
    per_second: u32,
    time: Duration,
    connections: usize,
) -> Result<Outcome> {
    let interval = Duration::from_secs(1) / per_second;
    let total = u64::from(per_second) * time.as_secs();
    let (next, start) = (AtomicU64::new(0), Instant::now() + Duration::from_millis(100));
    run(target, connections, start, || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= total {
            return None;
        }
        let meant = start + interval * u32::try_from(number).ok()?;
        let wait = meant.saturating_duration_since(Instant::now());
        #[expect(clippy::disallowed_methods, reason = "a thread of its own, and nothing asynchronous here")]
        std::thread::sleep(wait);
        Some((number, meant))
    })
}

/// As fast as the answers come, on so many connections.
pub(super) fn saturating(target: &Target, time: Duration, connections: usize) -> Result<Outcome> {
    let (next, start) = (AtomicU64::new(0), Instant::now());
    run(target, connections, start, || {
        let now = Instant::now();
        (now < start + time).then(|| (next.fetch_add(1, Ordering::Relaxed), now))
    })
}

/// Lets each connection's thread ask `turn` for the number of its next request and the moment to count from, until `None`.
fn run(
    target: &Target,
    connections: usize,
    start: Instant,
    turn: impl Fn() -> Option<(u64, Instant)> + Sync,
) -> Result<Outcome> {
    let one = || -> Result<Vec<Duration>> {
        let mut connection = Connection::open(target)?;
        let mut latencies = Vec::new();
        while let Some((number, meant)) = turn() {
            connection.check(number)?;
            latencies.push(meant.elapsed());
        }
        Ok(latencies)
    };
    let parts: Vec<Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread broke"))).collect()
    });
    let elapsed = start.elapsed();
    let mut latencies = parts.into_iter().collect::<Result<Vec<_>>>()?.concat();
    latencies.sort_unstable();
    Ok(Outcome { latencies, elapsed })
}

struct Connection<'a> {
    target: &'a Target,
    stream: BufReader<TcpStream>,
    request: Vec<u8>,
    line: String,
    body: Vec<u8>,
}

impl<'a> Connection<'a> {
    fn open(target: &'a Target) -> Result<Self> {
        let stream = TcpStream::connect(target.address).context("nobody listens")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = BufReader::with_capacity(4096, stream);
        Ok(Self { target, stream, request: Vec::new(), line: String::new(), body: Vec::new() })
    }

    /// One check; anything but 200 and the upstream's verdict ends the benchmark.
    fn check(&mut self, number: u64) -> Result<()> {
        let content = super::content::submission(number);
        let Target { address, key, verdict } = self.target;
        self.request.clear();
        write!(
            self.request,
            "POST /api/v1/check HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n\r\n{content}",
            content.len()
        )?;
        self.stream.get_mut().write_all(&self.request)?;
        let status = self.read_line()?.to_owned();
        let mut length = None;
        while let Some((name, value)) = self.read_line()?.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        self.body.resize(length.context("an answer without a length")?, 0);
        self.stream.read_exact(&mut self.body)?;
        let body = String::from_utf8_lossy(&self.body);
        ensure!(
            status.split(' ').nth(1) == Some("200") && body.contains(verdict),
            "answered {status}: {body}"
        );
        Ok(())
    }

    fn read_line(&mut self) -> Result<&str> {
        self.line.clear();
        ensure!(self.stream.read_line(&mut self.line)? > 0, "the connection was closed");
        Ok(self.line.trim_end())
    }
}
