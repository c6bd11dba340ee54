//! Strangers hold what they can, and everybody else is served all the same.
//!
//! The real program, with a limit of 1,024 open files; clients are on the same machine, so their times are theirs as well.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{Fallback, Role};
use moderation::{
    Clock, SystemClock,
    tokens::{TokenWish, issue},
};
use reqwest::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::test_app::{EMAIL, PASSWORD, add_user, browser};

/// How soon `/healthz` answers, whatever strangers do.
const HEALTHY_WITHIN: Duration = Duration::from_secs(1);

/// What 99 of 100 honest checks stay under; on a machine that is too busy for that anyway, three times what they take there
/// without strangers.
const P99: Duration = Duration::from_millis(50);

/// How much memory strangers may cost, in bytes, and how much of it may be left afterwards.
const GROWTH: u64 = 64 * 1024 * 1024;
const LEFT: u64 = 32 * 1024 * 1024;

/// Checks of a round, and rounds of which the median counts: others work on this machine too.
const CHECKS: usize = 100;
const ROUNDS: usize = 5;

struct Program {
    child: Child,
    address: String,
    token: String,
    honest: Client,
    _folder: TempDir,
}

/// How it is without strangers.
struct Quiet {
    p99: Duration,
    /// In bytes.
    memory: u64,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite://{}/gavel.db", folder.path().display());
        let store = store::open(&database).await.unwrap();
        add_user(&*store, EMAIL, Role::Viewer, SystemClock.now()).await;
        let wish = TokenWish { fallback: Fallback::Pass, ..TokenWish::new("shop", "shop.example.com") };
        let token =
            issue(&*store, &wish, None, SystemClock.now()).await.unwrap().0.expose_secret().to_owned();
        store.close().await;
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -n 1024 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_gavel")])
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--embedded-quota",
                "1000000",
                "--database",
                &database,
            ])
            .current_dir(folder.path())
            .env_remove("ACTIVELAYER_API_KEY")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = log.find(|line| line.contains("listening=")).expect("it starts");
        // What it says later is read and dropped, so that it never waits for a reader.
        std::thread::spawn(move || log.count());
        let address = line.split("listening=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        Self { child, address, token, honest: browser(), _folder: folder }
    }

    /// Memory of the process, in bytes.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// On a connection of its own, as a probe comes.
    async fn is_healthy(&self) -> bool {
        let request = async {
            let mut stream = TcpStream::connect(&self.address).await.ok()?;
            let request =
                format!("GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.ok()?;
            answer.starts_with("HTTP/1.1 200").then_some(())
        };
        timeout(HEALTHY_WITHIN, request).await.ok().flatten().is_some()
    }

    async fn check(&self) -> Duration {
        let started = Instant::now();
        let request = self.honest.post(format!("http://{}/api/v1/check", self.address));
        let request = request.bearer_auth(&self.token).json(&json!({ "message": "Thanks for the recipe!" }));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        started.elapsed()
    }

    /// The time that 99 of 100 checks stay under: the median of some rounds.
    async fn p99(&self) -> Duration {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let mut times = Vec::new();
            for _ in 0..CHECKS {
                times.push(self.check().await);
            }
            times.sort_unstable();
            rounds.push(times[CHECKS * 99 / 100 - 1]);
        }
        rounds.sort_unstable();
        rounds[ROUNDS / 2]
    }

    /// A connection that says this and holds on; what the server says is waited for and forgotten.
    fn hold(&self, held: &mut JoinSet<()>, said: Vec<u8>) {
        let address = self.address.clone();
        held.spawn(async move {
            let Ok(mut stream) = TcpStream::connect(address).await else { return };
            // The server may refuse to take it all, which is its right.
            if stream.write_all(&said).await.is_ok() {
                let mut answer = Vec::new();
                let _ = stream.read_to_end(&mut answer).await;
            }
        });
    }

    /// While so many strangers say this and hold on: healthy all the while, checks as quick as ever, memory bounded.
    async fn endures(&self, what: &str, quiet: &Quiet, count: usize, said: &[u8]) {
        let mut held = JoinSet::new();
        for _ in 0..count {
            self.hold(&mut held, said.to_vec());
        }
        let until = Instant::now() + Duration::from_secs(3);
        while Instant::now() < until {
            assert!(self.is_healthy().await, "not healthy within a second: {what}");
            sleep(Duration::from_millis(50)).await;
        }
        let (p99, healthy) = tokio::join!(self.p99(), async {
            let mut healthy = true;
            for _ in 0..10 {
                healthy &= self.is_healthy().await;
            }
            healthy
        });
        assert!(healthy, "not healthy within a second beside checks: {what}");
        let growth = self.memory().saturating_sub(quiet.memory);
        assert!(p99 < P99.max(quiet.p99 * 3), "{what}: {p99:?}, and {:?} without strangers", quiet.p99);
        assert!(growth < GROWTH, "{what}: {growth} bytes");
        drop(held);
    }
}

