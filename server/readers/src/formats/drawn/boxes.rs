//! Rows between lines of signs, and of Markdown.

use super::{Draw, Out};
use crate::limits::RECORD_MAX_BYTES;

/// Signs that lines between rows are made of, other than dashes: of ASCII, and of box drawing.
const CORNERS: &str = "+┌┬┐├┼┤└┴┘╭╮╰╯╒╤╕╞╪╡╘╧╛╔╦╗╠╬╣╚╩╝";
const DASHES: &str = "-=─═";

/// Whether a line is nothing but signs.
fn is_border(line: &str) -> bool {
    let line = line.trim();
    line.chars().any(|c| DASHES.contains(c))
        && line.chars().any(|c| CORNERS.contains(c))
        && line.chars().all(|c| DASHES.contains(c) || CORNERS.contains(c))
}

/// What stands between the cells of a table that these two lines begin, and whether at both ends of a row as well: a border and
/// the header, as mysql draws, or the header and a border, as psql does.
pub(super) fn begin(line: &str, next: &str) -> Option<(char, bool)> {
    let pipe_of = |line: &str| line.chars().find(|c| matches!(c, '|' | '│' | '║'));
    if is_border(line) && line.starts_with(|c| CORNERS.contains(c)) {
        let pipe = pipe_of(next).filter(|pipe| next.starts_with(*pipe) && next.ends_with(*pipe))?;
        return Some((pipe, true));
    }
    let is_rule = is_border(next) && next.starts_with(|c| DASHES.contains(c));
    let corners = next.chars().filter(|c| CORNERS.contains(*c)).count();
    let pipe =
        pipe_of(line).filter(|pipe| is_rule && line.chars().filter(|c| c == pipe).count() == corners)?;
    Some((pipe, false))
}

/// Reads such a table.
pub(super) struct Boxes {
    pipe: char,
    is_closed: bool,
    is_markdown: bool,
    columns: Option<usize>,
    /// Where the columns' signs stand in a border, in characters, and how wide its last column is.
    corners: Vec<usize>,
    last_width: usize,
    /// A row whose end has not come, and how many signs between cells it has so far.
    open: String,
    pipes: usize,
    /// The cells so far of a row of several lines, and which of them go on.
    cells: Vec<String>,
    go_on: Vec<bool>,
    lines: usize,
}

impl Boxes {
    pub(super) fn new(pipe: char, is_closed: bool) -> Self {
        Self {
            pipe,
            is_closed,
            is_markdown: false,
            columns: None,
            corners: Vec::new(),
            last_width: 0,
            open: String::new(),
            pipes: 0,
            cells: Vec::new(),
            go_on: Vec::new(),
            lines: 0,
        }
    }

    pub(super) fn markdown() -> Self {
        Self { is_markdown: true, ..Self::new('|', false) }
    }

    fn border(&mut self, line: &str) {
        let places = line.trim().chars().enumerate().filter(|(_, c)| CORNERS.contains(*c));
        self.corners = places.map(|(place, _)| place).collect();
        self.last_width = line.trim_end().chars().rev().take_while(|c| DASHES.contains(*c)).count();
    }

