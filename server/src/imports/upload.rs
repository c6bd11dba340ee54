//! `POST /imports/new`: a file, or what was pasted, streamed to the disk. A plain form, so that it works without JavaScript.

use std::path::Path;

use app::{error::AppError, forms::UploadProblem};
use axum::{
    Extension,
    body::Body,
    extract::{FromRequest, Multipart, Request, State, multipart::Field},
    http::{Response, StatusCode, request::Parts},
    response::{IntoResponse, Redirect},
};
use domain::{FieldError, FileChoices, FileFormat, FileTrait, Role, User, import::FILE_MAX_BYTES};
use moderation::{ModerationError, NewFile, create_private};
use tokio::{fs::File, io::AsyncWriteExt};

use crate::{auth::gate::Visitor, render, router::BODY_LIMIT, state::AppState};

/// Longest name of a file that is kept, in characters.
const NAME_MAX: usize = 200;

/// What the form holds, apart from the file.
#[derive(Default)]
struct Typed {
    site: String,
    paste: String,
    format: String,
}

/// What keeps a file from being taken in.
enum Refusal {
    Fields(Vec<FieldError>),
    /// The browser went away, or what it sent is no form.
    Broken,
    Failed(ModerationError),
}

impl From<ModerationError> for Refusal {
    fn from(error: ModerationError) -> Self {
        match error {
            ModerationError::Invalid(fields) => Self::Fields(fields),
            error => Self::Failed(error),
        }
    }
}

/// Takes a file in and leads to its import.
pub(super) async fn submit(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    request: Request,
) -> Response<Body> {
    let Some(user) = visitor.filter(|user| user.role.allows(Role::Moderator)) else {
        let error = AppError::Forbidden(Role::Moderator.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    };
    let (parts, body) = request.into_parts();
    let Ok(form) = Multipart::from_request(Request::from_parts(parts.clone(), body), &app).await else {
        return render::malformed();
    };
    let mut typed = Typed::default();
    match receive(&app, &user, form, &mut typed).await {
        Ok(id) => Redirect::to(&format!("/imports/{id}")).into_response(),
        Err(Refusal::Fields(fields)) => again(app, parts, typed, fields).await,
        Err(Refusal::Broken) => {
            let text = "The file did not arrive whole. Go back and try again.";
            render::plain(StatusCode::BAD_REQUEST, "Upload broken off", text)
        }
        Err(Refusal::Failed(error)) => {
            tracing::error!(%error, "a file could not be taken in");
            render::broken()
        }
    }
}

/// The page with the form, with what is wrong and what was typed. (A browser never gives the file back.)
async fn again(app: AppState, parts: Parts, typed: Typed, fields: Vec<FieldError>) -> Response<Body> {
    let Typed { site, paste, format } = typed;
    let problem = UploadProblem { fields, site, paste, format };
    render::page_with_problem(app, parts, StatusCode::UNPROCESSABLE_ENTITY, problem).await
}

async fn receive(app: &AppState, user: &User, form: Multipart, typed: &mut Typed) -> Result<i64, Refusal> {
    let (file, path) = app.moderation.new_import_file().await?;
    let received = write(form, &path, typed).await;
    let new = received.and_then(|name| {
        let mut reading = FileChoices::default();
        let format = wanted_format(&typed.format)?;
        reading.set(FileTrait::Format, format.map(|format| format.as_str().to_owned()));
        let site = wanted_site(&typed.site)?;
        Ok(NewFile { by: Some(user.id), name, file, site, reading })
    });
    match new {
        Ok(new) => Ok(app.moderation.receive_import(new).await?.id.0),
        Err(refusal) => {
            if let Err(error) = tokio::fs::remove_file(&path).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(file = %path.display(), %error, "a refused file stays");
            }
            Err(refusal)
        }
    }
}

/// Writes what was sent to the disk, and returns its name.
async fn write(mut form: Multipart, path: &Path, typed: &mut Typed) -> Result<String, Refusal> {
    let mut name = None;
    while let Some(field) = form.next_field().await.map_err(|_| Refusal::Broken)? {
        match field.name().unwrap_or_default() {
            "site" => typed.site = text(field, "site").await?,
            "format" => typed.format = text(field, "format").await?,
            "paste" => typed.paste = text(field, "paste").await?,
            "file" => {
                let given = field.file_name().map(clean_name).filter(|name| !name.is_empty());
                // A browser sends the field also when no file was chosen: without a name.
                if let Some(given) = given {
                    stream(field, path).await?;
                    name = Some(given);
                }
            }
            _ => {}
        }
    }
    match name {
        Some(name) => Ok(name),
        None if typed.paste.trim().is_empty() => {
            Err(wrong("file", "Choose a file, or paste some content below."))
        }
        None => {
            let mut file = create(path)?;
            file.write_all(typed.paste.as_bytes()).await.map_err(|error| not_kept(&error))?;
            file.sync_all().await.map_err(|error| not_kept(&error))?;
            Ok("pasted text".to_owned())
        }
    }
}

/// A field that is typed, no longer than any form.
async fn text(mut field: Field<'_>, name: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Refusal::Broken)? {
        if bytes.len() + chunk.len() > BODY_LIMIT {
            return Err(wrong(
                name,
                "This is too much to paste (over 4 MiB). Save it as a file and choose that.",
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| wrong(name, "This did not arrive as text. Type it again."))
}

async fn stream(mut field: Field<'_>, path: &Path) -> Result<(), Refusal> {
    let mut file = create(path)?;
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(|_| Refusal::Broken)? {
        size += chunk.len() as u64;
        if size > FILE_MAX_BYTES {
            return Err(wrong("file", "The file is larger than 1 GiB. Split it, or pack it with gzip."));
        }
        file.write_all(&chunk).await.map_err(|error| not_kept(&error))?;
    }
    file.sync_all().await.map_err(|error| not_kept(&error))
}

fn create(path: &Path) -> Result<File, Refusal> {
    create_private(path).map(File::from_std).map_err(|error| not_kept(&error))
}

/// The last part of a path, without what only confuses; nothing else is ever done with it than showing it.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|char| !char.is_control()).take(NAME_MAX).collect::<String>().trim().to_owned()
}

fn wanted_format(word: &str) -> Result<Option<FileFormat>, Refusal> {
    if word.is_empty() {
        return Ok(None);
    }
    word.parse().map(Some).map_err(|_| wrong("format", "There is no such format. Choose one of the list."))
}

fn wanted_site(site: &str) -> Result<Option<String>, Refusal> {
    domain::site::read(site).map_err(|problem| wrong("site", problem))
}

fn wrong(field: &str, problem: &str) -> Refusal {
    Refusal::Fields(vec![FieldError { field: field.to_owned(), problem: problem.to_owned() }])
}

fn not_kept(error: &std::io::Error) -> Refusal {
    tracing::error!(%error, "a file could not be written");
    wrong("file", "The server could not keep the file: its disk may be full. Tell an administrator.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_path_and_what_cannot_be_seen() {
        for (given, kept) in [
            ("C:\\fakepath\\comments.csv", "comments.csv"),
            ("../../etc/passwd", "passwd"),
            ("a\u{0}b\r\n.csv", "ab.csv"),
            ("", ""),
        ] {
            assert_eq!(clean_name(given), kept, "{given:?}");
        }
        assert_eq!(clean_name(&"x".repeat(999)).len(), NAME_MAX);
    }
}
