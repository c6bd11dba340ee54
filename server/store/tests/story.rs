//! One behavioural story, told to every backend: whatever holds here holds for callers, whichever database answers.

#[cfg(test)]
mod chapters;
#[cfg(test)]
mod copied;
#[cfg(test)]
mod fresh;
#[cfg(test)]
mod samples;

/// Tells the whole story to a backend, a chapter a test; what `fresh` makes gives an empty store each time.
macro_rules! tell {
    ($backend:ident, $fresh:expr, [$($chapter:ident)*]) => {
        mod $backend {
            use crate::{chapters, fresh};

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $chapter() {
                    let fresh = $fresh;
                    chapters::$chapter::tell(&fresh).await;
                }
            )*
        }
    };
}

macro_rules! tell_all {
    ($($backend:ident: $fresh:expr,)*) => {
        $(tell!($backend, $fresh, [
            accounts audit people detections submissions facets paging labels reasons lessons bulk imports desk races outbox
            search spellings tokens rechecks story app_words usage alerts budgets
            callbacks forgetting gateway rules wordpress
        ]);)*
    };
}

/// Has a chapter happen to SQLite, then copies what became of it to PostgreSQL and back: chapters that between them fill every table
/// that people and apps fill.
macro_rules! copy {
    ($($chapter:ident)*) => {
        mod copied_there_and_back {
            use crate::{chapters, copied, fresh};

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $chapter() {
                    let fresh = fresh::File::new();
                    chapters::$chapter::tell(&fresh).await;
                    copied::there_and_back(&fresh).await;
                }
            )*
        }
    };
}

copy! {
    people bulk imports spellings forgetting rules tokens wordpress
}

tell_all! {
    sqlite_in_memory: fresh::Memory,
    sqlite_in_a_file: fresh::File::new(),
    postgres: fresh::Postgres,
}
