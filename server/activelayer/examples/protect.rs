//! The README's example of a protected endpoint, word for word; `end2end/readme` runs it in front of a gateway.

use std::{env, error::Error, net::SocketAddr};

use activelayer::{CheckEndpoint, CheckRequest, Client, ClientOptions, SpamApi};
use axum::{Form, Router, extract::ConnectInfo, extract::State, http::StatusCode, routing::post};
use tokio::net::TcpListener;

#[derive(serde::Deserialize)]
struct Contact {
    message: String,
}

async fn contact(
    State(api): State<Client>,
    ConnectInfo(visitor): ConnectInfo<SocketAddr>,
    Form(form): Form<Contact>,
) -> (StatusCode, &'static str) {
    let ip = Some(visitor.ip().to_string());
    let submission = CheckRequest { ip, ..CheckRequest::new(form.message) };
    match api.check(CheckEndpoint::Check, &submission).await {
        Ok(answer) if answer.value.is_spam => (StatusCode::FORBIDDEN, "This looks like spam."),
        _ => (StatusCode::OK, "Thanks!"), // no answer (away, slow, out of quota): let it pass
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = ClientOptions::new(env::var("ACTIVELAYER_API_KEY")?.into());
    options.base_url = env::var("ACTIVELAYER_BASE_URL")?.parse()?;
    let app = Router::new().route("/contact", post(contact)).with_state(Client::new(options)?);
    let listener = TcpListener::bind(env::var("LISTEN")?).await?;
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
