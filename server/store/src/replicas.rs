//! The programs that serve on one database, and which of them does what only one may do.

use std::time::Duration;

use async_trait::async_trait;
use domain::fleet::Fleet;

use crate::Result;

/// Leases, and who is there. Where a program is always alone ([`crate::Signals::replica`]) nothing is written for it.
///
/// Times are of the database's clock, since those of the machines may differ.
#[async_trait]
pub trait Replicas: Send + Sync {
    /// Takes or renews those of some leases that no other program holds, for some time from now. Returns the names of those that are
    /// this program's now.
    async fn take_leases(&self, names: &[&str], lasts: Duration) -> Result<Vec<String>>;

    /// Lets go of every lease that this program holds.
    async fn release_leases(&self) -> Result<()>;

    /// Says that this program is there: its version, and the name of its machine.
    async fn report_in(&self, version: &str, host: &str) -> Result<()>;

    /// Says that it is there no longer.
    async fn report_out(&self) -> Result<()>;

    /// Who is there, and who holds which lease.
    async fn fleet(&self) -> Result<Fleet>;
}
