//! One program serves on a file: there is nobody to tell, and nothing to share out.

use std::time::Duration;

use async_trait::async_trait;
use domain::fleet::Fleet;

use super::SqliteStore;
use crate::{Allowances, Charge, Replicas, Result, Signalled, Signals};

#[async_trait]
impl Signals for SqliteStore {
    fn replica(&self) -> Option<&str> {
        None
    }

    async fn publish(&self, _signal: &str) -> Result<()> {
        Ok(())
    }

    async fn listen(&self) -> Result<Option<Box<dyn Signalled>>> {
        Ok(None)
    }
}

#[async_trait]
impl Allowances for SqliteStore {
    async fn charge(&self, _charges: &[Charge]) -> Result<Option<std::result::Result<(), Duration>>> {
        Ok(None)
    }

    async fn refund(&self, _charges: &[Charge]) -> Result<()> {
        Ok(())
    }

    async fn hold_back(&self, _charge: &Charge, _wait: Duration) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Replicas for SqliteStore {
    async fn take_leases(&self, names: &[&str], _lasts: Duration) -> Result<Vec<String>> {
        Ok(names.iter().map(ToString::to_string).collect())
    }

    async fn release_leases(&self) -> Result<()> {
        Ok(())
    }

    async fn report_in(&self, _version: &str, _host: &str) -> Result<()> {
        Ok(())
    }

    async fn report_out(&self) -> Result<()> {
        Ok(())
    }

    async fn fleet(&self) -> Result<Fleet> {
        Ok(Fleet::default())
    }
}
