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
}

#[test]
fn tables_that_are_drawn_are_read() {
    let messages = ["Nice post, thanks", "Buy | sell \"pills\""];
    for text in [
        // mysql, and after what was typed
        "+----+------+--------------------+\n| id | name | comment            |\n+----+------+--------------------+\n\
         |  1 | Ann  | Nice post, thanks  |\n|  2 | Bo   | Buy | sell \"pills\" |\n+----+------+--------------------+\n2 rows in set (0.00 sec)\n",
        "mysql> select * from c\n    -> limit 2;\n+----+------+--------------------+\n| id | name | comment            |\n+----+------+--------------------+\n\
         |  1 | Ann  | Nice post, thanks  |\n|  2 | Bo   | Buy | sell \"pills\" |\n+----+------+--------------------+\n",
        // psql
        " id | name |      comment       \n----+------+--------------------\n  1 | Ann  | Nice post, thanks\n  2 | Bo   | Buy | sell \"pills\"\n(2 rows)\n\n",
        // psql with Unicode, sqlite3 in a box
        " id │ name │      comment       \n────┼──────┼────────────────────\n  1 │ Ann  │ Nice post, thanks\n  2 │ Bo   │ Buy | sell \"pills\"\n(2 rows)\n",
        "┌────┬──────┬────────────────────┐\n│ id │ name │      comment       │\n├────┼──────┼────────────────────┤\n\
         │ 1  │ Ann  │ Nice post, thanks  │\n│ 2  │ Bo   │ Buy | sell \"pills\" │\n└────┴──────┴────────────────────┘\n",
        // Markdown
        "| id | name | comment |\n|---|:---|---:|\n| 1 | Ann | Nice post, thanks |\n| 2 | Bo | Buy \\| sell \"pills\" |\n",
        "id | name | comment\n--- | --- | ---\n1 | Ann | Nice post, thanks\n2 | Bo | Buy \\| sell \"pills\"\n",
        // A line for each field
        "*************************** 1. row ***************************\n     id: 1\n   name: Ann\ncomment: Nice post, thanks\n\
         *************************** 2. row ***************************\n     id: 2\n   name: Bo\ncomment: Buy | sell \"pills\"\n2 rows in set (0.00 sec)\n",
        "-[ RECORD 1 ]--------------\nid      | 1\nname    | Ann\ncomment | Nice post, thanks\n-[ RECORD 2 ]--------------\nid      | 2\n\
         name    | Bo\ncomment | Buy | sell \"pills\"\n\n",
    ] {
        let found = read(text);
        assert_eq!((found.messages(), found.errors.len()), (messages.to_vec(), 0), "{text}");
        assert_eq!((found.format, found.of(MappedField::Name)), (FileFormat::Csv, Some("name")));
        assert!(found.left_out.iter().all(|(kind, _)| kind.starts_with("lines ")), "{:?}", found.left_out);
        let windows = read(&text.replace('\n', "\r\n"));
        assert_eq!(windows.messages(), messages, "{text}");
    }
}

#[test]
fn cells_of_several_lines_are_whole_where_tables_are_drawn() {
    let messages = ["Hello\nthere", "C++"];
    for text in [
        "+------+---------+\n| name | comment |\n+------+---------+\n| Ann  | Hello\nthere   |\n| Bo   | C++     |\n+------+---------+\n",
        "+------+---------+\n| name | comment |\n+------+---------+\n| Ann  | Hello  +|\n|      | there   |\n| Bo   | C++     |\n+------+---------+\n(2 rows)\n",
        " name | comment \n------+---------\n Ann  | Hello  +\n      | there\n Bo   | C++\n(2 rows)\n",
        "| name | comment |\n| --- | --- |\n| Ann | Hello<br>there |\n| Bo | C++ |\n",
        "*** 1. row ***\n   name: Ann\ncomment: Hello\nthere\n*** 2. row ***\n   name: Bo\ncomment: C++\n",
        "-[ RECORD 1 ]---\nname    | Ann\ncomment | Hello +\n        | there\n-[ RECORD 2 ]---\nname    | Bo\ncomment | C++\n",
    ] {
        let found = read(text);
        assert_eq!((found.messages(), found.errors.len()), (messages.to_vec(), 0), "{text}");
    }
    // What does not fit is told, and so is what stands below.
    let broken = read(
        "+------+---------+\n| name | comment |\n+------+---------+\n| Ann  | one | two | three |\n| Bo   | Hello | \n+------+---------+\nsome note\n",
    );
    assert_eq!((broken.messages(), broken.errors.len()), (vec!["Hello"], 2), "{:?}", broken.errors);
    assert!(broken.errors[0].starts_with("line 4"), "{:?}", broken.errors);
}

