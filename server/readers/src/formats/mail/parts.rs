//! Where the parts of a letter begin and end.

/// The parts between boundaries, and what stands around them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Split<'x> {
    pub(super) before: &'x [u8],
    pub(super) parts: Vec<&'x [u8]>,
    pub(super) after: &'x [u8],
}

/// Splits at the boundary that was declared; where it never comes, at the one that is there. Parts that the last boundary
/// does not close, and those that come behind it, count.
pub(super) fn split<'x>(body: &'x [u8], boundary: Option<&str>) -> Split<'x> {
    let declared = boundary.map(str::trim_end).filter(|boundary| !boundary.is_empty());
    let found =
        declared.map(|boundary| at(body, boundary.as_bytes())).filter(|split| !split.parts.is_empty());
    found
        .or_else(|| found_in(body).map(|boundary| at(body, boundary)))
        .unwrap_or(Split { before: body, ..Split::default() })
}

fn at<'x>(body: &'x [u8], boundary: &[u8]) -> Split<'x> {
    let mut split = Split { before: body, ..Split::default() };
    // Where the part that is open begins.
    let mut open: Option<usize> = None;
    let mut offset = 0;
    let mut closed_at = None;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let end = offset + line.len();
        let rest = line.trim_ascii_end().strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        if let Some(rest @ ([] | b"--")) = rest {
            match open {
                Some(start) => split.parts.push(without_last_line_end(&body[start.min(offset)..offset])),
                None if split.parts.is_empty() => split.before = &body[..offset],
                None => {}
            }
            // What a closing boundary closes may be opened again.
            open = rest.is_empty().then_some(end);
            closed_at = (!rest.is_empty()).then_some(end);
        }
        offset = end;
    }
    if let Some(start) = open.filter(|&start| start < body.len()) {
        split.parts.push(&body[start..]);
    }
    split.after = closed_at.map_or(&[], |end| &body[end..]);
    split
}

fn without_last_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// The first line that looks like a boundary: two dashes, and a field of a part's header in the next line.
fn found_in(body: &[u8]) -> Option<&[u8]> {
    let mut lines = body.split(|&byte| byte == b'\n').map(|line| line.trim_ascii_end()).peekable();
    while let Some(line) = lines.next() {
        let boundary = line.strip_prefix(b"--").filter(|rest| !rest.is_empty() && rest.len() <= 200);
        let is_part = lines.peek().is_some_and(|next| {
            next.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) && next.contains(&b':')
        });
        if let Some(boundary) = boundary.filter(|_| is_part) {
            return Some(boundary);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str, boundary: &str) -> Vec<String> {
        let split = split(body.as_bytes(), Some(boundary));
        split.parts.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }

    #[test]
    fn boundaries_split_whether_they_close_or_not() {
        assert_eq!(parts("x\n--b\none\n--b\ntwo\n--b--\ny", "b"), ["one", "two"]);
        assert_eq!(parts("--b\r\none\r\n--b \r\ntwo", "b"), ["one", "two"]);
        assert_eq!(parts("--b\none\n--b--\n--b\ntwo\n--b--", "b"), ["one", "two"]);
        assert_eq!(parts("--bc\none\n--bc--", "b"), [""; 0]);
        assert_eq!(
            split(b"pre\n--b\none\n--b--\npost", Some("b")),
            Split { before: b"pre\n", parts: vec![b"one"], after: b"post" }
        );
    }

    #[test]
    fn a_boundary_that_never_comes_is_found() {
        assert_eq!(
            parts("--real\nContent-Type: text/html\n\none\n--real--", "declared"),
            ["Content-Type: text/html\n\none"]
        );
        assert_eq!(parts("--\nSignature: yes\n", "declared"), [""; 0]);
    }
}
