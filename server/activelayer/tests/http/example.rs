//! The README's example program, run as a user runs it.

use std::process::Stdio;

use tokio::{io::AsyncWriteExt, process::Command};

use crate::{
    guide,
    support::{KEY, Server},
};

#[tokio::test]
async fn the_example_prints_a_verdict() {
    let server = Server::giving(200, &[], guide::CHECK).await;
    // target/<profile>/deps/http-… → target/<profile>/examples/check, which cargo builds along with the tests.
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples/check");
    let mut child = Command::new(example)
        .env("ACTIVELAYER_API_KEY", KEY)
        .env("ACTIVELAYER_BASE_URL", server.base_url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"Buy now!").await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "spam: 86.4 of 50 (4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9)\n"
    );
    assert_eq!(server.seen()[0].body, r#"{"message":"Buy now!"}"#);
    assert_eq!(server.seen()[0].uri, "/api/v1/check-comment");
}
