//! The servers under load, each a process of the release build, each ended with its guard.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use super::load::Target;

/// What stands for ActiveLayer's key.
const KEY: &str = "benchmark-key";

/// What the upstream says of each check, as no detector of ours would.
const VERDICT: &str = r#""is_spam":false,"total_score":12.625,"threshold":50"#;

/// What the engine in process says of each.
const ANY_VERDICT: &str = r#""total_score":"#;

/// More than any run uses up, so that no limit is what is measured.
const NO_LIMIT: &str = "1000000";

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that is ended with its guard.
pub(super) struct Running {
    process: Child,
    /// Ends it with all its own processes; one that has none is killed.
    stop: Option<Command>,
}

impl Running {
    /// Processor time that it has had so far, in user and kernel mode, threads that ended included.
    pub(super) fn busy(&self) -> Result<Duration> {
        /// Of a second; Linux tells processes in no other unit, whatever its own clock is.
        const TICK: Duration = Duration::from_millis(10);
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name before it may hold anything.
        let (_, fields) = stat.rsplit_once(')').context("the system does not tell its processor time")?;
        let ticks: Vec<u32> =
            fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        Ok(TICK * ticks.iter().sum::<u32>())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let stopped =
            self.stop.as_mut().is_some_and(|stop| stop.status().is_ok_and(|status| status.success()));
        if !stopped {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Starts servers from one binary, with their files in one folder.
pub(super) struct Servers {
    binary: PathBuf,
    folder: PathBuf,
}

impl Servers {
    /// An empty folder for logs and databases.
    pub(super) fn new(binary: PathBuf, folder: PathBuf) -> Result<Self> {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        Ok(Self { binary, folder })
    }

    /// An upstream that costs next to nothing: nginx, which gives every check the same verdict. The engine's own server takes as much
    /// of the processor as what is measured, and hid it.
    pub(super) fn upstream(&self) -> Result<(Running, Target)> {
        let answer = format!(
            r#"{{"detection_id":"$request_id",{VERDICT},"execution_time":0.1,"timestamp":"2026-11-29T12:00:00Z"}}"#
        );
        self.nginx("upstream", &format!("default_type application/json; return 200 '{answer}';"), "")
    }

    /// nginx as a plain reverse proxy: kept connections to the upstream.
    pub(super) fn proxy(&self, upstream: &Target) -> Result<(Running, Target)> {
        let known = format!(
            "upstream same {{ server {}; keepalive 128; keepalive_requests 1000000000; }}",
            upstream.address
        );
        let pass = "proxy_pass http://same; proxy_http_version 1.1; proxy_set_header Connection \"\";";
        self.nginx("proxy", pass, &known)
    }

    /// nginx without an access log, that does `all` with whatever it is asked.
    fn nginx(&self, name: &str, all: &str, known: &str) -> Result<(Running, Target)> {
        // nginx cannot say which port the system gave it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        let place = folder.display();
        let config = format!(
            "daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes auto;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;\n\
             fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
             {known}\n\
             server {{ listen {address}; keepalive_requests 1000000000;\n\
             location / {{ {all} }} }} }}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, config)?;
        let nginx = || {
            let mut command = Command::new("nginx");
            command.arg("-c").arg(&file).arg("-e").arg(folder.join("error.log"));
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let process = nginx().spawn().context("cannot start nginx")?;
        // Its workers outlive a master that is killed.
        let mut stop = nginx();
        stop.args(["-s", "stop"]);
        let running = Running { process, stop: Some(stop) };
        wait_for(name, || TcpStream::connect(address).ok())?;
        Ok((running, Target { address, key: KEY.to_owned(), verdict: VERDICT }))
    }

    /// `gavel serve` with an empty log, in front of `upstream` or with the engine in process, and with the rules of a file.
    pub(super) fn gateway(
        &self,
        name: &str,
        upstream: Option<&Target>,
        rules: Option<&Path>,
    ) -> Result<(Running, Target)> {
        let database = format!("sqlite://{}/{name}.db", self.folder.display());
        let create = ["token", "create", "--name", "bench", "--site", "bench.example.com", "--database"];
        let made = Command::new(&self.binary).args(create).arg(&database).output()?;
        let shown = String::from_utf8(made.stdout)?;
        let key = shown.lines().last().context("no token was made")?.to_owned();
        if let Some(rules) = rules {
            let import = ["rule", "import", "--action", "spam", "--database", &database];
            let made = Command::new(&self.binary).args(import).arg(rules).output()?;
            ensure!(made.status.success(), "no rules were made: {}", String::from_utf8_lossy(&made.stderr));
        }
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", &database]);
        command.args(["--embedded-quota", "1000000000", "--upstream-per-minute", NO_LIMIT]);
        command.env_remove("ACTIVELAYER_API_KEY");
        if let Some(upstream) = upstream {
            command.env("ACTIVELAYER_API_KEY", &upstream.key);
            command.arg("--activelayer-base-url").arg(format!("http://{}/api/v1", upstream.address));
        }
        let (running, address) = self.start(name, command)?;
        let verdict = if upstream.is_some() { VERDICT } else { ANY_VERDICT };
        Ok((running, Target { address, key, verdict }))
    }

    /// Starts a server and reads from its log where it listens.
    fn start(&self, name: &str, mut command: Command) -> Result<(Running, SocketAddr)> {
        let log = self.folder.join(format!("{name}.log"));
        command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?);
        let process = command.spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        let running = Running { process, stop: None };
        let address = wait_for(name, || listening(&log))?;
        Ok((running, address))
    }
}

fn listening(log: &Path) -> Option<SocketAddr> {
    let text = fs::read_to_string(log).ok()?;
    let (_, rest) = text.split_once("listening=")?;
    rest.split_whitespace().next()?.parse().ok()
}

pub(super) fn wait_for<T>(name: &str, look: impl Fn() -> Option<T>) -> Result<T> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return Ok(found);
        }
        #[expect(clippy::disallowed_methods, reason = "nothing asynchronous here")]
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("{name} did not come")
}
