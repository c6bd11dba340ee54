//! `gavel erase`: somebody asks to be forgotten.

use std::{io::Write, net::IpAddr};

use crate::{Failure, config::Place};
use clap::Args;
use domain::{
    DataSubject,
    forgetting::{Erased, PersonCount},
};
use moderation::{
    Clock, ModerationError, SystemClock,
    forgetting::{Beside, counted, erase, preview},
};

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
            let done =
                async {
                    match self.reason {
                        Some(reason) if !self.dry_run => {
                            Ok(Ok(erase(&*store, &beside, &person, reason.trim(), None, SystemClock.now())
                                .await?))
                        }
                        _ => preview(&*store, &person).await.map(|found| Err(counted(&found))),
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

fn tell_preview(found: &PersonCount) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{} Nothing was erased.", found.sentence())?)
}

fn tell(erased: &Erased) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for sentence in erased.sentences() {
        writeln!(out, "{sentence}")?;
    }
    erased.rest().map_or(Ok(()), |rest| Err(Failure::Refused(rest)))
}
