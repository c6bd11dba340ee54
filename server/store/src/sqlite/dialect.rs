//! What statements of `sql` write differently for each engine.

/// A flag that is set, to compare with: an index whose condition says `= 1` is found by nothing else.
macro_rules! truth {
    () => {
        "1"
    };
}

/// A flag that is not set.
macro_rules! untruth {
    () => {
        "0"
    };
}

/// The numbers of a list that is bound as JSON, as rows of one column `value`: `id IN (list!("$1"))`.
macro_rules! list {
    ($parameter:literal) => {
        concat!("SELECT value FROM json_each(", $parameter, ")")
    };
}

/// The larger of two values that are there.
macro_rules! larger {
    ($one:literal, $other:literal) => {
        concat!("max(", $one, ", ", $other, ")")
    };
}

/// Where a text begins in another, from 1; 0 where it does not occur.
macro_rules! position {
    ($text:expr, $wanted:literal) => {
        concat!("instr(", $text, ", ", $wanted, ")")
    };
}

/// Which index to walk, where SQLite would guess another.
macro_rules! walk {
    ($index:literal) => {
        concat!(" INDEXED BY ", $index, " ")
    };
}

/// Bytes as people read them.
macro_rules! hexed {
    ($bytes:literal) => {
        concat!("lower(hex(", $bytes, "))")
    };
}

/// A text that is compared and sorted by its bytes, whatever its column does.
macro_rules! by_bytes {
    ($text:literal) => {
        concat!($text, " COLLATE BINARY")
    };
}

/// Behind a table that is walked by its ids, where SQLite would guess an index.
macro_rules! unindexed {
    () => {
        "NOT INDEXED"
    };
}

/// The highest number that a table ever gave, also to what is gone.
macro_rules! ever_given {
    ($table:literal) => {
        concat!("coalesce((SELECT seq FROM sqlite_sequence WHERE name = '", $table, "'), 0)")
    };
}

/// Thirty-two bytes that nobody knows, others for each row.
macro_rules! noise {
    () => {
        "randomblob(32)"
    };
}

/// The number of a row that is given none: the table gives it itself.
macro_rules! next_id {
    ($table:literal) => {
        "NULL"
    };
}

/// A number without what is behind its point.
macro_rules! whole {
    ($number:literal) => {
        concat!("CAST(", $number, " AS INTEGER)")
    };
}

/// Detections `d` that an expression finds in the index of words, as what follows FROM.
macro_rules! found_by_words {
    ($expression:literal) => {
        concat!(
            "detections_fts CROSS JOIN detections d ON d.id = detections_fts.rowid WHERE detections_fts MATCH ",
            $expression
        )
    };
}

/// The id of what was found so: in its order the index is walked.
macro_rules! found_id {
    () => {
        "detections_fts.rowid"
    };
}

/// One of twenty steps of a score.
macro_rules! bucket {
    ($score:literal) => {
        concat!("min(19, max(0, CAST(", $score, " / 5 AS INTEGER)))")
    };
}

/// Whether no other program that is alive judges a submission: on SQLite one program judges.
macro_rules! no_others {
    () => {
        "TRUE"
    };
}
