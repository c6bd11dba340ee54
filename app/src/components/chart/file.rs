//! Charts as files.

#[cfg(feature = "ssr")]
use super::{Chart, Table, drawing};

/// Width of the file, in pixels.
#[cfg(feature = "ssr")]
const WIDTH: u32 = 960;

/// What a picture is looked at on.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// On white, or printed.
    #[default]
    Light,
    /// On a dark page.
    Dark,
}

/// Colours of the pages, by their names in base.css: a file stands for itself.
#[cfg(feature = "ssr")]
struct Palette {
    surface: &'static str,
    ink: &'static str,
    muted: &'static str,
    line: &'static str,
    field: &'static str,
    accent: &'static str,
    spam: &'static str,
    ham: &'static str,
    ham_soft: &'static str,
    unsure: &'static str,
    unsure_soft: &'static str,
}

#[cfg(feature = "ssr")]
const LIGHT: Palette = Palette {
    surface: "#ffffff",
    ink: "#1a1d23",
    muted: "#565d6b",
    line: "#dfe2e8",
    field: "#868d9b",
    accent: "#4547c9",
    spam: "#b3202a",
    ham: "#166a3d",
    ham_soft: "#e3f4ea",
    unsure: "#855000",
    unsure_soft: "#fdf1dc",
};

#[cfg(feature = "ssr")]
const DARK: Palette = Palette {
    surface: "#1b1e24",
    ink: "#e7e9ed",
    muted: "#aab1be",
    line: "#323742",
    field: "#737c8c",
    accent: "#a9acfc",
    spam: "#ff8f94",
    ham: "#6fd79b",
    ham_soft: "#13351f",
    unsure: "#f3b95f",
    unsure_soft: "#3a2a0d",
};

#[cfg(feature = "ssr")]
impl Palette {
    fn style(&self) -> String {
        let Self { surface, ink, muted, line, field, accent, spam, ham, ham_soft, unsure, unsure_soft } =
            self;
        format!(
            "text{{font:12px system-ui,sans-serif;fill:{muted};paint-order:stroke;stroke:{surface};stroke-width:3px}}\
             .title{{font-size:15px;font-weight:600;fill:{ink}}}\
             .c-grid{{stroke:{line}}}.c-axis{{stroke:{field}}}.c-mark{{stroke:{ink};stroke-dasharray:4 3}}\
             .c-spam{{fill:{spam}}}.c-ham{{fill:{ham}}}.c-ham-ground{{fill:{ham_soft}}}.c-unsure{{fill:{unsure}}}\
             .c-unsure-ground{{fill:{unsure_soft}}}.c-bar{{fill:{accent}}}\
             .c-line,.c-line-2,.c-line-3,.c-line-before{{fill:none;stroke:{accent};stroke-width:2}}\
             .c-line-2{{stroke:{unsure};stroke-dasharray:6 3}}.c-line-3{{stroke:{spam};stroke-dasharray:2 3}}\
             .c-line-before{{stroke:{muted};stroke-width:1.5;stroke-dasharray:3 3}}\
             .c-point{{fill:{surface};stroke-dasharray:none}}"
        )
    }
}

#[cfg(feature = "ssr")]
impl Chart {
    /// A picture that stands for itself.
    pub(crate) fn svg(&self, colours: Colours) -> String {
        let palette = if colours == Colours::Dark { DARK } else { LIGHT };
        let (style, surface) = (palette.style(), palette.surface);
        let height = drawing::HEIGHT + 60.0;
        let near = self.near.as_ref().map(|near| format!(" {} {}", near.cell.text, near.words));
        let summary = format!("{}{}", self.summary, near.unwrap_or_default());
        let (title, summary) = (drawing::escaped(self.title), drawing::escaped(&summary));
        let shapes = drawing::shapes(self);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\
             <title>{title}</title><desc>{summary}</desc><style>{style}</style>\
             <rect width=\"100%\" height=\"100%\" fill=\"{surface}\"/>\
             <text class=\"title\" x=\"16\" y=\"26\">{title}</text>\
             <svg x=\"{}\" y=\"44\" width=\"{}\" height=\"{}\" overflow=\"visible\">{shapes}</svg></svg>\n",
            16 + drawing::ROOM_FOR_NUMBERS,
            WIDTH - 32 - drawing::ROOM_FOR_NUMBERS,
            drawing::HEIGHT
        )
    }
}

#[cfg(feature = "ssr")]
impl Table {
    /// The names of the columns, and the figures as plain text: numbers as numbers.
    pub(crate) fn records(&self) -> Vec<Vec<String>> {
        let names = self.columns.iter().map(|name| (*name).to_owned()).collect();
        let text = |cell: &super::Cell| match (&cell.link, cell.value) {
            (_, Some(value)) => super::scale::trimmed(value),
            (..) => cell.text.clone(),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(text).collect());
        std::iter::once(names).chain(rows).collect()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_colours_of_the_pages() {
        let css = include_str!("../../../../style/base.css");
        let pairs = |of: fn(&Palette) -> &'static str| (of(&LIGHT), of(&DARK));
        for (name, (light, dark)) in [
            ("surface", pairs(|palette| palette.surface)),
            ("ink", pairs(|palette| palette.ink)),
            ("muted", pairs(|palette| palette.muted)),
            ("line", pairs(|palette| palette.line)),
            ("field", pairs(|palette| palette.field)),
            ("accent", pairs(|palette| palette.accent)),
            ("spam", pairs(|palette| palette.spam)),
            ("ham", pairs(|palette| palette.ham)),
            ("ham-soft", pairs(|palette| palette.ham_soft)),
            ("unsure", pairs(|palette| palette.unsure)),
            ("unsure-soft", pairs(|palette| palette.unsure_soft)),
        ] {
            let line = format!("--{name}: light-dark({light}, {dark});");
            assert!(css.contains(&line), "{line}");
        }
    }
}
