//! One behavioural story, told to every backend: whatever holds here holds for callers, whichever database answers.

#[cfg(test)]
mod chapters;
#[cfg(test)]
mod samples;

use std::future::Future;
use std::sync::Arc;

use store::Store;

/// Tells the whole story to a backend; `open_fresh` gives an empty store each time.
async fn tell<F, Fut>(open_fresh: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Store>>,
{
    chapters::accounts::tell(open_fresh().await).await;
    chapters::audit::tell(open_fresh().await).await;
    chapters::people::tell(open_fresh().await).await;
    chapters::detections::tell(open_fresh().await).await;
    chapters::submissions::tell(open_fresh().await).await;
    chapters::facets::tell(open_fresh().await).await;
    chapters::paging::tell(open_fresh().await).await;
    chapters::labels::tell(open_fresh().await).await;
    chapters::reasons::tell(open_fresh().await).await;
    chapters::lessons::tell(open_fresh().await).await;
    chapters::bulk::tell(open_fresh().await).await;
    chapters::imports::tell(open_fresh().await).await;
    chapters::desk::tell(open_fresh().await).await;
    chapters::races::tell(open_fresh().await).await;
    chapters::outbox::tell(&open_fresh).await;
    chapters::search::tell(open_fresh().await).await;
    chapters::spellings::tell(open_fresh().await).await;
    chapters::spellings::paste(open_fresh().await).await;
    chapters::tokens::tell(open_fresh().await).await;
    chapters::rechecks::tell(open_fresh().await).await;
    chapters::story::tell(open_fresh().await).await;
    chapters::app_words::tell(&open_fresh).await;
    chapters::usage::tell(open_fresh().await).await;
    chapters::usage::quota(open_fresh().await).await;
    chapters::alerts::tell(open_fresh().await).await;
    chapters::budgets::tell(open_fresh().await).await;
}

#[tokio::test]
async fn sqlite_in_memory() {
    tell(async || store::open("sqlite::memory:").await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let next = std::sync::atomic::AtomicU32::new(0);
    tell(async || {
        let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        store::open(&format!("sqlite://{}/{number}.db", folder.path().display())).await.unwrap()
    })
    .await;
}
