//! `make bench-gateway`: what the gateway costs, beside the same load straight to the upstream and through nginx.

mod content;
mod load;
mod rules;
mod servers;

use std::{
    fs::File,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use self::{
    load::{Outcome, Target},
    servers::{Running, Servers, wait_for},
};
use crate::{console, console::say, paths::Paths};

/// The steady load, in requests a second.
const STEADY: u32 = 200;

/// For how long: 4,000 requests, so that 40 lie above the 99th percentile.
const STEADY_TIME: Duration = Duration::from_secs(20);

/// For how long each is driven to its limit.
const SATURATED_TIME: Duration = Duration::from_secs(10);

/// Before each is measured: connections open, caches fill, the first pages of the database are written.
const WARM_UP: Duration = Duration::from_secs(3);

/// Connections: enough that the steady load never waits for one, and that every worker has something to do.
const CONNECTIONS: usize = 32;

/// What was measured of one way to a verdict.
struct Row {
    name: &'static str,
    steady: Outcome,
    saturated: Outcome,
    /// What the server's processor time comes to for each check of a gateway, at the limit.
    busy: Option<Duration>,
    /// Answered checks; all of them must be in the log of a gateway.
    answered: u64,
    logged: Option<u64>,
}

/// Measures all four and prints the table; with a number of rules, also what these cost.
pub(crate) fn run(paths: &Paths, args: &[String]) -> Result<()> {
    let rules = args.first().map(|rules| rules.parse::<u32>().context("the argument is a number of rules"));
    let rules = rules.transpose()?;
    let binary = paths.target.join("release/gavel");
    ensure!(binary.exists(), "{} is missing; run make build", paths.shown(&binary));
    let servers = Servers::new(binary, paths.target.join("bench-gateway"))?;
    let mut rows = Vec::new();
    {
        let (_upstream, upstream) = servers.upstream()?;
        rows.push(measure("straight to an upstream that answers at once", &upstream, None)?);
        let (_proxy, proxy) = servers.proxy(&upstream)?;
        rows.push(measure("through nginx to the same", &proxy, None)?);
    }
    {
        let (_upstream, upstream) = servers.upstream()?;
        let (server, gateway) = servers.gateway("gateway", Some(&upstream), None)?;
        rows.push(measure("through the gateway to the same", &gateway, Some(&server))?);
    }
    {
        let (server, gateway) = servers.gateway("embedded", None, None)?;
        rows.push(measure("gateway with the engine in process", &gateway, Some(&server))?);
    }
    print(&rows);
    say(&disk(&paths.target.join("bench-gateway"))?);
    if let Some(count) = rules {
        rules::run(&servers, &paths.target.join("bench-gateway"), count)?;
    }
    for row in &rows {
        let lost = row.logged.is_some_and(|logged| logged != row.answered);
        ensure!(
            !lost,
            "{}: {} checks were answered, {:?} are in the log",
            row.name,
            row.answered,
            row.logged
        );
    }
    Ok(())
}

/// Measures one way; `gateway` is the server of one that keeps a log.
fn measure(name: &'static str, target: &Target, gateway: Option<&Running>) -> Result<Row> {
    say(&format!("{name} …"));
    let of = |load: Result<Outcome>| load.with_context(|| name.to_owned());
    let warm_up = of(load::saturating(target, WARM_UP, CONNECTIONS))?;
    let steady = of(load::steady(target, STEADY, STEADY_TIME, CONNECTIONS))?;
    let before = gateway.map(Running::busy).transpose()?;
    let saturated = of(load::saturating(target, SATURATED_TIME, CONNECTIONS))?;
    let after = gateway.map(Running::busy).transpose()?;
    let checks = saturated.latencies.len().max(1) as f64;
    let busy = before.zip(after).map(|(before, after)| (after - before).div_f64(checks));
    let answered = [&warm_up, &steady, &saturated].iter().map(|load| load.latencies.len() as u64).sum();
    let logged = gateway.map(|_| logged(target, answered)).transpose()?;
    Ok(Row { name, steady, saturated, busy, answered, logged })
}

/// Rows in the log of a gateway that began with an empty one: the last are written right behind their answers.
fn logged(target: &Target, answered: u64) -> Result<u64> {
    let all = || count(target).ok().filter(|logged| *logged == answered);
    wait_for("the last row", all).or_else(|_| count(target))
}

/// How many rows its metrics tell.
fn count(target: &Target) -> Result<u64> {
    let mut stream = TcpStream::connect(target.address)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", target.address)?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let counts: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("gavel_checks_today{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
        .collect();
    ensure!(counts.len() == 2, "the metrics do not tell how many checks there were");
    Ok(counts.iter().sum())
}

fn print(rows: &[Row]) {
    let ms = |duration: Duration| format!("{:.2} ms", duration.as_secs_f64() * 1000.0);
    let mut table = format!(
        "\n{}\n\n| {STEADY} checks a second | p50 | p90 | p99 | at the limit | processor time | in the log |\n|---|---|---|---|---|---|---|\n",
        machine()
    );
    for row in rows {
        let percentiles = [0.5, 0.9, 0.99].map(|share| ms(row.steady.percentile(share))).join(" | ");
        let logged = row.logged.map_or("–".to_owned(), |logged| format!("{logged} of {}", row.answered));
        let busy = row.busy.map_or("–".to_owned(), ms);
        let rate = row.saturated.rate();
        table += &format!("| {} | {percentiles} | {rate:.0} checks/s | {busy} | {logged} |\n", row.name);
    }
    let added = |share| {
        let of = |index: usize| rows.get(index).map(|row| row.steady.percentile(share)).unwrap_or_default();
        (of(2).as_secs_f64() - of(0).as_secs_f64()) * 1000.0
    };
    table += &format!(
        "\nThe gateway adds {:.2} ms at the median and {:.2} ms at the 99th percentile (targets: 0.7 and 5 ms) and logs {:.0} \
         checks a second (target: 4,000); with the engine in process it logs {:.0} (target: 1,000).\n",
        added(0.5),
        added(0.99),
        rows.get(2).map(|row| row.saturated.rate()).unwrap_or_default(),
        rows.get(3).map(|row| row.saturated.rate()).unwrap_or_default()
    );
    console::print(&table);
}

/// How long this disk takes to keep 8 KB for good, which every commit waits for: the least that a logged check can take.
fn disk(folder: &Path) -> Result<String> {
    let mut file = File::create(folder.join("sync"))?;
    let one = |file: &mut File| -> Result<Duration> {
        let started = Instant::now();
        file.write_all(&[b'x'; 8192])?;
        file.sync_data()?;
        Ok(started.elapsed())
    };
    let mut latencies = (0..200).map(|_| one(&mut file)).collect::<Result<Vec<_>>>()?;
    latencies.sort_unstable();
    let syncs = Outcome { elapsed: latencies.iter().sum(), latencies };
    let ms = |share| syncs.percentile(share).as_secs_f64() * 1000.0;
    Ok(format!(
        "a sync of 8 KB to this disk takes {:.2} ms at the median, {:.2} ms at the 99th percentile",
        ms(0.5),
        ms(0.99)
    ))
}

/// Cores, and how busy the machine is with other things.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    format!("{cores} cores, shared by servers and load; load average at the end {load}.")
}
