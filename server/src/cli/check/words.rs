//! Why there is no verdict, in words that say what to do about it.

use std::time::Duration;

use activelayer::ApiError;
use domain::paging::grouped;
use moderation::ModerationError;
use url::Url;

/// Why there is no verdict, and what to do, on one line. `base_url` is where ActiveLayer is asked; `None` when the embedded
/// detector judges.
pub(super) fn of(error: &ModerationError, base_url: Option<&Url>) -> String {
    match (error, base_url) {
        (ModerationError::Upstream(error), Some(base_url)) => of_activelayer(error, base_url),
        (ModerationError::Upstream(ApiError::QuotaExhausted { used, limit, .. }), None) => {
            let counts = counts(*used, *limit);
            format!(
                "the embedded detector's checks of this month are used up{counts}: wait for the next month, or raise --embedded-quota"
            )
        }
        (ModerationError::Upstream(error), None) => error.to_string(),
        (error, _) => error.to_string(),
    }
}

/// One sentence for each documented error (the guide's table "Common Errors"), and for what happens on the way.
fn of_activelayer(error: &ApiError, base_url: &Url) -> String {
    match error {
        ApiError::Unauthorized { message } => format!(
            "{base_url} does not accept the API key ({message}): check --activelayer-api-key or ACTIVELAYER_API_KEY; the key \
             may be mistyped, deleted or revoked"
        ),
        ApiError::NoPlan { message } => {
            format!(
                "the account of the API key has no active plan ({message}): activate one in the ActiveLayer dashboard"
            )
        }
        ApiError::RateLimited { retry_after, .. } => {
            let when = retry_after.map_or("a minute".to_owned(), |wait| format!("{} s", whole_seconds(wait)));
            format!(
                "too many requests in this minute: check this again in {when}, or set --upstream-per-minute to what the key \
                 allows"
            )
        }
        ApiError::QuotaExhausted { used, limit, .. } => {
            let counts = counts(*used, *limit);
            format!("the monthly quota is used up{counts}: wait for the next period, or upgrade the plan")
        }
        ApiError::Invalid { message, errors } => {
            let fields: Vec<_> = errors.values().flatten().map(String::as_str).collect();
            let what = if fields.is_empty() { message.clone() } else { fields.join(" ") };
            format!("the content was refused: {what}")
        }
        ApiError::Server { status, message } => {
            format!("{base_url} failed with status {status} ({message}): check this again in a moment")
        }
        ApiError::UnexpectedStatus { status, message } => format!(
            "{base_url} answered with the unexpected status {status} ({message}): check --activelayer-base-url, it may lead \
             to something else"
        ),
        ApiError::Timeout => {
            format!(
                "{base_url} did not answer in time: check this again in a moment, or raise --upstream-timeout"
            )
        }
        ApiError::Connect { reason } => {
            format!("{base_url} cannot be reached ({reason}): check the network and --activelayer-base-url")
        }
        ApiError::Malformed { reason } => format!(
            "the answer of {base_url} was not understood ({reason}): check --activelayer-base-url, it may lead to something \
             else"
        ),
        ApiError::NotFound { .. } => error.to_string(),
    }
}

fn counts(used: Option<u64>, limit: Option<u64>) -> String {
    match (used, limit) {
        (Some(used), Some(limit)) => format!(" ({} of {} checks)", grouped(used), grouped(limit)),
        _ => String::new(),
    }
}

/// Seconds, rounded up: who comes back a part of one too early is refused again.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(error: ApiError, base_url: Option<&str>) -> String {
        let base_url = base_url.map(|url| Url::parse(url).unwrap());
        of(&ModerationError::Upstream(error), base_url.as_ref())
    }

    #[test]
    fn what_went_wrong_names_what_to_do() {
        let here = Some("https://api.example.com/api/v1");
        let quota = || ApiError::QuotaExhausted {
            message: String::new(),
            limit: Some(50_000),
            used: Some(50_000),
            remaining: Some(0),
        };
        let limited = |wait| ApiError::RateLimited { message: String::new(), retry_after: wait };
        for (error, there, parts) in [
            (
                ApiError::Unauthorized { message: "no".to_owned() },
                here,
                ["https://api.example.com/api/v1", "ACTIVELAYER_API_KEY"],
            ),
            (ApiError::NoPlan { message: "no".to_owned() }, here, ["no active plan", "dashboard"]),
            (limited(Some(Duration::from_millis(12_300))), here, ["again in 13 s", "--upstream-per-minute"]),
            (limited(None), here, ["again in a minute", "--upstream-per-minute"]),
            (quota(), here, ["50,000 of 50,000", "upgrade the plan"]),
            (quota(), None, ["50,000 of 50,000", "--embedded-quota"]),
            (
                ApiError::Connect { reason: "refused".to_owned() },
                here,
                ["cannot be reached (refused)", "--activelayer-base-url"],
            ),
            (ApiError::Timeout, here, ["in time", "--upstream-timeout"]),
        ] {
            let said = words(error, there);
            assert!(parts.iter().all(|part| said.contains(part)) && !said.contains('\n'), "{said}");
        }
    }
}
