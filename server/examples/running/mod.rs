//! A running Gavel on a made-up log, for the benchmarks of pages.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "correct horse battery";

/// A database that is deleted when it is no longer needed.
pub(crate) struct Database {
    /// Where it is.
    pub(crate) file: PathBuf,
}

impl Database {
    fn delete(&self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.file.display()));
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.delete();
    }
}

/// A running Gavel.
pub(crate) struct Gavel {
    process: Child,
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
}

impl Drop for Gavel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(gavel: &str, database: &Database, line: &[&str]) -> Command {
    let mut command = Command::new(gavel);
    command.args(line).args(["--database", &format!("sqlite://{}", database.file.display())]);
    command.env_remove("ACTIVELAYER_API_KEY");
    command
}

/// Fills the database, in place of what a run that was killed has left.
pub(crate) fn fill(gavel: &str, database: &Database, rows: u64) -> Result<(), Failure> {
    database.delete();
    let add = ["user", "add", "--email", EMAIL, "--name", "Bench", "--role", "moderator", "--password-stdin"];
    let mut child = command(gavel, database, &add).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        std::io::Write::write_all(&mut input, format!("{PASSWORD}\n").as_bytes())?;
    }
    let added = child.wait()?;
    let filled = command(gavel, database, &["demo-data", "--rows", &rows.to_string()]).status()?;
    if added.success() && filled.success() { Ok(()) } else { Err("gavel could not fill the database".into()) }
}

/// Serves it, and logs in.
pub(crate) async fn start(gavel: &str, database: &Database) -> Result<Gavel, Failure> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}");
    let line = ["serve", "--listen", &url["http://".len()..], "--log-level", "warn"];
    let process = command(gavel, database, &line).stdout(Stdio::null()).spawn()?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirect = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().cookie_store(true).redirect(redirect).build()?;
    let running = Gavel { process, url, client };
    let begun = Instant::now();
    while running.client.get(format!("{}/healthz", running.url)).send().await.is_err() {
        if begun.elapsed() > Duration::from_secs(30) {
            return Err("gavel did not answer within 30 s".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let logged_in = running.client.post(format!("{}/login", running.url)).form(&form).send().await?;
    if logged_in.status() == 303 {
        Ok(running)
    } else {
        Err(format!("log-in: {}", logged_in.status()).into())
    }
}

/// Median and 99th percentile of times in milliseconds.
pub(crate) fn quantiles(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.1} ms | {:.1} ms", times[times.len() / 2], times[times.len() * 99 / 100])
}
