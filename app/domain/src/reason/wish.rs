//! A label with what comes with it, as a button says it.

use super::{MacroId, ReasonId};
use crate::Label;

/// What one button or key does to a detection: a label for a reason, or a macro. Written `spam:3`, `macro:7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelWish {
    /// This label, for this reason.
    Because(Label, ReasonId),
    /// What this macro does.
    Macro(MacroId),
}

impl std::fmt::Display for LabelWish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Because(label, reason) => write!(f, "{label}:{}", reason.0),
            Self::Macro(id) => write!(f, "macro:{}", id.0),
        }
    }
}

impl std::str::FromStr for LabelWish {
    type Err = NotWished;
    fn from_str(text: &str) -> Result<Self, NotWished> {
        let (what, id) = text.split_once(':').ok_or(NotWished)?;
        let id = id.parse().map_err(|_| NotWished)?;
        match what {
            "macro" => Ok(Self::Macro(MacroId(id))),
            label => Ok(Self::Because(label.parse().map_err(|_| NotWished)?, ReasonId(id))),
        }
    }
}

/// A button's word that was cut or made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is neither a reason nor a macro; load the page again")]
pub struct NotWished;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_survives_its_form() {
        for (wish, text) in [
            (LabelWish::Because(Label::Ham, ReasonId(3)), "ham:3"),
            (LabelWish::Macro(MacroId(7)), "macro:7"),
        ] {
            assert_eq!((wish.to_string().as_str(), text.parse()), (text, Ok(wish)));
        }
        for text in ["", "spam", "spam:", "eggs:1", "macro:x"] {
            assert_eq!(text.parse::<LabelWish>(), Err(NotWished), "{text}");
        }
    }
}
