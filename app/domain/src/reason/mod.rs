//! Why a label was set: reasons, and the lists that moderators choose them from.

mod form;
mod macros;
mod wish;

use serde::{Deserialize, Serialize};

pub use form::{NewReasonList, ReasonListForm, read_name};
pub use macros::{FREE_KEYS, MACROS_MAX, Macro, MacroForm, MacroId, NewMacro};
pub use wish::{LabelWish, NotWished};

use crate::search::{ReasonTest, Term, TermKind};
use crate::{Label, SearchQuery};

/// Longest name of a reason or a macro, in characters.
pub const NAME_MAX_CHARS: usize = 40;

/// Most reasons of a list, for spam and for ham each.
pub const LIST_MAX: usize = 40;

/// How many reasons of a list have a key: 1 to 9.
pub const WITH_KEYS: usize = 9;

/// What stands between the names of several reasons. No name has a comma.
const BETWEEN: &str = ", ";

/// Id of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReasonId(pub i64);

/// A reason. Labels name it, so it stays when no list has it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Local id.
    pub id: ReasonId,
    /// What it is called; two that differ in case alone are one.
    pub name: String,
}

impl Reason {
    /// The search for labels that were given for it.
    pub fn search(&self) -> SearchQuery {
        let kind = TermKind::Reason(ReasonTest::Named(self.name.clone()));
        SearchQuery { terms: vec![Term { negated: false, kind }] }
    }
}

/// What a site's moderators choose from, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonList {
    /// The site; `None` for all that have no list of their own.
    pub site: Option<String>,
    /// Whether a label has to have a reason.
    pub required: bool,
    /// Reasons for spam.
    pub spam: Vec<Reason>,
    /// Reasons for ham.
    pub ham: Vec<Reason>,
}

impl ReasonList {
    /// The reasons for a label.
    pub fn of(&self, label: Label) -> &[Reason] {
        match label {
            Label::Spam => &self.spam,
            Label::Ham => &self.ham,
        }
    }

    /// That a label needs a reason, in a sentence.
    pub fn wish(&self, label: Label) -> String {
        let whose = self.site.as_deref().map(|site| format!(" for {site}")).unwrap_or_default();
        let names = names(self.of(label));
        format!("A label{whose} needs a reason. Choose why this is {label}: {names}.")
    }
}

/// The list for a site: its own, or the one for all.
pub fn list_for<'a>(lists: &'a [ReasonList], site: Option<&str>) -> Option<&'a ReasonList> {
    let is_own = |list: &&ReasonList| match (list.site.as_deref(), site) {
        (Some(own), Some(site)) => own.eq_ignore_ascii_case(site),
        _ => false,
    };
    lists.iter().find(is_own).or_else(|| lists.iter().find(|list| list.site.is_none()))
}

/// By what two spellings of a name are known to be the same.
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Several names in one text.
pub fn names(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.name.as_str()).collect::<Vec<_>>().join(BETWEEN)
}

/// The names that such a text has; what cannot be a name is left out.
pub fn split(text: &str) -> Vec<String> {
    text.split(',').filter_map(|name| read_name(name).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(site: Option<&str>, required: bool) -> ReasonList {
        let spam = vec![
            Reason { id: ReasonId(1), name: "SEO link".to_owned() },
            Reason { id: ReasonId(2), name: "scam".to_owned() },
        ];
        ReasonList { site: site.map(str::to_owned), required, spam, ham: Vec::new() }
    }

    #[test]
    fn a_site_has_its_own_list_or_the_one_for_all() {
        let lists = [list(None, false), list(Some("shop.example.com"), true)];
        let required = |site| list_for(&lists, site).map(|list| list.required);
        assert_eq!(required(Some("Shop.example.com")), Some(true));
        assert_eq!((required(Some("blog.example.com")), required(None)), (Some(false), Some(false)));
        assert_eq!(list_for(&[], None), None);
    }

    #[test]
    fn a_list_says_what_it_wants() {
        let words = "A label for a.test needs a reason. Choose why this is spam: SEO link, scam.";
        assert_eq!(list(Some("a.test"), true).wish(Label::Spam), words);
    }

    #[test]
    fn names_in_a_text_are_read_back() {
        let reasons = list(None, false).spam;
        assert_eq!(split(&names(&reasons)), ["SEO link", "scam"]);
        assert_eq!(split(""), [""; 0]);
        assert_eq!(reasons[0].search().to_string(), "reason:\"SEO link\"");
    }
}