/// A request whose body is announced, begun, and never ended.
fn begun(path: &str, kind: &str, length: usize) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    );
    let mut request = head.into_bytes();
    request.resize(request.len() + length - 1, b'x');
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hold_what_they_can_and_nobody_else_notices() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    assert!(
        maximum.is_none_or(|files| files >= 4096),
        "this test holds 2,000 connections: ulimit -Hn {maximum:?}"
    );
    let program = Program::start().await;
    program.p99().await;
    let quiet = Quiet { p99: program.p99().await, memory: program.memory() };
    eprintln!("without strangers: p99 {} ms, {} KiB", quiet.p99.as_millis(), quiet.memory / 1024);

    program
        .endures("2,000 half headers", &quiet, 2000, b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-half: ")
        .await;

    program.endures("1,100 idle connections", &quiet, 1100, b"").await;

    program
        .endures("1,100 kept connections", &quiet, 1100, b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .await;

    program
        .endures(
            "100 keyless bodies of 1 MiB",
            &quiet,
            100,
            &begun("/api/v1/check", "application/json", 1024 * 1024),
        )
        .await;

    program
        .endures(
            "60 bodies of 2 MB to the log-in",
            &quiet,
            60,
            &begun("/login", "application/x-www-form-urlencoded", 2_000_000),
        )
        .await;

    let viewer = browser();
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let login = viewer.post(format!("http://{}/login", program.address)).form(&form).send().await.unwrap();
    assert_eq!(login.status(), 303);
    let cookie = crate::test_app::set_cookie(&login, "gavel_session").unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let request = format!("GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n\r\n");
    program.endures("300 streams of events", &quiet, 300, request.as_bytes()).await;

    // What it cost comes back.
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let left = program.memory().saturating_sub(quiet.memory);
        if left < LEFT {
            eprintln!("afterwards {} KiB more", left / 1024);
            break;
        }
        assert!(Instant::now() < until, "{left} bytes do not come back");
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn a_header_that_does_not_end_is_given_up_after_ten_seconds() {
    let app = crate::test_app::TestApp::start().await;
    let mut kept = TcpStream::connect(app.address).await.unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    let mut answer = [0; 1024];
    let read = kept.read(&mut answer).await.unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    for half in [&b"GET / HTTP/1.1\r\nhost: "[..], b"PRI * HTTP/2.0\r\n", b""] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(half).await.unwrap();
        let started = Instant::now();
        let mut rest = Vec::new();
        // Closed, or reset: either way it is over.
        let _ = timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await.expect("it is closed");
        assert!(started.elapsed() > Duration::from_secs(5), "{half:?}");
    }
    // Half a header on a connection that was used before ends as well; one that is idle meanwhile stays.
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    assert!(kept.read(&mut answer).await.unwrap() > 0, "it was idle for longer than that");
    kept.write_all(b"GET /healthz HTT").await.unwrap();
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(30), kept.read_to_end(&mut rest)).await.expect("it is closed");
}
