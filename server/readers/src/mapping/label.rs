//! What a file says about spam, in its own words.

use domain::Label;

use super::names::normal;

/// How the words of a label's column are to be read: "1" is spam in `is_spam` and the opposite in `approved`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabelWords {
    /// True means spam.
    IsSpam,
    /// True means approved.
    IsApproved,
    /// Gmail's labels, of which most say nothing about spam.
    Gmail,
}

/// Columns in which true means approved.
const APPROVALS: [&str; 9] = [
    "approved",
    "commentapproved",
    "status",
    "commentstatus",
    "moderationstatus",
    "isapproved",
    "isham",
    "ham",
    "published",
];

/// The name without the objects around it, as it is compared.
fn last_part(name: &str) -> String {
    normal(name.rsplit(['.', ':', '/']).next().unwrap_or(name))
}

impl LabelWords {
    pub(crate) fn of_column(name: &str) -> Self {
        let name = last_part(name);
        if name == "xgmaillabels" {
            return Self::Gmail;
        }
        if APPROVALS.contains(&name.as_str()) { Self::IsApproved } else { Self::IsSpam }
    }

    /// Whether a program wrote the column's words, and no person: they are a label by choice alone.
    pub(crate) fn is_of_program(name: &str) -> bool {
        matches!(
            last_part(name).as_str(),
            "xgmaillabels"
                | "xspamflag"
                | "xspamstatus"
                | "xspam"
                | "xspamlevel"
                | "xspamresult"
                | "xbogosity"
                | "xdspamresult"
        )
    }

    /// Whether the name alone says that the column is about spam: "status" and "category" do not.
    pub(crate) fn is_plain(name: &str) -> bool {
        const WEAK: [&str; 9] = [
            "class",
            "category",
            "target",
            "truth",
            "status",
            "published",
            "verdict",
            "classification",
            "gold",
        ];
        !WEAK.contains(&last_part(name).as_str())
    }

    /// Whether a cell means spam or ham and could mean nothing else.
    pub(crate) fn is_verdict(cell: &str) -> bool {
        matches!(
            cell.trim().to_lowercase().as_str(),
            "spam"
                | "ham"
                | "not spam"
                | "not_spam"
                | "notspam"
                | "no spam"
                | "non-spam"
                | "nospam"
                | "kein spam"
                | "smishing"
        )
    }

    /// What a cell says. `Some(None)` where it says that nothing is decided yet; `None` where it makes no sense.
    pub(crate) fn read(self, text: &str) -> Option<Option<Label>> {
        let truth = |is_true: bool| Some(Some(Label::from_is_spam(is_true == (self != Self::IsApproved))));
        match text.trim().to_lowercase().as_str() {
            "spam" | "junk" | "phishing" | "smishing" | "спам" | "スパム" | "垃圾" => {
                Some(Some(Label::Spam))
            }
            "ham" | "not spam" | "not_spam" | "notspam" | "no spam" | "non-spam" | "nospam" | "kein spam"
            | "legitimate" | "legit" | "clean" | "good" | "approve" | "approved" | "publish"
            | "published" => Some(Some(Label::Ham)),
            // In WordPress, 0 is "waits for a moderator", and who trashes a comment does not say why.
            "0" if self == Self::IsApproved => Some(None),
            "" | "hold" | "pending" | "unapproved" | "trash" | "post-trashed" | "unknown" | "null" => {
                Some(None)
            }
            "1" | "1.0" | "true" | "yes" | "y" | "t" | "ja" | "oui" | "sí" | "si" | "sim" | "tak" | "да" => {
                truth(true)
            }
            "0" | "0.0" | "false" | "no" | "n" | "f" | "nein" | "non" | "não" | "nee" | "nie" | "нет" => {
                truth(false)
            }
            other => of_program(other).or((self == Self::Gmail).then_some(None)),
        }
    }
}

/// What mail programs write: SpamAssassin's `yes, score=9.1 required=5.0`, bogofilter's `ham, tests=bogofilter`, and Gmail's
/// labels `Spam,Unread`, whose names are in the account's language. A letter in the inbox was let through; one in the bin says
/// nothing.
fn of_program(text: &str) -> Option<Option<Label>> {
    const SPAM: [&str; 8] =
        ["spam", "junk", "спам", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸함", "courrier indésirable"];
    const INBOX: [&str; 16] = [
        "inbox",
        "posteingang",
        "boîte de réception",
        "recibidos",
        "posta in arrivo",
        "caixa de entrada",
        "odebrane",
        "postvak in",
        "indbakke",
        "inkorg",
        "innboks",
        "входящие",
        "受信トレイ",
        "收件箱",
        "收件匣",
        "받은편지함",
    ];
    let mut parts = text.split(',').map(str::trim);
    let first = parts.clone().next()?;
    if ["score=", "hits=", "tests="].iter().any(|word| text.contains(word)) {
        return match first.split_whitespace().next()? {
            "yes" | "spam" => Some(Some(Label::Spam)),
            "no" | "ham" => Some(Some(Label::Ham)),
            "unsure" => Some(None),
            _ => None,
        };
    }
    if parts.clone().any(|part| SPAM.contains(&part)) {
        return text.contains(',').then_some(Some(Label::Spam));
    }
    parts.any(|part| INBOX.contains(&part)).then_some(Some(Label::Ham))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_says_how_its_words_are_meant() {
        let read = |column: &str, text: &str| LabelWords::of_column(column).read(text);
        assert_eq!(read("is_spam", "1"), Some(Some(Label::Spam)));
        assert_eq!(read("Label", "ham"), Some(Some(Label::Ham)));
        assert_eq!(read("isSpam", "False"), Some(Some(Label::Ham)));
        assert_eq!(read("comment_approved", "1"), Some(Some(Label::Ham)));
        assert_eq!(read("comment_approved", "0"), Some(None));
        assert_eq!(read("comment_approved", "spam"), Some(Some(Label::Spam)));
        assert_eq!(read("label", "maybe"), None);
        assert_eq!(read("x-gmail-labels", "Spam,Unread"), Some(Some(Label::Spam)));
        assert_eq!(read("x-gmail-labels", "Posteingang,Geöffnet"), Some(Some(Label::Ham)));
        assert_eq!(read("x-gmail-labels", "Inbox"), Some(Some(Label::Ham)));
        assert_eq!(read("x-gmail-labels", "Trash"), Some(None));
        assert_eq!(read("x-spam-status", "Yes, score=9.1 required=5.0"), Some(Some(Label::Spam)));
        assert_eq!(read("x-spam-status", "No, hits=-1.2"), Some(Some(Label::Ham)));
        assert_eq!(read("x-spam-flag", "YES"), Some(Some(Label::Spam)));
        let bogofilter =
            |word: &str| read("x-spam-status", &format!("{word}, tests=bogofilter, spamicity=0.5"));
        assert_eq!(bogofilter("Spam"), Some(Some(Label::Spam)));
        assert_eq!(bogofilter("Ham"), Some(Some(Label::Ham)));
        assert_eq!(bogofilter("Unsure"), Some(None));
    }
}