#[test]
fn columns_of_one_name_are_told_apart() {
    let asked = read("Name,Message,Message\nAnn,Hello there dear friend,\nBo,,Second one here for you\n");
    assert_eq!((asked.of(MappedField::Message), asked.guess.message.in_doubt), (None, true));
    let candidates: Vec<_> =
        asked.guess.message.alternatives.iter().map(|other| other.value.as_str()).collect();
    assert_eq!(candidates, ["Message", "Message (2)"]);
    let better = read(
        "Message,Name,Message\n1,Ann,Hello there dear friend\n2,Bo,Second one here for you\n3,Cy,And a third one as well\n",
    );
    assert_eq!(better.of(MappedField::Message), Some("Message (2)"));
    let first = read("Message,Name,Message\nHello there dear friend,Ann,\nSecond one here for you,Bo,ok\n");
    assert_eq!(first.of(MappedField::Message), Some("Message"));
    let same =
        read("Message,Name,Message\nHello there friend,Ann,Hello there friend\nSecond one,Bo,Second one\n");
    assert_eq!(same.of(MappedField::Message), Some("Message"));
}

#[test]
fn a_cell_stands_in_every_row_and_column_that_it_covers() {
    let page = "<table><tr><th>Name</th><th>Message</th><th>Note</th></tr><tr><td rowspan=\"2\">Bo</td><td>first of Bo</td><td>n1</td></tr>\
                <tr><td>second of Bo</td><td rowspan=3>n2</td></tr><tr><td colspan=2>for both</td></tr>\
                <tr><td>Ann</td><td>last</td></tr></table>";
    let found = read(page);
    let expected = [
        ["Bo", "first of Bo", "n1"],
        ["Bo", "second of Bo", "n2"],
        ["for both", "for both", "n2"],
        ["Ann", "last", "n2"],
    ];
    assert_eq!((found.format, found.errors.len()), (FileFormat::Html, 0));
    assert_eq!(found.rows, expected);
    let two_rows = read(
        "<table><tr><th rowspan=2>Name</th><th colspan=2>Content</th></tr><tr><th>Message</th><th>Note</th></tr>\
         <tr><td>Ann</td><td>Hello</td><td>n</td></tr><tr><td colspan=3>(1 row)</td></tr></table>",
    );
    assert_eq!(
        (two_rows.columns, two_rows.rows),
        (
            vec!["Name".into(), "Message".into(), "Note".into()],
            vec![vec!["Ann".to_owned(), "Hello".into(), "n".into()]]
        )
    );
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

#[test]
fn how_times_are_read_is_told() {
    let excel = read("Date,Message\n45292.5,Hello there friend\n45413.4270833333,Buy pills now\n");
    let days = excel.guess.days.clone().unwrap();
    assert_eq!(days.value, "excel");
    assert!(days.evidence.contains("45292.5 is 2024-01-01 12:00"), "{}", days.evidence);
    let bound = readers::bind(&excel.guess.mapping, &excel.columns).unwrap();
    let row = bound.apply(&readers::Record::new(readers::Place::line(2), &excel.rows[0])).unwrap();
    assert_eq!((row.content.timestamp, row.left_out.len()), (Some(1_704_110_400), 0));
    let both =
        read("Date,Message\n3/4/2024,Hello there friend\n5/6/2024,Buy pills now\n").guess.days.unwrap();
    assert!(both.in_doubt && both.alternatives.len() == 2, "{both:?}");
    let told =
        read("Date,Message\n3/4/2024,Hello there friend\n25/6/2024,Buy pills now\n").guess.days.unwrap();
    assert_eq!((told.value.as_str(), told.in_doubt), ("day-first", false));
    // Numbers that are times already, and those of a column that is none.
    assert_eq!(read("Date,Message\n1714557600,Hello there friend\n1714557700,Buy pills\n").guess.days, None);
    assert_eq!(
        read("Price,Message\n45292,Hello there friend\n45293,Buy pills now\n").of(MappedField::Timestamp),
        None
    );
}

#[test]
fn what_stands_below_a_table_is_no_row_or_told() {
    for (below, kind) in [
        ("Total,,42\n", "rows of sums"),
        ("TOTAL:,42,\n", "rows of sums"),
        ("Total entries: 2,,\n", "lines below the table"),
        ("Total entries: 2\n", "lines below the table"),
        ("\n(2 rows)\n", "lines below the table"),
    ] {
        let found =
            read(&format!("Name,Message,Likes\nAnn,Hello there friend,40\nBo,Buy pills now,2\n{below}"));
        assert_eq!(found.messages().len(), 2, "{below}");
        assert_eq!(found.left_out, [(kind.to_owned(), 1)], "{below}");
    }
    let note = read(
        "Name,Message,Likes\nAnn,Hello there friend,40\nBo,Buy pills now,2\nAll of it was exported by Ann\n",
    );
    assert_eq!((note.messages().len(), note.errors.len()), (2, 1));
    // A row that only looks like one.
    let row = read("Name,Message,Likes\nAnn,Hello there friend,40\nTotal,what a mess,2\n");
    assert_eq!(row.messages(), ["Hello there friend", "what a mess"]);
}
