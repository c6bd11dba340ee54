//! The style sheet: base rules from `style/`, utilities generated from the classes in the sources.
//!
//! encre-css says nothing about a class that it does not know, and the page would just look wrong.
//! So every class in the sources must yield a rule, be defined in `style/base.css`, or be listed
//! as `ignore` in `style/theme.toml`; otherwise the build fails and names file, line and class.

mod literals;
mod positions;
mod rules;
mod sources;

use std::{collections::BTreeSet, fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    console::{Step, kilobytes},
    mode::Mode,
    paths::Paths,
};

use self::{
    rules::{Looks, Theme},
    sources::Finding,
};

/// Writes the style sheet into the work folder and returns its path.
pub(crate) fn build(paths: &Paths, mode: Mode) -> Result<PathBuf> {
    let step = Step::quiet("css");
    let (sheet, classes) = style_sheet(paths)?;
    let file = paths.work(mode).join("gavel.css");
    fs::create_dir_all(paths.work(mode))?;
    fs::write(&file, &sheet).with_context(|| format!("cannot write {}", file.display()))?;
    step.done(&format!("{classes} classes, {}", kilobytes(sheet.len() as u64)));
    Ok(file)
}

/// Only the check, for an answer within a second.
pub(crate) fn check(paths: &Paths) -> Result<()> {
    let step = Step::quiet("css");
    let (_, classes) = style_sheet(paths)?;
    step.done(&format!("all of {classes} classes yield a rule"));
    Ok(())
}

fn style_sheet(paths: &Paths) -> Result<(String, usize)> {
    let theme = Theme::load(&paths.style())?;
    let found = sources::scan(paths)?;
    let mut problems: Vec<String> = found.built_at_run_time.iter().map(built_at_run_time).collect();
    problems.extend(theme.broken_shortcuts());
    for (class, places) in &found.classes {
        if !theme.knows(class) {
            problems.extend(places.iter().map(|place| format!("{place}: `{class}` yields no rule")));
        }
    }
    let mut classes: BTreeSet<&str> = found.classes.keys().map(String::as_str).collect();
    for Finding { place, text } in &found.elsewhere {
        match theme.look_at(text) {
            Looks::AllClasses => classes.extend(text.split_whitespace()),
            Looks::ClassesBut(unknown) => {
                problems
                    .push(format!("{place}: \"{text}\" looks like classes, but `{unknown}` yields no rule"));
            }
            Looks::Other => {}
        }
    }
    if !problems.is_empty() {
        problems.sort();
        let mut text = String::new();
        for problem in &problems {
            write!(text, "\n  {problem}")?;
        }
        bail!("{} wrong in the sources' classes:{text}", problems.len());
    }
    let classes: Vec<&str> = classes.into_iter().collect();
    Ok((theme.style_sheet(&classes), classes.len()))
}

fn built_at_run_time(finding: &Finding) -> String {
    format!(
        "{}: `{}` is put together at run time, so no rule can be generated for it; write each class out whole",
        finding.place, finding.text
    )
}
