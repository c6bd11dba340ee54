//! Who has a page of this Gavel open.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{User, UserId};

use crate::Moderation;

/// People with open pages: their names, and how many pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presences(Arc<Mutex<BTreeMap<i64, (String, usize)>>>);

/// An open page of somebody; it is closed when this is dropped.
#[derive(Debug)]
pub struct Presence {
    all: Presences,
    user: UserId,
}

impl Presences {
    fn open(&self, user: &User) -> Presence {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(user.id.0).or_insert_with(|| (user.name.clone(), 0));
        entry.0.clone_from(&user.name);
        entry.1 += 1;
        Presence { all: self.clone(), user: user.id }
    }

    fn names(&self) -> Vec<(UserId, String)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(id, (name, _))| (UserId(*id), name.clone())).collect()
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = all.get_mut(&self.user.0) {
            entry.1 -= 1;
            if entry.1 == 0 {
                all.remove(&self.user.0);
            }
        }
    }
}

impl Moderation {
    /// Somebody has a page open for as long as what is returned lives.
    pub fn opens_page(&self, user: &User) -> Presence {
        self.presences.open(user)
    }

    /// Who has a page of this program open, where JavaScript tells of it.
    pub fn present(&self) -> Vec<(UserId, String)> {
        self.presences.names()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::Role;

    use super::*;

    #[test]
    fn somebody_is_here_while_one_of_their_pages_is_open() {
        let user = User {
            id: UserId(7),
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Viewer,
            created_at: DateTime::UNIX_EPOCH,
            disabled_at: None,
        };
        let all = Presences::default();
        let (first, second) = (all.open(&user), all.open(&user));
        drop(first);
        assert_eq!(all.names(), [(UserId(7), "Ana".to_owned())]);
        drop(second);
        assert_eq!(all.names(), []);
    }
}
