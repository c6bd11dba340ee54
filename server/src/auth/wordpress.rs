//! Where WordPress sends an administrator's browser once they have approved Gavel there: the address carries an application password, so
//! it is used at once and left at once.

use axum::{
    Extension,
    extract::{Query, RawQuery, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use domain::Role;
use moderation::{ModerationError, wordpress::Approved};

use super::gate::Visitor;
use crate::state::AppState;

/// Where it is.
pub const APPROVED: &str = "/settings/wordpress/approved";

/// `GET /settings/wordpress/approved?state=…`. The state was sealed for the administrator who began, so nobody can be sent here with
/// another's password.
pub async fn approved(
    State(app): State<AppState>,
    Extension(Visitor(user)): Extension<Visitor>,
    approved: Result<Query<Approved>, QueryRejection>,
) -> Response {
    let outcome = match (user.filter(|user| user.role.allows(Role::Admin)), approved) {
        (Some(_), Ok(Query(approved))) if approved.password.is_none() => "not-approved",
        (Some(user), Ok(Query(approved))) => match app.moderation.finish_wordpress(approved, user.id).await {
            Ok(_) => "connected",
            Err(ModerationError::Refused(_)) => "too-old",
            Err(error) => {
                tracing::warn!(%error, "a WordPress that was approved could not be connected");
                "failed"
            }
        },
        _ => "failed",
    };
    Redirect::to(&format!("/settings/wordpress?came-back={outcome}")).into_response()
}

/// `GET /account/register`: where the Connect button of ActiveLayer's own plugin leads, as if this were ActiveLayer's dashboard.
pub async fn register(RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&format!("/settings/connect?{}", query.unwrap_or_default()))
}
