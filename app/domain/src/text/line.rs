//! Text on one line: for lists, titles and tooltips.

use super::is_invisible;

/// The text on one line, with invisible characters left out.
pub fn single_line(text: &str) -> String {
    marked_line(text, &[]).into_iter().map(|(part, _)| part).collect()
}

/// The text on one line, cut where marks (byte ranges of `text`, in order, not overlapping) start and end; each part says
/// whether it is marked.
pub fn marked_line(text: &str, marks: &[(usize, usize)]) -> Vec<(String, bool)> {
    let mut parts: Vec<(String, bool)> = Vec::new();
    let mut marks = marks.iter().copied().peekable();
    let mut gap = false;
    for (at, char) in text.char_indices() {
        while marks.next_if(|mark| mark.1 <= at).is_some() {}
        let marked = marks.peek().is_some_and(|mark| mark.0 <= at);
        if char.is_whitespace() {
            gap = true;
            continue;
        }
        if is_invisible(char) {
            continue;
        }
        let space = std::mem::take(&mut gap) && !parts.is_empty();
        match parts.last_mut() {
            Some((part, was)) if *was == marked => {
                part.extend(space.then_some(' ').into_iter().chain([char]))
            }
            Some((part, false)) if space => {
                part.push(' ');
                parts.push((char.to_string(), marked));
            }
            _ if space && !marked => parts.push((format!(" {char}"), marked)),
            _ => parts.push((char.to_string(), marked)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_line_has_no_breaks_and_nothing_invisible() {
        assert_eq!(single_line("  a\r\n\tb\u{200b}c "), "a bc");
    }

    #[test]
    fn marks_cut_the_line_without_its_white_space() {
        let part = |text: &str, marked| (text.to_owned(), marked);
        let text = " free\n\nmoney, free!";
        assert_eq!(
            marked_line(text, &[(1, 5), (14, 18)]),
            [part("free", true), part(" money, ", false), part("free", true), part("!", false)]
        );
        assert_eq!(marked_line("ab c", &[(0, 2), (3, 4)]), [part("ab c", true)], "neighbours are one");
    }
}
