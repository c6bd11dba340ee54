//! Detections as a workbook that Excel, LibreOffice and Google Sheets open.
//!
//! Rows go to a temporary file as they come (the feature `constant_memory` of rust_xlsxwriter), and the workbook is packed from it
//! at the end: memory holds a row at a time, and the first byte leaves when the last row is known. Texts are cells of the type
//! text, so that no formula has to be defused. What no cell can hold goes on in further, hidden columns.

use std::io::Write;

use domain::{
    Detection,
    export::{CELL_UNITS, COLUMNS, CONTINUED, CONTINUED_COLUMNS, pieces},
};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::{Failure, cells::cells};

/// Rows of a sheet, names included (Excel's bound). More go on in a further sheet.
const SHEET_ROWS: u32 = 1_048_576;

/// Columns that are numbers.
const NUMBERS: [&str; 5] = ["id", "score", "threshold", "version", "execution_ms"];

/// How wide columns are that hold more than a word, in characters.
const WIDTHS: [(&str, f64); 6] = [
    ("created_at", 24.0),
    ("site", 24.0),
    ("email", 28.0),
    ("name", 20.0),
    ("message", 80.0),
    ("extra", 24.0),
];

/// A workbook that is being written.
pub struct Table {
    workbook: Workbook,
    /// Rows that the last sheet has.
    rows: u32,
    sheet_rows: u32,
}

impl Table {
    /// Begins a workbook.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn new() -> Result<Self, Failure> {
        Self::with_sheets_of(SHEET_ROWS)
    }

    /// The same with smaller sheets.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn with_sheets_of(sheet_rows: u32) -> Result<Self, Failure> {
        let mut table = Self { workbook: Workbook::new(), rows: 0, sheet_rows };
        table.add_sheet()?;
        Ok(table)
    }

    fn add_sheet(&mut self) -> Result<(), Failure> {
        let number = self.workbook.worksheets().len() + 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 1 { "Detections".to_owned() } else { format!("Detections {number}") })?;
        sheet.set_freeze_panes(1, 0)?;
        for (name, width) in WIDTHS {
            let column = COLUMNS.iter().position(|known| *known == name).unwrap_or_default();
            sheet.set_column_width(u16::try_from(column)?, width)?;
        }
        let (first, last) = (COLUMNS.len(), COLUMNS.len() + CONTINUED_COLUMNS - 1);
        sheet.set_column_range_hidden(u16::try_from(first)?, u16::try_from(last)?)?;
        let bold = Format::new().set_bold();
        let continued = (1..=CONTINUED_COLUMNS).map(|number| format!("{CONTINUED}{number}"));
        for (column, name) in COLUMNS.map(str::to_owned).into_iter().chain(continued).enumerate() {
            sheet.write_string_with_format(0, u16::try_from(column)?, name, &bold)?;
        }
        self.rows = 1;
        Ok(())
    }

    /// Adds a page of rows.
    ///
    /// # Errors
    /// When the disk is full, or a row is longer than anything that Gavel keeps.
    pub fn add(&mut self, page: &[Detection]) -> Result<(), Failure> {
        for detection in page {
            if self.rows == self.sheet_rows {
                self.add_sheet()?;
            }
            let sheet = self.workbook.worksheets_mut().last_mut().ok_or("a workbook without a sheet")?;
            write_row(sheet, self.rows, detection)?;
            self.rows += 1;
        }
        Ok(())
    }

    /// Packs the workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, write: impl Write + Send) -> Result<(), Failure> {
        Ok(self.workbook.save_to_writer(write)?)
    }
}

fn write_row(sheet: &mut Worksheet, row: u32, detection: &Detection) -> Result<(), Failure> {
    let mut continued = Vec::new();
    for (column, (name, cell)) in COLUMNS.iter().zip(cells(detection)?).enumerate() {
        let column = u16::try_from(column)?;
        if cell.is_empty() {
            continue;
        }
        if NUMBERS.contains(name)
            && let Ok(number) = cell.parse::<f64>()
        {
            sheet.write_number(row, column, number)?;
            continue;
        }
        let pieces = pieces(&cell, CELL_UNITS);
        sheet.write_string(row, column, pieces[0])?;
        continued.extend(pieces[1..].iter().map(|piece| format!("{name}:{piece}")));
    }
    if continued.len() > CONTINUED_COLUMNS {
        return Err(format!("detection {} is too long for a row of a workbook", detection.id.0).into());
    }
    for (index, cell) in continued.into_iter().enumerate() {
        sheet.write_string(row, u16::try_from(COLUMNS.len() + index)?, cell)?;
    }
    Ok(())
}
