//! The theme, and which classes have a rule under it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use encre_css::{
    Config, Preflight,
    config::{DarkMode, Safelist},
};

/// What a string elsewhere is taken for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Every word has a rule, and at least one is no plain word.
    AllClasses,
    /// At least half of the words are classes; the first of the others.
    ClassesBut(String),
    /// Not meant as classes.
    Other,
}

/// Marks of Tailwind's own that other classes refer to and that have no rule themselves.
const MARKS: &[&str] = &["group", "peer"];

/// Tailwind's screens from narrow to wide (<https://tailwindcss.com/docs/responsive-design>). Where the rules of two of them hold, the
/// wider one's has to stand last, which encre-css does not see to.
const SCREENS: [&str; 5] = ["sm", "md", "lg", "xl", "2xl"];

/// `style/theme.toml` and `style/base.css`.
pub(crate) struct Theme {
    /// Resets and the safelist's rules left out: what it generates is for the asked classes alone.
    bare: Config,
    /// encre-css's reset and the theme's safelist.
    reset: String,
    base: String,
    in_base: BTreeSet<String>,
    shortcuts: BTreeMap<String, String>,
    ignored: BTreeSet<String>,
    /// Whether a class yields a rule, once asked.
    asked: RefCell<HashMap<String, bool>>,
}

impl Theme {
    /// Reads the theme's files.
    pub(crate) fn load(style: &Path) -> Result<Self> {
        let config = Config::from_file(style.join("theme.toml")).context("style/theme.toml")?;
        let base = fs::read_to_string(style.join("base.css")).context("style/base.css")?;
        let ignore = config.extra.get("ignore").and_then(|value| value.as_array());
        let ignored =
            ignore.into_iter().flatten().filter_map(|name| name.as_str()).map(str::to_owned).collect();
        let mut bare = config.clone();
        bare.preflight = Preflight::None;
        bare.safelist = Safelist::default();
        Ok(Self {
            reset: encre_css::generate([], &config),
            in_base: class_selectors(&base),
            // By their serialised form, since encre-css lets nobody list them otherwise.
            shortcuts: serde_json::from_value(serde_json::to_value(&config.shortcuts)?)?,
            bare,
            base,
            ignored,
            asked: RefCell::default(),
        })
    }

    /// Whether a class may stand in the sources.
    pub(crate) fn knows(&self, class: &str) -> bool {
        let mark = class.split('/').next().unwrap_or(class);
        MARKS.contains(&mark)
            || self.ignored.contains(class)
            || self.in_base.contains(class)
            || self.has_rule(class)
    }

    /// Judges a string that stands where no classes are announced.
    pub(crate) fn look_at(&self, text: &str) -> Looks {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (known, unknown): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| self.has_rule(word));
        // "table" is a word of English too, and so may be "flex"; "p-2" is none.
        if self.ignored.contains(text) || !known.iter().any(|word| word.contains(['-', ':'])) {
            Looks::Other
        } else if unknown.is_empty() {
            Looks::AllClasses
        } else if known.len() >= unknown.len() {
            Looks::ClassesBut(unknown[0].to_owned())
        } else {
            Looks::Other
        }
    }

    /// The words in shortcuts that yield no rule, each with its shortcut.
    pub(crate) fn broken_shortcuts(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, classes) in &self.shortcuts {
            let unknown = classes.split_whitespace().filter(|word| !self.knows(word));
            broken.extend(
                unknown.map(|word| format!("style/theme.toml: shortcut `{name}`: `{word}` yields no rule")),
            );
        }
        broken
    }

    fn has_rule(&self, class: &str) -> bool {
        if let Some(answer) = self.asked.borrow().get(class) {
            return *answer;
        }
        let answer = !encre_css::generate([class], &self.bare).trim().is_empty();
        self.asked.borrow_mut().insert(class.to_owned(), answer);
        answer
    }

    /// Resets, base rules, utilities, in this order, so that a utility wins over a base rule.
    pub(crate) fn style_sheet(&self, classes: &[&str]) -> String {
        let utilities = utilities(classes, &self.bare);
        format!("{}\n{}\n{utilities}\n{}", self.reset, self.base, self.dark_by_system(classes))
    }

    /// The `dark:` rules once more for those who chose neither light nor dark and whose system is dark.
    fn dark_by_system(&self, classes: &[&str]) -> String {
        let dark: Vec<&str> =
            classes.iter().copied().filter(|class| class.split(':').any(|part| part == "dark")).collect();
        if dark.is_empty() {
            return String::new();
        }
        let mut config = self.bare.clone();
        config.theme.dark_mode = DarkMode::new_class(":root:not(.light)");
        format!("@media (prefers-color-scheme: dark) {{\n{}\n}}\n", utilities(&dark, &config))
    }
}

