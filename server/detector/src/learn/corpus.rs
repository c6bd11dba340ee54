//! Labelled messages as NDJSON, gzipped or not.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use activelayer::CheckRequest;
use serde::Deserialize;

/// Why a corpus cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file or folder cannot be opened or read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not a labelled message.
    #[error("{path}, line {line}: {source}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No messages at all, or only of one label.
    #[error("the corpus needs messages of both labels")]
    OneSided,
}

/// A labelled message.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What would be sent to a check.
    pub request: CheckRequest,
    /// The label.
    pub is_spam: bool,
    /// Where it comes from; the file's name where the row does not say.
    pub source: String,
    /// Its name within the source, or file and line.
    pub id: String,
    /// What is known beside, of a message that a form, a comment or a chat got.
    pub form: Option<FormLabels>,
}

/// What a message written for the purpose says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormLabels {
    /// Where it came in: contact, comment, review, support, signup or chat.
    pub channel: String,
    /// Language, as an ISO 639-1 code.
    pub language: String,
    /// Who writes, and what about: rows of one style never stand on both sides of a split.
    pub style: String,
}

/// Labelled messages, in the order of the files' names and of their lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    /// The messages.
    pub rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Line {
    label: Label,
    message: String,
    email: Option<String>,
    name: Option<String>,
    ip: Option<String>,
    source: Option<String>,
    id: Option<String>,
    channel: Option<String>,
    lang: Option<String>,
    style: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Spam,
    Ham,
}

impl Corpus {
    /// Reads every `*.ndjson` and `*.ndjson.gz` of a folder, in the order of their names.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or a line is not a labelled message.
    pub fn read_dir(dir: &Path) -> Result<Self, CorpusError> {
        let failed = |source| CorpusError::Io { path: dir.to_owned(), source };
        let mut files = vec![];
        for entry in std::fs::read_dir(dir).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.to_string_lossy();
            if name.ends_with(".ndjson") || name.ends_with(".ndjson.gz") {
                files.push(path);
            }
        }
        files.sort();
        Self::read_files(&files)
    }

    /// Reads the files given, in that order.
    ///
    /// # Errors
    /// When a file cannot be read, or a line is not a labelled message.
    pub fn read_files<P: AsRef<Path>>(files: &[P]) -> Result<Self, CorpusError> {
        let mut corpus = Self::default();
        for file in files {
            corpus.read_file(file.as_ref())?;
        }
        Ok(corpus)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), CorpusError> {
        let failed = |source| CorpusError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let zipped = path.extension().is_some_and(|extension| extension == "gz");
        let reader: Box<dyn Read> =
            if zipped { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        for (place, text) in BufReader::new(reader).lines().enumerate() {
            let text = text.map_err(failed)?;
            if text.trim().is_empty() {
                continue;
            }
            let line = place + 1;
            let row: Line = serde_json::from_str(&text).map_err(|source| CorpusError::Line {
                path: path.to_owned(),
                line,
                source,
            })?;
            self.rows.push(row.into_row(&name, line));
        }
        Ok(())
    }
}

impl Line {
    fn into_row(self, file: &str, line: usize) -> Row {
        let form = self.style.map(|style| FormLabels {
            channel: self.channel.unwrap_or_default(),
            language: self.lang.unwrap_or_default(),
            style,
        });
        Row {
            request: CheckRequest {
                message: self.message,
                email: self.email,
                name: self.name,
                ip: self.ip,
                ..CheckRequest::default()
            },
            is_spam: self.label == Label::Spam,
            source: self.source.unwrap_or_else(|| file.to_owned()),
            id: self.id.unwrap_or_else(|| format!("{file}/{line}")),
            form,
        }
    }
}
