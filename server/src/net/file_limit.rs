//! How many files the process may hold open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not connections of clients: the database's, the upstream's connections, imports.
const RESERVED: u64 = 128;

/// Raises the soft limit to the hard one, which a process may do by itself, and returns how many connections fit below it.
pub(super) fn connections_that_fit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            current
        }
    };
    below(files)
}

/// `None` stands for no limit. A quarter of a small limit is left to everything else.
fn below(files: Option<u64>) -> usize {
    let Some(files) = files else { return usize::MAX };
    let left = files.saturating_sub(RESERVED.max(files / 4)).max(1);
    usize::try_from(left).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_left_for_the_database() {
        assert_eq!(below(Some(1024)), 768);
        assert_eq!(below(Some(256)), 128);
        assert_eq!(below(Some(20)), 1);
        assert_eq!(below(None), usize::MAX);
        assert!(connections_that_fit() > 0);
    }
}