/// The rules of classes: first those for every screen, then those for each, the widest last.
fn utilities(classes: &[&str], config: &Config) -> String {
    let screen = |class: &str| SCREENS.iter().position(|screen| class.split(':').any(|part| part == *screen));
    let screens = std::iter::once(None).chain((0..SCREENS.len()).map(Some));
    let of_screen = |at| {
        let classes = classes.iter().copied().filter(|class| screen(class) == at);
        encre_css::generate(classes, config) + "\n"
    };
    screens.map(of_screen).collect()
}

/// The class names in the selectors of a style sheet. Takes a file's ending in a `url()` for one too,
/// which does no harm.
fn class_selectors(css: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = without_comments(css);
    while let Some(dot) = rest.find('.') {
        rest = rest.split_off(dot + 1);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).unwrap_or(rest.len());
        if rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            names.insert(rest[..end].to_owned());
        }
    }
    names
}

fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(toml: &str, base: &str) -> Theme {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("theme.toml"), toml).unwrap();
        fs::write(folder.path().join("base.css"), base).unwrap();
        Theme::load(folder.path()).unwrap()
    }

    #[test]
    fn knows_utilities_base_classes_marks_and_ignored_names() {
        let theme = theme("[extra]\nignore = [\"js-hook\"]", "/* .gone */ .card > a:hover { margin: .5rem }");
        for known in ["flex", "hover:bg-red-500", "md:p-[3px]", "card", "group", "peer/mail", "js-hook"] {
            assert!(theme.knows(known), "{known}");
        }
    }

    #[test]
    fn refuses_what_the_generator_drops_silently() {
        let theme = theme("", "/* .gone */ .card { margin: .5rem }");
        for unknown in
            ["size-4", "bg-[var(--x)]", "text-sm/6", "p-2!", "not-hover:mt-2", "nonsense", "gone", "5rem"]
        {
            assert!(!theme.knows(unknown), "{unknown}");
        }
    }

    #[test]
    fn names_the_broken_word_of_a_shortcut() {
        let theme = theme("[shortcuts]\nbtn = \"flex size-4\"", "");
        assert_eq!(theme.broken_shortcuts(), ["style/theme.toml: shortcut `btn`: `size-4` yields no rule"]);
        assert!(theme.knows("btn"));
    }

    #[test]
    fn strings_elsewhere_are_told_from_prose() {
        let theme = theme("[extra]\nignore = [\"p-1\"]", "");
        assert_eq!(theme.look_at("flex p-2"), Looks::AllClasses);
        assert_eq!(theme.look_at("text-red-500"), Looks::AllClasses);
        assert_eq!(theme.look_at("flex p-2 size-4"), Looks::ClassesBut("size-4".into()));
        for prose in
            ["table", "flex your muscles", "hidden block", "", "-", "see p-2 for the other three", "p-1"]
        {
            assert_eq!(theme.look_at(prose), Looks::Other, "{prose}");
        }
    }

    #[test]
    fn dark_rules_follow_the_choice_and_without_one_the_system() {
        let theme = theme("[theme]\ndark_mode = { class = \".dark\" }", "");
        let sheet = theme.style_sheet(&["dark:flex", "p-2"]);
        assert!(sheet.contains(".dark .dark\\:flex"), "{sheet}");
        let (_, by_system) = sheet.split_once("@media (prefers-color-scheme: dark)").unwrap();
        assert!(
            by_system.contains(":root:not(.light) .dark\\:flex") && !by_system.contains("p-2"),
            "{sheet}"
        );
    }

    #[test]
    fn the_rule_of_the_wider_screen_stands_last() {
        let classes = ["2xl:p-5", "lg:p-3", "md:p-2", "p-0", "sm:p-1", "xl:p-4"];
        let sheet = theme("", "").style_sheet(&classes);
        let places = ["p-0", "sm\\:p-1", "md\\:p-2", "lg\\:p-3", "xl\\:p-4", "2xl\\:p-5"]
            .map(|class| sheet.find(class).unwrap_or_else(|| panic!("{class} in {sheet}")));
        assert!(places.is_sorted(), "{sheet}");
    }

    #[test]
    fn utilities_stand_after_base_rules() {
        let sheet = theme("", ".card { padding: 0 }").style_sheet(&["p-2"]);
        assert!(sheet.find(".card").unwrap() < sheet.find(".p-2").unwrap());
    }
}
