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

/// The smaller of two values that are there.
macro_rules! smaller {
    ($one:literal, $other:literal) => {
        concat!("min(", $one, ", ", $other, ")")
    };
}

/// Where a text begins in another, from 1; 0 where it does not occur.
macro_rules! position {
    ($text:literal, $wanted:literal) => {
        concat!("instr(", $text, ", ", $wanted, ")")
    };
}

/// Which index to walk, where SQLite would guess another.
macro_rules! walk {
    ($index:literal) => {
        concat!(" INDEXED BY ", $index, " ")
    };
}

/// A lock on the rows that are read, against whoever writes them meanwhile: SQLite has one writer anyway.
macro_rules! for_update {
    () => {
        ""
    };
}

/// One of twenty steps of a score.
macro_rules! bucket {
    ($score:literal) => {
        concat!("min(19, max(0, CAST(", $score, " / 5 AS INTEGER)))")
    };
}

/// A score in whole points, none above 100.
macro_rules! points {
    ($score:literal) => {
        concat!("min(100, CAST(", $score, " AS INTEGER))")
    };
}
