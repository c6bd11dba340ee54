//! Files that are imported: their formats, and which of their columns is what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

crate::words! {
    /// How a file is written. Packing (gzip, zip) is no format: it is found and undone underneath.
    FileFormat {
        /// A table with commas, semicolons or any other delimiter.
        Csv = "csv",
        /// A table with tabs.
        Tsv = "tsv",
        /// One JSON array, or an object with an array in it.
        Json = "json",
        /// One JSON value a line.
        Ndjson = "ndjson",
        /// WordPress's export (WXR), of which the comments are read.
        WordPress = "wordpress",
        /// Disqus's export (XML), of which the posts are read.
        Disqus = "disqus",
        /// Many e-mails in one file.
        Mbox = "mbox",
        /// One e-mail.
        Eml = "eml",
        /// A workbook of a spreadsheet: .xlsx, .xlsb, .xls or .ods, of which one sheet is read.
        Spreadsheet = "spreadsheet",
        /// What a chat's app exports: Telegram, Slack, Discord (by DiscordChatExporter), WhatsApp, Messenger, Instagram.
        Chat = "chat",
        /// A table within a web page, which many programs write and call .xls.
        Html = "html",
        /// Plain text, one message a line.
        Lines = "lines",
        /// Plain text, messages separated by blank lines.
        Paragraphs = "paragraphs",
    }
}

impl FileFormat {
    /// What it is called on a page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV table",
            Self::Tsv => "TSV table",
            Self::Json => "JSON array",
            Self::Ndjson => "NDJSON, one object a line",
            Self::WordPress => "WordPress export (WXR)",
            Self::Disqus => "Disqus export",
            Self::Mbox => "mbox mailbox",
            Self::Eml => "E-mail (.eml)",
            Self::Spreadsheet => "Spreadsheet (.xlsx, .ods, .xls)",
            Self::Chat => "Chat export (Telegram, Slack, Discord, WhatsApp, Messenger)",
            Self::Html => "Table of a web page",
            Self::Lines => "Plain text, one message a line",
            Self::Paragraphs => "Plain text, messages separated by blank lines",
        }
    }
}

crate::words! {
    /// What a column of a file can be.
    MappedField {
        /// The text to judge.
        Message = "message",
        /// A subject or title, put ahead of the message with a blank line between.
        Subject = "subject",
        /// Sender's e-mail address.
        Email = "email",
        /// Author's name or nickname.
        Name = "name",
        /// Author's IP address.
        Ip = "ip",
        /// When it was written.
        Timestamp = "timestamp",
        /// Browser or client.
        UserAgent = "user_agent",
        /// Page that it was submitted on.
        WebsiteUrl = "website_url",
        /// Domain associated with the content.
        Domain = "domain",
        /// Whether it is spam, where that is known already.
        Label = "label",
        /// What the place that it comes from calls it: an id, a number.
        Id = "id",
        /// The author's own page.
        AuthorUrl = "author_url",
        /// What kind of content it is: comment, pingback, review.
        Type = "type",
        /// Title of the page that it was submitted on.
        PageTitle = "page_title",
    }
}

impl MappedField {
    /// What it is called on a page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Message => "Message",
            Self::Subject => "Subject or title",
            Self::Email => "E-mail address",
            Self::Name => "Name",
            Self::Ip => "IP address",
            Self::Timestamp => "Date and time",
            Self::UserAgent => "User agent",
            Self::WebsiteUrl => "Page address",
            Self::Domain => "Domain",
            Self::Label => "Column with spam or not",
            Self::Id => "Id",
            Self::AuthorUrl => "Author's page",
            Self::Type => "Type",
            Self::PageTitle => "Title of the page",
        }
    }

    /// Whether it is kept with the detection and sent to nobody: the guide has no field for it.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Id | Self::AuthorUrl | Self::Type | Self::PageTitle)
    }
}

/// Which column is what, by the columns' names, so that it fits the next file of the same kind. In JSON an object:
/// `{"message": "comment_content", "email": "comment_author_email"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(BTreeMap<MappedField, String>);

impl Mapping {
    /// Name of the column that a field comes from.
    pub fn column(&self, field: MappedField) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Says which column a field comes from; none, when it comes from nowhere.
    pub fn set(&mut self, field: MappedField, column: Option<String>) {
        match column {
            Some(column) => self.0.insert(field, column),
            None => self.0.remove(&field),
        };
    }

    /// What is mapped, in the order of [`MappedField::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (MappedField, &str)> {
        self.0.iter().map(|(field, column)| (*field, column.as_str()))
    }

    /// Whether every mapped column is among these, and a message is mapped: then it fits a file with these columns.
    pub fn fits(&self, columns: &[String]) -> bool {
        self.column(MappedField::Message).is_some()
            && self.0.values().all(|column| columns.iter().any(|known| known == column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_stored_as_an_object_of_words() {
        let mut mapping = Mapping::default();
        mapping.set(MappedField::Email, Some("From: address".to_owned()));
        mapping.set(MappedField::Message, Some("Body".to_owned()));
        mapping.set(MappedField::Name, Some("x".to_owned()));
        mapping.set(MappedField::Name, None);
        let stored = serde_json::to_string(&mapping).unwrap();
        assert_eq!(stored, r#"{"message":"Body","email":"From: address"}"#);
        assert_eq!(serde_json::from_str::<Mapping>(&stored).unwrap(), mapping);
    }

    #[test]
    fn it_fits_a_file_that_has_all_its_columns() {
        let columns = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let mut mapping = Mapping::default();
        assert!(!mapping.fits(&columns(&["Body"])));
        mapping.set(MappedField::Message, Some("Body".to_owned()));
        assert!(mapping.fits(&columns(&["id", "Body"])));
        mapping.set(MappedField::Ip, Some("IP".to_owned()));
        assert!(!mapping.fits(&columns(&["id", "Body"])));
    }
}
