//! `gavel erase`: somebody asks to be forgotten.

use std::{io::Write, net::IpAddr};

use clap::Args;
use domain::{DataSubject, ImportId, paging::grouped};
use moderation::{
    Clock, ModerationError, SystemClock,
    forgetting::{Beside, Erased, erase, preview},
};
use store::PersonFound;

use crate::{Failure, config::Place};

#[derive(Args)]
pub(super) struct Erase {
    #[command(flatten)]
    who: Who,
    /// Say how much there is, and erase nothing
    #[arg(long)]
    dry_run: bool,
    /// Why, for the audit record; do not name the person
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    reason: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// E-mail address; ASCII letters in either case
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// IP address
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// Name, as it was written; ASCII letters in either case
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl Who {
    fn person(self) -> Result<DataSubject, Failure> {
        let person = match (self.email, self.ip, self.name) {
            (Some(email), ..) => DataSubject::Email(email),
            (_, Some(ip), _) => DataSubject::Ip(ip),
            (_, _, name) => DataSubject::Name(name.unwrap_or_default()),
        };
        if person.value().is_empty() {
            return Err(Failure::Usage(format!("--{} is blank; nothing was erased", person.known_by())));
        }
        Ok(person)
    }
}

impl Erase {
    pub(super) fn run(self) -> Result<(), Failure> {
        let person = self.who.person()?;
        let beside = Beside { imports: self.place.imports().unwrap_or_default(), aside: self.place.aside() };
        super::block_on(async {
            let store = store::open(&self.place.database).await?;
            let done = async {
                match self.reason {
                    Some(reason) if !self.dry_run => {
                        Ok(Ok(erase(&*store, &beside, &person, reason.trim(), SystemClock.now()).await?))
                    }
                    _ => preview(&*store, &person).await.map(Err),
                }
            };
            let done = done.await;
            store.close().await;
            match done {
                Ok(Ok(erased)) => tell(&erased),
                Ok(Err(found)) => tell_preview(&found),
                Err(ModerationError::Store(error)) => Err(Failure::Store(error)),
                Err(error) => Err(Failure::Refused(error.to_string())),
            }
        })
    }
}

fn tell_preview(found: &PersonFound) -> Result<(), Failure> {
    Ok(writeln!(
        std::io::stdout(),
        "Found {} detections, {} submissions that are not logged, {} failed rows of imports; {} saved searches, bulk actions and \
         audit events name it. Nothing was erased.",
        grouped(found.detections.len() as u64),
        grouped(found.submissions.len() as u64),
        grouped(found.failed_rows.len() as u64),
        grouped(found.named_in)
    )?)
}

fn tell(erased: &Erased) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Erased {} detections, {} submissions and failed rows, {} files of imports.",
        grouped(erased.detections as u64),
        grouped(erased.beside as u64),
        grouped(erased.files as u64)
    )?;
    if erased.named_in > 0 {
        writeln!(
            out,
            "{} saved searches, bulk actions and audit events name it; these were kept.",
            grouped(erased.named_in)
        )?;
    }
    writeln!(out, "Backups made before have it still: remove them, or erase it again after a restore.")?;
    if erased.is_complete() { Ok(()) } else { Err(Failure::Refused(rest(erased))) }
}

/// What is left, and what to do.
fn rest(erased: &Erased) -> String {
    let mut left = Vec::new();
    if !erased.at_work.is_empty() {
        let ids: Vec<_> = erased.at_work.iter().map(|ImportId(id)| id.to_string()).collect();
        left.push(format!(
            "imports that are not over have something of theirs (finish or cancel {})",
            ids.join(", ")
        ));
    }
    if erased.told > 0 {
        left.push(
            "files beside the database have answers that are not logged yet (let Gavel run for a minute)"
                .to_owned(),
        );
    }
    if erased.left > 0 {
        left.push(format!("{} came meanwhile", grouped(erased.left as u64)));
    }
    if !erased.is_overwritten {
        left.push(
            "somebody reads the database for long, so the write-ahead log could not be emptied".to_owned(),
        );
    }
    format!("not all is gone: {}; then erase again", left.join("; "))
}
