//! Asks whether a text is spam: `echo "Buy now!" | ACTIVELAYER_API_KEY=… cargo run --example check`.
//!
//! `ACTIVELAYER_BASE_URL` points it at another service of the same API.
#![expect(clippy::print_stdout, reason = "printing the verdict is what the example is for")]

use std::{env, error::Error, io};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, Client, ClientOptions, SpamApi};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = ClientOptions::new(env::var("ACTIVELAYER_API_KEY")?.into());
    if let Ok(base_url) = env::var("ACTIVELAYER_BASE_URL") {
        options.base_url = base_url.parse()?;
    }
    let client = Client::new(options)?;
    let request = CheckRequest::new(io::read_to_string(io::stdin())?);
    match client.check(CheckEndpoint::CheckComment, &request).await {
        Ok(answer) => {
            let verdict = answer.value;
            let word = if verdict.is_spam { "spam" } else { "ham" };
            println!("{word}: {} of {} ({})", verdict.total_score, verdict.threshold, verdict.detection_id);
        }
        Err(ApiError::QuotaExhausted { message, .. }) => {
            println!("no verdict until the next period: {message}")
        }
        Err(error) if error.is_transient() => println!("no verdict now: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
