//! What is looked at of a file ahead of reading it: pieces from its middle and end, and of JSON all of it.

use std::io::{self, Read, Seek, SeekFrom};

use domain::FileFormat;

use crate::{
    Choices, Encoding, Place, Record,
    encoding::Decoded,
    formats::{
        dialect::{self, Dialect},
        ndjson,
        records::{self, Located},
    },
    limits::HEAD_BYTES,
};

/// Bytes of a piece.
const PIECE_BYTES: usize = 32 * 1024;

/// Where pieces are taken from, in fourths of the file; one more is its end.
const FOURTHS: [u64; 3] = [1, 2, 3];

/// What was seen ahead of reading.
#[derive(Debug, Default)]
pub(crate) struct Scout {
    /// Bytes of whole lines; of UTF-16, of whole units.
    pieces: Vec<Vec<u8>>,
    is_utf16: bool,
    /// Where the records of a JSON are.
    pub(crate) located: Option<Located>,
}

impl Scout {
    /// Looks at a file from its start to its end. Of what is packed, nothing is seen.
    pub(crate) fn sent_ahead(file: &mut (impl Read + Seek), choices: &Choices) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let is_packed = head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"PK");
        if is_packed || length <= HEAD_BYTES as u64 {
            return Ok(Self::default());
        }
        let encoding = choices.encoding.unwrap_or_else(|| Encoding::detect(&head, &[]));
        let text = encoding.decode_head(&head[encoding.mark_length(&head)..]);
        let may_be_json =
            choices.format.is_none_or(|format| matches!(format, FileFormat::Json | FileFormat::Ndjson));
        let begins_json = text.trim_start().starts_with(['{', '[']);
        if may_be_json && begins_json && choices.records.is_none() && !records::is_lines(&text, false) {
            file.seek(SeekFrom::Start(encoding.mark_length(&head) as u64))?;
            let located = Some(records::locate(Decoded::new(file, encoding))?);
            return Ok(Self { located, ..Self::default() });
        }
        let mut scout = Self { is_utf16: encoding.is_utf16(), ..Self::default() };
        let last = length.saturating_sub(PIECE_BYTES as u64);
        let starts = FOURTHS.iter().map(|fourths| length / 4 * fourths).chain([last]);
        for start in starts.filter(|start| *start >= HEAD_BYTES as u64) {
            file.seek(SeekFrom::Start(start & !3))?;
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            file.by_ref().take(PIECE_BYTES as u64 + 3).read_to_end(&mut piece)?;
            let is_last = start == last;
            scout.pieces.push(if scout.is_utf16 { piece } else { whole_lines(&piece, is_last).to_vec() });
        }
        Ok(scout)
    }

    /// The pieces as bytes, to tell their encoding by.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if self.is_utf16 { Vec::new() } else { self.pieces.concat() }
    }

    /// The pieces as text of whole lines.
    pub(crate) fn texts(&self, encoding: Encoding) -> Vec<String> {
        let text = |(index, piece): (usize, &Vec<u8>)| {
            let text = encoding.decode_head(piece);
            if self.is_utf16 {
                let lines = whole_lines(text.as_bytes(), index + 1 == self.pieces.len());
                String::from_utf8_lossy(lines).into_owned()
            } else {
                text
            }
        };
        self.pieces.iter().enumerate().map(text).collect()
    }

    /// The records of the pieces, of tables and of JSON by lines. Nobody knows in which lines they are.
    pub(crate) fn records(
        &self,
        format: FileFormat,
        dialect: &Dialect,
        columns: &[String],
        encoding: Encoding,
    ) -> Vec<Record> {
        let texts = self.texts(encoding);
        let of_table = |(index, text): (usize, &String)| {
            let rows = dialect::rows_of(text, index + 1 == texts.len(), dialect.syntax);
            let rows = rows.into_iter().filter(|row| row.len() == columns.len());
            rows.map(|row| Record::new(Place::line(0), row)).collect::<Vec<_>>()
        };
        match format {
            FileFormat::Csv | FileFormat::Tsv => texts.iter().enumerate().flat_map(of_table).collect(),
            FileFormat::Ndjson => texts.iter().flat_map(|text| ndjson::records_of(text, columns)).collect(),
            _ => Vec::new(),
        }
    }
}

/// Without the lines that the ends of a piece cut.
fn whole_lines(piece: &[u8], is_last: bool) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let Some(start) = piece.iter().position(is_end) else { return &[] };
    let end = if is_last { piece.len() } else { piece.iter().rposition(is_end).map_or(0, |at| at + 1) };
    piece.get(start + 1..end).unwrap_or_default()
}
