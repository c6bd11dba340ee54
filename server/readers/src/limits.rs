//! What a file may ask for, at most.

/// Longest record, in bytes: 1 MiB, as the gateway's largest body and [`domain::content::MESSAGE_MAX_BYTES`].
pub const RECORD_MAX_BYTES: usize = 1024 * 1024;

/// How much of one e-mail is looked at, in bytes: 4 MiB. What comes after it (mostly attachments) is passed over.
pub const MAIL_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Longest piece of text or markup that XML is read in, in bytes: 16 MiB. A longer one ends the reading, since XML cannot be
/// taken up in the middle.
pub const XML_PIECE_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Deepest nesting of XML elements. Exports nest about 6 deep.
pub const XML_MAX_DEPTH: usize = 100;

/// Most that a packed file may unpack to, in bytes: 8 GiB.
pub const UNPACKED_MAX_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// Most that a packed file may grow by unpacking, looked at once 32 MiB have come out. Text packs 3 to 30 times smaller, a
/// bomb about 1,000 times.
pub const UNPACKED_MAX_RATIO: u64 = 200;

/// From where on the growth is looked at, in bytes.
pub const RATIO_FREE_BYTES: u64 = 32 * 1024 * 1024;

/// Most files in a zip or tar.
pub const ARCHIVE_MAX_ENTRIES: usize = 10_000;

/// Most columns.
pub const MAX_COLUMNS: usize = 500;

/// How many records of JSON are looked at to know its columns, unless they are longer than [`LOOKAHEAD_BYTES`] together.
pub const LOOKAHEAD_RECORDS: usize = 1_000;

/// How much JSON is looked at to know its columns, in bytes: 4 MiB.
pub const LOOKAHEAD_BYTES: usize = 4 * 1024 * 1024;

/// How much of a file is looked at to know packing, encoding and format, in bytes: 256 KiB.
pub const HEAD_BYTES: usize = 256 * 1024;

/// How much of a table with broken quotes is read again from the next line, in bytes: 64 MiB in all.
pub const REREAD_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Most that the texts of a workbook may have, unpacked, as they are held in memory: 128 MiB; and the size of an .xls.
pub const BOOK_TEXTS_MAX_BYTES: u64 = 128 * 1024 * 1024;
