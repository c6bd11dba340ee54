//! Workbooks of spreadsheets.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Dialect, Text};

/// Characters that a cell of Excel can have.
const CELL: usize = 32_767;

fn xlsx(texts: &[Text], header: &[&str; 4], titles: u32, is_second: bool, is_in_memory: bool) -> Vec<u8> {
    let mut book = Workbook::new();
    if is_second {
        let sheet = book.add_worksheet();
        sheet.set_name("Settings").unwrap();
        sheet.write(0, 0, "key").unwrap();
        sheet.write(1, 0, "colour").unwrap();
    }
    let sheet =
        if is_in_memory { book.add_worksheet() } else { book.add_worksheet_with_constant_memory().unwrap() };
    for row in 0..titles {
        sheet.write(row, 0, format!("Comments of the harbour {row}")).unwrap();
    }
    for (column, name) in header.iter().enumerate() {
        sheet
            .write_with_format(titles, u16::try_from(column).unwrap(), *name, &Format::new().set_bold())
            .unwrap();
    }
    for (index, text) in texts.iter().enumerate() {
        let row = titles + 1 + u32::try_from(index).unwrap();
        sheet.write(row, 0, f64::from(row)).unwrap();
        if index % 5 > 0 {
            sheet.write(row, 1, text.author.as_str()).unwrap();
        }
        sheet.write(row, 2, text.date.as_str()).unwrap();
        sheet.write_string(row, 3, text.message.as_str()).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As LibreOffice writes it: a paragraph a line, tabs and runs of blanks as elements.
fn ods_text(text: &str) -> String {
    let line = |line: &str| {
        let mut out = String::new();
        let mut blanks = 0;
        for c in line.chars().chain(['\0']) {
            if c == ' ' {
                blanks += 1;
                continue;
            }
            if blanks > 0 {
                out.push(' ');
            }
            if blanks > 1 {
                out.push_str(&format!("<text:s text:c=\"{}\"/>", blanks - 1));
            }
            blanks = 0;
            match c {
                '\0' => {}
                '\t' => out.push_str("<text:tab/>"),
                other => out.push_str(&escaped(&other.to_string())),
            }
        }
        format!("<text:p>{out}</text:p>")
    };
    text.split('\n').map(line).collect()
}

/// What is in the package, as it must say.
const MANIFEST: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest \
     xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" \
     manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/></manifest:manifest>";

fn ods(texts: &[Text], header: &[&str; 4]) -> Vec<u8> {
    let cell = |text: &str| {
        if text.is_empty() {
            "<table:table-cell/>".to_owned()
        } else {
            format!("<table:table-cell office:value-type=\"string\">{}</table:table-cell>", ods_text(text))
        }
    };
    let row = |cells: [&str; 4]| format!("<table:table-row>{}</table:table-row>", cells.map(cell).concat());
    let rows: String = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            row([
                &index.to_string(),
                if index % 5 > 0 { &text.author } else { "" },
                &text.date,
                &text.message,
            ])
        })
        .collect();
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"Sheet1\">{}{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(*header)
    );
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", MANIFEST),
        ("content.xml", content.as_str()),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn dialects(texts: &[Text]) -> Vec<Dialect> {
    let few: Vec<_> = texts.iter().filter(|text| text.message.chars().count() <= CELL).cloned().collect();
    // A carriage return within a cell of ODS is a blank.
    let without_returns: Vec<_> = few.iter().filter(|text| !text.message.contains('\r')).cloned().collect();
    let mut dialects = Vec::new();
    for (name, header) in [
        ("english", ["id", "name", "date", "message"]),
        ("german", ["Nr.", "Name", "Datum", "Nachricht"]),
        ("unknown", ["a", "b", "c", "d"]),
    ] {
        for (kind, titles, is_second, is_in_memory) in [
            ("plain", 0, false, true),
            ("constant memory", 0, false, false),
            ("titles", 2, false, true),
            ("second sheet", 0, true, true),
        ] {
            let bytes = xlsx(&few, &header, titles, is_second, is_in_memory);
            dialects.push(Dialect::new(format!("xlsx {name} {kind}"), "comments.xlsx", bytes, &few));
        }
        dialects.push(Dialect::new(
            format!("ods {name}"),
            "comments.ods",
            ods(&without_returns, &header),
            &without_returns,
        ));
    }
    dialects
}
