//! What rules add to a check: two gateways to one upstream, one of them with rules, take turns, so that what else the machine does
//! meets both.

use std::{fs, path::Path, time::Duration};

use anyhow::Result;

use super::{
    CONNECTIONS, STEADY, WARM_UP,
    load::{self, Target},
    servers::{Running, Servers},
};
use crate::{console, console::say};

/// How often each has its turn.
const TURNS: usize = 5;

/// How long a turn is: 1,000 checks.
const TURN: Duration = Duration::from_secs(5);

/// One gateway, and what was measured of it.
struct Gateway {
    server: Running,
    target: Target,
    /// By turn: the median latency, and the processor time of a check.
    medians: Vec<Duration>,
    busy: Vec<Duration>,
}

impl Gateway {
    fn take_turn(&mut self) -> Result<()> {
        let before = self.server.busy()?;
        let outcome = load::steady(&self.target, STEADY, TURN, CONNECTIONS)?;
        let checks = outcome.latencies.len().max(1) as f64;
        self.busy.push((self.server.busy()? - before).div_f64(checks));
        self.medians.push(outcome.percentile(0.5));
        Ok(())
    }
}

/// Measures both and prints the difference.
pub(super) fn run(servers: &Servers, folder: &Path, count: u32) -> Result<()> {
    say(&format!("with {count} rules and without …"));
    let file = folder.join("rules");
    fs::write(&file, (0..count).map(rule).collect::<String>())?;
    let (_upstream, upstream) = servers.upstream()?;
    let start = |name: &str, rules: Option<&Path>| -> Result<Gateway> {
        let (server, target) = servers.gateway(name, Some(&upstream), rules)?;
        load::saturating(&target, WARM_UP, CONNECTIONS)?;
        Ok(Gateway { server, target, medians: Vec::new(), busy: Vec::new() })
    };
    let (mut without, mut with) = (start("without-rules", None)?, start("with-rules", Some(&file))?);
    for _ in 0..TURNS {
        without.take_turn()?;
        with.take_turn()?;
    }
    let ms = |times: &[Duration]| median(times).as_secs_f64() * 1000.0;
    console::print(&format!(
        "\nWith {count} rules a check takes {:+.3} ms at the median ({:.3} instead of {:.3} ms), and {:+.3} ms of the \
         processor ({:.3} instead of {:.3} ms); target: 0.1 ms.\n",
        ms(&with.medians) - ms(&without.medians),
        ms(&with.medians),
        ms(&without.medians),
        ms(&with.busy) - ms(&without.busy),
        ms(&with.busy),
        ms(&without.busy)
    ));
    Ok(())
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// One line of a file of rules, of six kinds; none of them applies to what is submitted here.
fn rule(number: u32) -> String {
    match number % 6 {
        0 => format!("email:user{number}@mail.test\n"),
        1 => format!("email:*@domain{number}.test\n"),
        2 => format!("ip:10.{}.{}.0/24\n", number / 256 % 256, number % 256),
        3 => format!("word{number} lang:en\n"),
        4 => format!("link:host{number}.test\n"),
        _ => format!("\"first{number} second{number}\"\n"),
    }
}
