#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl People for PostgresStore {
    async fn people(&self) -> Result<Vec<Person>> {
        Err(super::missing())
    }

    async fn names(&self) -> Result<Vec<(UserId, String)>> {
        Err(super::missing())
    }

    async fn change_person(
        &self,
        _id: UserId,
        _change: &PersonChange,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<PersonOutcome> {
        Err(super::missing())
    }

    async fn create_link(&self, _link: &NewLink) -> Result<i64> {
        Err(super::missing())
    }

    async fn link(&self, _hash: &[u8; 32]) -> Result<Option<OneUseLink>> {
        Err(super::missing())
    }

    async fn invitations(&self, _now: DateTime<Utc>) -> Result<Vec<Invitation>> {
        Err(super::missing())
    }

    async fn withdraw_invitation(
        &self,
        _id: i64,
        _by: Option<UserId>,
        _at: DateTime<Utc>,
    ) -> Result<Option<Invitation>> {
        Err(super::missing())
    }

    async fn accept_invitation(
        &self,
        _hash: &[u8; 32],
        _name: &str,
        _password_hash: &str,
        _at: DateTime<Utc>,
    ) -> Result<Option<User>> {
        Err(super::missing())
    }

    async fn accept_reset(
        &self,
        _hash: &[u8; 32],
        _password_hash: &str,
        _at: DateTime<Utc>,
    ) -> Result<Option<User>> {
        Err(super::missing())
    }

    async fn sessions_of(&self, _id: UserId, _this: &[u8], _now: DateTime<Utc>) -> Result<Vec<OwnSession>> {
        Err(super::missing())
    }

    async fn end_sessions(&self, _id: UserId, _which: &EndSessions, _at: DateTime<Utc>) -> Result<u64> {
        Err(super::missing())
    }
}
