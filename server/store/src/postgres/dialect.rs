//! What statements of `sql` write differently for each engine.

/// A flag that is set, to compare with.
macro_rules! truth {
    () => {
        "TRUE"
    };
}

/// A flag that is not set.
macro_rules! untruth {
    () => {
        "FALSE"
    };
}

/// The numbers of a list that is bound as JSON, as rows of one column `value`: `id IN (list!("$1"))`.
macro_rules! list {
    ($parameter:literal) => {
        concat!("SELECT value::bigint AS value FROM json_array_elements_text(", $parameter, "::json)")
    };
}

/// The larger of two values that are there.
macro_rules! larger {
    ($one:literal, $other:literal) => {
        concat!("greatest(", $one, ", ", $other, ")")
    };
}

/// The smaller of two values that are there.
macro_rules! smaller {
    ($one:literal, $other:literal) => {
        concat!("least(", $one, ", ", $other, ")")
    };
}

/// Where a text begins in another, from 1; 0 where it does not occur.
macro_rules! position {
    ($text:literal, $wanted:literal) => {
        concat!("strpos(", $text, ", ", $wanted, ")")
    };
}

/// Which index to walk: PostgreSQL knows by its statistics.
macro_rules! walk {
    ($index:literal) => {
        " "
    };
}

/// A lock on the rows that are read, against whoever writes them meanwhile.
macro_rules! for_update {
    () => {
        " FOR UPDATE"
    };
}

/// One of twenty steps of a score.
macro_rules! bucket {
    ($score:literal) => {
        concat!("stat_bucket(", $score, ")")
    };
}

/// A score in whole points, none above 100.
macro_rules! points {
    ($score:literal) => {
        concat!("least(100, trunc(", $score, ")::bigint)")
    };
}
