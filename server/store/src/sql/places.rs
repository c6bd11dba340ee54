//! Statements that take several rows.

/// Places for the values of so many rows: `($1, $2), ($3, $4)`. Those of what follows are numbered on.
pub(super) fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> =
            (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_numbered_through() {
        assert_eq!(super::places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(super::places(1, 1), "($1)");
    }
}
