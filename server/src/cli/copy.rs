//! `gavel copy`: everything into a database of the other engine.

use std::io::{IsTerminal, Write};

use clap::Args;
use domain::paging::grouped;
use store::copying::{Progress, copy};

use crate::Failure;

#[derive(Args)]
pub(super) struct Copy {
    /// Database that is copied; nothing in it is changed. Nobody may write to it meanwhile: stop Gavel first
    #[arg(long, value_name = "URL")]
    from: String,
    /// Database that it is copied to, of the other engine: a SQLite file that is not there yet, or an empty PostgreSQL database. One
    /// with an unfinished copy goes on
    #[arg(long, value_name = "URL")]
    to: String,
}

impl Copy {
    pub(super) fn run(self) -> Result<(), Failure> {
        let is_terminal = std::io::stderr().is_terminal();
        let mut last = String::new();
        let tell = |progress: Progress| {
            let (about, line) = match progress {
                Progress::GoesOn(rows) => {
                    (String::new(), format!("a copy goes on that has {} rows", grouped(rows)))
                }
                Progress::Table(name, rows, all) => {
                    let line = format!("{name}: {} of {}", grouped(rows), grouped(all));
                    (name, line)
                }
                Progress::Words(rows) => ("words".to_owned(), format!("words: {} detections", grouped(rows))),
                Progress::Comparing => (String::new(), "comparing".to_owned()),
            };
            let is_same = about == last && !about.is_empty();
            last = about;
            // On a terminal a line is written over; elsewhere only its first state is told.
            let mut out = std::io::stderr().lock();
            let _ = match (is_terminal, is_same) {
                (true, true) => write!(out, "\r\x1b[K{line}"),
                (true, false) => write!(out, "\n{line}"),
                (false, true) => Ok(()),
                (false, false) => writeln!(out, "{line}"),
            };
        };
        let copied = super::block_on(async { Ok(copy(&self.from, &self.to, tell).await?) })?;
        let seconds = copied.took.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let speed = copied.written as f64 / seconds;
        if is_terminal {
            writeln!(std::io::stderr().lock())?;
        }
        writeln!(
            std::io::stdout().lock(),
            "{} rows in {} tables are equal by count and sums; {} were written in {seconds:.1} s, {speed:.0} a second. Files beside the \
             database (imports, key, what was told last) are not copied: see README, \"When one machine is not enough\"",
            grouped(copied.rows),
            copied.tables,
            grouped(copied.written),
        )?;
        Ok(())
    }
}