    /// The cells of a row, untrimmed.
    fn split<'a>(&self, row: &'a str) -> Vec<&'a str> {
        let bare = row.strip_prefix(self.pipe).filter(|_| self.is_closed);
        let bare = bare.map(|row| row.strip_suffix(self.pipe).unwrap_or(row));
        let cells: Vec<_> = bare.unwrap_or(row).split(self.pipe).collect();
        if self.columns.is_none_or(|columns| columns == cells.len()) {
            return cells;
        }
        // A cell holds the sign: the signs of the border tell which ones separate.
        let places: Vec<_> = row.char_indices().collect();
        let at: Option<Vec<usize>> = self
            .corners
            .iter()
            .map(|corner| places.get(*corner).filter(|(_, c)| *c == self.pipe).map(|(at, _)| *at))
            .collect();
        let Some(at) = at.filter(|at| !at.is_empty()) else { return cells };
        let width = self.pipe.len_utf8();
        let from = if bare.is_some() { Vec::new() } else { vec![0] };
        let from = from.into_iter().chain(at.iter().map(|at| at + width));
        let to = at.iter().copied().skip(usize::from(bare.is_some())).chain([row.len()]);
        let count = self.columns.unwrap_or_default();
        let found: Vec<_> = from.zip(to).take(count).map(|(from, to)| &row[from..to]).collect();
        if Some(found.len()) == self.columns { found } else { cells }
    }

    /// Takes the cells of a line; in psql's way a sign at its end says that a cell goes on in the next one.
    fn add(&mut self, cells: &[String], out: &mut Out) {
        let last = cells.len().saturating_sub(1);
        let goes_on = |(index, cell): (usize, &String)| {
            let is_marked = cell.ends_with('+') || cell.ends_with('↵');
            let is_margin = index < last || self.is_closed || cell.chars().count() == self.last_width;
            is_marked && is_margin && self.columns.is_some()
        };
        let marks: Vec<bool> = cells.iter().enumerate().map(goes_on).collect();
        for (index, cell) in cells.iter().enumerate() {
            let text = if marks[index] { cell.trim_end_matches(['+', '↵']) } else { cell };
            let is_more = self.go_on.get(index).copied().unwrap_or(false);
            if index >= self.cells.len() {
                self.cells.push(text.trim().to_owned());
            } else if is_more || !text.trim().is_empty() {
                self.cells[index].push('\n');
                self.cells[index].push_str(text.strip_prefix(' ').unwrap_or(text).trim_end());
            }
        }
        self.lines += 1;
        let is_too_long = self.cells.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES;
        self.go_on = marks;
        if is_too_long || !self.go_on.contains(&true) {
            self.end_row(out);
        }
    }

    fn end_row(&mut self, out: &mut Out) {
        if self.cells.is_empty() {
            return;
        }
        let is_header = self.columns.is_none();
        self.columns.get_or_insert(self.cells.len());
        let shown = |cell: &String| if *cell == "NULL" && !is_header { String::new() } else { cell.clone() };
        let cells: Vec<_> = self.cells.drain(..).map(|cell| shown(&cell)).collect();
        out.row(cells.iter().map(String::as_str), self.lines);
        self.lines = 0;
        self.go_on.clear();
    }

    /// A row whose end never came is told as it stands.
    fn give_up(&mut self, out: &mut Out) {
        if !self.open.is_empty() {
            let open = std::mem::take(&mut self.open);
            self.pipes = 0;
            out.row([open.trim()], open.split('\n').count());
        }
    }

    /// Takes a line of a row with a sign at both ends: mysql leaves line ends of a text as they are.
    fn closed(&mut self, line: &str, out: &mut Out) {
        let begins = line.trim_start().starts_with(self.pipe);
        let whole = |boxes: &Self, row: &str| {
            if !row.trim_end().ends_with(boxes.pipe) {
                return None;
            }
            let cells = boxes.split(row.trim());
            let is_enough = boxes.columns.is_none_or(|columns| cells.len() >= columns);
            is_enough.then(|| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())
        };
        if begins && !self.open.is_empty() && whole(self, line).is_some() {
            self.give_up(out);
        }
        if !self.open.is_empty() {
            self.open.push('\n');
        }
        self.open.push_str(line);
        self.pipes += line.matches(self.pipe).count();
        // Only a line that may be the row's last is worth a look at all of it.
        let may_end = self.columns.is_none_or(|columns| self.pipes > columns);
        if let Some(cells) = may_end.then(|| whole(self, &self.open)).flatten() {
            self.lines = self.open.split('\n').count() - 1;
            self.open.clear();
            self.pipes = 0;
            self.add(&cells, out);
        } else if self.open.len() > RECORD_MAX_BYTES {
            self.give_up(out);
        }
    }
}

impl Draw for Boxes {
    fn take(&mut self, line: &str, out: &mut Out) {
        if self.is_markdown {
            let cells = markdown(line);
            if self.columns.is_some() && cells.iter().all(|cell| is_rule(cell)) && !cells.is_empty() {
                out.blank();
            } else if line.contains('|') {
                self.columns.get_or_insert(cells.len());
                out.row(cells.iter().map(String::as_str), 1);
            } else {
                out.beside(line);
            }
        } else if is_border(line) && self.open.is_empty() {
            self.end_row(out);
            self.border(line);
            out.blank();
        } else if self.is_closed && (!self.open.is_empty() || line.trim_start().starts_with(self.pipe)) {
            self.closed(line, out);
        } else if !self.is_closed && line.contains(self.pipe) {
            let cells: Vec<_> = self.split(line).into_iter().map(str::to_owned).collect();
            self.add(&cells, out);
        } else {
            self.end_row(out);
            out.beside(line);
        }
    }

    fn finish(&mut self, out: &mut Out) {
        self.give_up(out);
        self.end_row(out);
    }
}

fn is_rule(cell: &str) -> bool {
    cell.contains('-') && cell.chars().all(|c| matches!(c, '-' | ':'))
}

/// The cells of a line in Markdown: a backslash ahead of the sign makes it text, and `<br>` is a line end.
pub(super) fn markdown(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' if chars.peek() == Some(&'|') => {
                chars.next();
                cells.last_mut().into_iter().for_each(|cell| cell.push('|'));
            }
            '|' if chars.peek().is_none() => {}
            '|' => cells.push(String::new()),
            other => cells.last_mut().into_iter().for_each(|cell| cell.push(other)),
        }
    }
    let with_line_ends =
        |cell: String| ["<br>", "<br/>", "<br />"].iter().fold(cell, |cell, br| cell.replace(br, "\n"));
    cells.into_iter().map(|cell| with_line_ends(cell).trim().to_owned()).collect()
}
