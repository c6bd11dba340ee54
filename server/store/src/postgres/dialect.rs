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

/// Where a text begins in another, from 1; 0 where it does not occur.
macro_rules! position {
    ($text:expr, $wanted:literal) => {
        concat!("strpos(", $text, ", ", $wanted, ")")
    };
}

/// Which index to walk: PostgreSQL knows by its statistics.
macro_rules! walk {
    ($index:literal) => {
        " "
    };
}

/// Bytes as people read them.
macro_rules! hexed {
    ($bytes:literal) => {
        concat!("encode(", $bytes, ", 'hex')")
    };
}

/// A text that is compared and sorted by its bytes, whatever its column does.
macro_rules! by_bytes {
    ($text:literal) => {
        concat!($text, " COLLATE \"C\"")
    };
}

/// Behind a table that is walked by its ids: PostgreSQL knows by its statistics.
macro_rules! unindexed {
    () => {
        ""
    };
}

/// The highest number that a table ever gave, also to what is gone.
macro_rules! ever_given {
    ($table:literal) => {
        concat!("coalesce(pg_sequence_last_value('", $table, "_id_seq'), 0)")
    };
}

/// Thirty-two bytes that nobody knows, others for each row.
macro_rules! noise {
    () => {
        "sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
    };
}

/// The number of a row that is given none.
macro_rules! next_id {
    ($table:literal) => {
        concat!("nextval('", $table, "_id_seq')")
    };
}

/// A number without what is behind its point.
macro_rules! whole {
    ($number:literal) => {
        concat!("trunc(", $number, ")::bigint")
    };
}

/// Detections `d` that an expression finds in the index of words, as what follows FROM. That it is looked up by itself (`OFFSET`)
/// keeps PostgreSQL from walking the log instead, newest first, until enough is found.
macro_rules! found_by_words {
    ($expression:literal) => {
        concat!(
            "(SELECT detection_id FROM detection_words WHERE words @@ ",
            $expression,
            "::tsquery OFFSET 0) i JOIN detections d ON d.id = i.detection_id WHERE TRUE"
        )
    };
}

/// The id of what was found so.
macro_rules! found_id {
    () => {
        "d.id"
    };
}

/// One of twenty steps of a score.
macro_rules! bucket {
    ($score:literal) => {
        concat!("stat_bucket(", $score, ")")
    };
}

/// Whether no other replica that is alive judges a submission. One that was not heard of for a minute is not.
macro_rules! no_others {
    () => {
        "NOT EXISTS (SELECT 1 FROM replicas r WHERE r.id = submissions.kept_by AND r.id <> current_setting('gavel.replica')
             AND r.seen_at > extract(epoch FROM clock_timestamp()) * 1000 - 60000)"
    };
}
