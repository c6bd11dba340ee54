//! What a receiver says that refuses: bounded, of one line, and without what may be secret in the address.

use reqwest::{Response, header::LOCATION};
use url::Url;

use crate::NotifyError;

/// How much of an answer is read, in bytes, and how much of it is told, in characters.
const READ_MAX_BYTES: usize = 4096;
const TOLD_MAX_CHARS: usize = 300;

/// Parts of a path that are as long as this may be a secret; words are shorter.
const SECRET_MIN_CHARS: usize = 16;

/// The refusal as an error.
pub(crate) async fn read(to: &Url, answer: Response) -> NotifyError {
    let status = answer.status();
    let location = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    if let Some(place) = location.and_then(|place| to.join(place).ok()).filter(|_| status.is_redirection()) {
        return NotifyError::Redirect { status: status.as_u16(), to: shown(&place) };
    }
    NotifyError::Status { status: status.as_u16(), said: said(to, &beginning(answer).await) }
}

async fn beginning(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        let room = READ_MAX_BYTES - bytes.len();
        bytes.extend(part.iter().take(room));
        if part.len() >= room {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One line, in which parts of the address that may be secret are left out.
fn said(to: &Url, text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    let values = to.query_pairs().map(|(_, value)| value.into_owned()).collect::<Vec<_>>();
    let secrets = to.path().split('/').filter(|part| part.chars().count() >= SECRET_MIN_CHARS);
    let secrets = secrets.map(str::to_owned).chain(values).filter(|secret| secret.len() > 3);
    let line = secrets.fold(line, |line, secret| line.replace(&secret, "…"));
    if line.chars().count() > TOLD_MAX_CHARS {
        format!("{}…", line.chars().take(TOLD_MAX_CHARS).collect::<String>())
    } else {
        line
    }
}

/// Scheme, host and path, without the query and without long parts of the path.
fn shown(place: &Url) -> String {
    let parts = place.path().split('/');
    let parts = parts.map(|part| if part.chars().count() >= SECRET_MIN_CHARS { "…" } else { part });
    format!("{}{}", place.origin().ascii_serialization(), parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_left_out() {
        let to: Url =
            "https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz?key=hidden"
                .parse()
                .unwrap();
        let told =
            said(&to, "no /webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz\r\n here: hidden\u{0}");
        assert_eq!(told, "no /webhooks/…/… here: …");
        assert_eq!(shown(&to), "https://discord.com/api/webhooks/…/…");
        assert_eq!(shown(&"http://127.0.0.1:8080/other".parse().unwrap()), "http://127.0.0.1:8080/other");
    }

    #[test]
    fn a_long_answer_is_cut() {
        let told = said(&"https://example.com/".parse().unwrap(), &"so ".repeat(9999));
        assert_eq!(told.chars().count(), TOLD_MAX_CHARS + 1);
    }
}
