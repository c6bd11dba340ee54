//! One program serves on a file: there is nobody to tell, and nothing to share out.

use std::time::Duration;

use async_trait::async_trait;
use domain::fleet::Fleet;

use super::SqliteStore;
use crate::{Replicas, Result, Signalled, Signals};

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
