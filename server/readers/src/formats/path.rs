//! Where in a JSON the records are: `comments[]`, `data.posts.edges[].node`, `[]`; a dot alone for whole values.

use std::{fmt, str::FromStr};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// The member of this name.
    Name(String),
    /// Each element of an array, or each member of an object.
    Each,
}

/// Steps from a whole value to its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Path(pub(super) Vec<Step>);

/// Most steps.
pub(super) const STEPS: usize = 10;

impl Path {
    pub(super) fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Whether this leads into what the other leads to.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Each => f.write_str("[]")?,
                Step::Name(name) => {
                    if index > 0 {
                        f.write_str(".")?;
                    }
                    let is_plain = !name.is_empty() && !name.contains(['.', '[', ']', '"', ' ']);
                    if is_plain {
                        f.write_str(name)?
                    } else {
                        write!(f, "{}", serde_json::Value::from(name.as_str()))?
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no path; write it like comments[] or data.edges[].node, or . for whole values"
            )
        };
        let mut steps = Vec::new();
        let mut rest = text.trim();
        if rest == "." {
            return Ok(Self::default());
        }
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("[]") {
                steps.push(Step::Each);
                rest = behind;
                continue;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            if rest.starts_with("[]") {
                continue;
            }
            let (name, behind) = if rest.starts_with('"') {
                let mut names = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let name = names.next().and_then(Result::ok).ok_or_else(wrong)?;
                (name, &rest[names.byte_offset()..])
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            };
            if name.is_empty() && behind.len() == rest.len() {
                return Err(wrong());
            }
            steps.push(Step::Name(name));
            rest = behind;
        }
        if steps.is_empty() || steps.len() > STEPS { Err(wrong()) } else { Ok(Self(steps)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for text in [".", "[]", "comments[]", "data.posts.edges[].node", "a.\"b.c\"[].d", "[].replies[]"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        assert_eq!(".comments[]".parse::<Path>().unwrap().to_string(), "comments[]");
        assert!(
            "".parse::<Path>().is_err() && "a[".parse::<Path>().is_err() && "a..b".parse::<Path>().is_err()
        );
    }
}
