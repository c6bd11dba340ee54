//! Exports of forms, surveys and databases: which row names the columns, which column is the message, what is a table at all.
//! Each without a file's name, since content alone must do.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::Cursor;

use domain::{FileFormat, MappedField, Quoting};
use readers::{Choices, ColumnGuess, RecordReader};

struct Read {
    format: FileFormat,
    quoting: Option<Quoting>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    errors: Vec<String>,
    left_out: Vec<(String, u64)>,
    guess: ColumnGuess,
}

impl Read {
    /// The cells of the column that is taken for the message.
    fn messages(&self) -> Vec<&str> {
        let message = self.guess.mapping.column(MappedField::Message).unwrap();
        let index = self.columns.iter().position(|column| column == message).unwrap();
        self.rows.iter().map(|row| row[index].as_str()).collect()
    }

    fn of(&self, field: MappedField) -> Option<&str> {
        self.guess.mapping.column(field)
    }
}

fn open(text: &str) -> Result<RecordReader, String> {
    let file = Cursor::new(text.as_bytes().to_vec());
    RecordReader::open(file, None, Choices::default()).map_err(|error| error.to_string())
}

fn read(text: &str) -> Read {
    let mut reader = open(text).unwrap();
    let guess = reader.look(200).columns;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for item in reader.by_ref() {
        match item {
            Ok(record) => rows.push(record.fields().map(str::to_owned).collect()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    let left_out = reader.account().left_out.into_iter().map(|part| (part.kind, part.count)).collect();
    let (format, quoting, columns) = (reader.format(), reader.quoting(), reader.columns().to_vec());
    Read { format, quoting, columns, rows, errors, left_out, guess }
}

#[test]
fn questions_of_forms_name_columns() {
    let messages = ["I need a quote, for a roof", "Buy cheap watches"];
    let rows =
        |ahead: [&str; 2]| format!("{},\"{}\"\n{},\"{}\"\n", ahead[0], messages[0], ahead[1], messages[1]);
    let people = ["Ann,ann@example.com", "Bo,bo@example.com"];
    let times = ["5/1/2024 10:00:00", "5/14/2024 11:00:00"];
    for (header, ahead) in [
        ("Name,Email,What can we do for you?", people),
        ("Name,Email,\"How can we help you?\"", people),
        ("Timestamp,Any comments or suggestions?", times),
        ("Zeitstempel,Was möchten Sie uns mitteilen?", times),
        ("What's your name?,What's your email?,Anything else you'd like to tell us?", people),
        ("Your name?,E-mail?,Please describe what you need in as much detail as possible.", people),
    ] {
        let found = read(&format!("{header}\n{}", rows(ahead)));
        assert_eq!((found.format, found.messages()), (FileFormat::Csv, messages.to_vec()), "{header}");
        assert_eq!(found.errors, [""; 0]);
    }
}

#[test]
fn a_first_row_that_is_data_stays_data() {
    for text in [
        "ham,Are you there?\nspam,WIN a prize now\nham,See you at six then\n",
        "ann@example.com,Are you there?,2024-05-01\nbo@example.com,Buy watches,2024-05-02\n",
    ] {
        assert_eq!(read(text).messages().len(), text.lines().count(), "{text}");
    }
}

#[test]
fn quotes_around_every_field_are_no_text() {
    let text = "\"Name\",\"Email\",\"How can we help you?\"\n\"Ann\",\"ann@example.com\",\"A roof please\"\n\
                \"Bo\",\"bo@example.com\",\"Buy watches\"\n";
    let found = read(text);
    assert_eq!(
        (found.quoting, found.messages()),
        (Some(Quoting::Doubled), vec!["A roof please", "Buy watches"])
    );
    let cut = read("name,comment\nA,one two three\nB,\"cut quote here\nand more");
    assert_eq!(
        (cut.quoting, cut.messages(), cut.errors.len()),
        (Some(Quoting::Doubled), vec!["one two three"], 1)
    );
}

#[test]
fn empty_cells_behind_the_header_are_no_names() {
    let kaggle = read(
        "v1,v2,,,\nham,\"Go until the point, crazy..\",,,\nspam,Free entry in a comp,,,\nham,Ok lar,,,\n",
    );
    assert_eq!(kaggle.messages(), ["Go until the point, crazy..", "Free entry in a comp", "Ok lar"]);
    assert_eq!(kaggle.of(MappedField::Label), Some("v1"));
    let padded = read("Name,Message,,,\nAnn,Hello there friend,,,\nBo,Second one here,,,\n");
    assert_eq!(padded.messages(), ["Hello there friend", "Second one here"]);
}

#[test]
fn second_headers_and_footers_are_left_out() {
    let survey = "Name,Email,Message\nRespondent name,Address,Open-Ended Response\nAnn,a@example.com,Hello there friend\n\
                  Bo,b@example.com,\"Second, one here\"\n\nTotal entries: 2,,\nExported on 2024-05-01 by Ann,,\n";
    let found = read(survey);
    assert_eq!(found.messages(), ["Hello there friend", "Second, one here"]);
    let expected = [("second headers".to_owned(), 1), ("lines below the table".to_owned(), 2)];
    assert_eq!(found.left_out, expected);
}

#[test]
fn a_name_of_several_words_decides_over_longer_texts() {
    let long = "Hello and thank you for what you wrote to us, we will look at it within two days";
    for (message, other) in [
        ("Write a message", "Consent text"),
        ("Votre demande", "Réponse envoyée"),
        ("Treść wiadomości", "Zgoda RODO"),
        ("Meddelande", "Intern anteckning"),
        ("Question Text", "Answer Text"),
    ] {
        let text = format!(
            "Name,Email,{message},{other}\nAnn,a@example.com,Two boats,\"{long}\"\nBo,b@example.com,SEO offer,\"{long} or so\"\n"
        );
        let found = read(&text);
        assert_eq!(found.messages(), ["Two boats", "SEO offer"], "{message}");
    }
    let plain =
        read("name,comment,comment_html,comment_plain\nA,,<p>One two</p>,One two\nB,,<p>Buy</p>,Buy\n");
    assert_eq!(plain.messages(), ["One two", "Buy"]);
}

#[test]
fn tables_of_two_columns_are_told_from_sentences() {
    let table = read("Όνομα;Μήνυμα\nΓιώργος;Καλημέρα, θέλω πληροφορίες\n");
    assert_eq!((table.format, table.messages()), (FileFormat::Csv, vec!["Καλημέρα, θέλω πληροφορίες"]));
    assert_eq!(read("name,comment\n").rows.len(), 0);
    let lines = read("Hello, how are you\nfine, thanks\nwell, then\n");
    assert_eq!((lines.format, lines.rows.len()), (FileFormat::Lines, 3));
    for (text, words) in [
        ("+----+------+\n| id | text |\n+----+------+\n|  1 | hi   |\n+----+------+\n", "mysql --batch"),
        (" id | text \n----+------\n  1 | hi\n(1 row)\n", "psql --csv"),
        ("| id | text |\n|---|:---|\n| 1 | a \\| b |\n", "Markdown"),
    ] {
        let refusal = open(text).err().unwrap();
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn what_databases_write_for_no_value_is_empty() {
    let php = read(
        "id;author;comment\n\"1\";\"Ann\";\"Nice \"\"post\"\"\"\n\"2\";NULL;\"Buy; pills\"\n\"3\";\"NULL\";NULL\n",
    );
    assert_eq!(php.rows[1..], [["2", "", "Buy; pills"], ["3", "NULL", ""]]);
    let batch =
        read("id\tauthor\tcomment\n1\tAnn\tNice\\npost\n2\tBo\tTab\\there C:\\\\x\n3\tNULL\tBuy pills\n");
    assert_eq!(batch.messages(), ["Nice\npost", "Tab\there C:\\x", "Buy pills"]);
    assert_eq!(batch.rows[2][1], "");
}

#[test]
fn json_in_the_shapes_of_other_programs() {
    let messages = ["First message here", "Second & last"];
    for text in [
        r#"[["name", "comment"], ["Ann", "First message here"], ["Bo", "Second & last"]]"#,
        r#"{"columns": ["name", "comment"], "data": [["Ann", "First message here"], ["Bo", "Second & last"]]}"#,
        r#"{"name": {"0": "Ann", "1": "Bo"}, "comment": {"0": "First message here", "1": "Second & last"}}"#,
        "{\"text\":\"First message here\"}{\"text\":\"Second & last\"}\n\n",
        r#"window.YTD.tweets.part0 = [ {"tweet":{"id":"1","full_text":"First message here"}}, {"tweet":{"id":"2","full_text":"Second &amp; last"}} ]"#,
        r#"[{"kind":"Listing","data":{"children":[{"kind":"t3","data":{"title":"A post","selftext":"First message here","author":"op"}}]}},
            {"kind":"Listing","data":{"children":[{"kind":"t1","data":{"author":"ann","body":"Second &amp; last","replies":""}}]}}]"#,
        r#"[{"type":"header","version":"5.2.1","comment":"Export to JSON plugin for PHPMyAdmin"},{"type":"database","name":"wp"},
            {"type":"table","name":"wp_comments","database":"wp","data":[{"comment_ID":"1","comment_content":"First message here"},
            {"comment_ID":"2","comment_content":"Second & last"}]}]"#,
    ] {
        assert_eq!(read(text).messages(), messages, "{text}");
    }
    let one = read(
        r#"{"success": true, "data": {"items": [{"id": 1, "text": "Only one message here", "user": "Ann"}]}}"#,
    );
    assert_eq!(one.messages(), ["Only one message here"]);
    let replies = read(
        r#"{"kind":"Listing","data":{"children":[{"kind":"t1","data":{"author":"ann","body":"Top one","replies":{"kind":"Listing","data":{
            "children":[{"kind":"t1","data":{"author":"bo","body":"A reply to it","replies":""}}]}}}},
            {"kind":"t1","data":{"author":"cy","body":"Another one","replies":""}},{"kind":"more","data":{"count":3,"children":["x"]}}]}}"#,
    );
    assert_eq!(replies.messages(), ["Top one", "A reply to it", "Another one"]);
    assert_eq!(replies.left_out, [("comments that were not loaded".to_owned(), 1)]);
}

#[test]
fn counts_persons_and_numbers_of_letters_are_not_taken_for_something_else() {
    let counted = read(
        "text,spam,likes\nHello dear friends one,0,4\nBuy pills now please,3,0\nGood morning to you,1,2\n",
    );
    assert_eq!(counted.of(MappedField::Label), None);
    let desk = read(
        "message_id,Agent,Message\n<a@example.com>,Eve,The printer is on fire\n<b@example.com>,Eve,SEO offer for you\n",
    );
    assert_eq!((desk.of(MappedField::Email), desk.of(MappedField::UserAgent)), (None, None));
    let offered =
        read("comment,status\nNice post,approved\nBuy pills,rejected\nHello all,pending\n").guess.label;
    assert_eq!((offered.value.as_str(), offered.alternatives.len()), ("", 1));
}
