//! Lists, printed while they arrive where their form allows it.

use serde_json::Value;

use super::{Format, Printer, csv, json, rows, table};
use crate::failure::Failure;

pub struct List<'a> {
    printer: &'a Printer,
    format: Format,
    /// What a table is made of at the end.
    items: Vec<Value>,
    columns: Option<Vec<String>>,
    count: usize,
}

impl<'a> List<'a> {
    /// A list; the columns of its items, where they are known before the first.
    pub fn new(printer: &'a Printer, columns: Option<Vec<String>>) -> Self {
        let columns = columns.filter(|columns| !columns.is_empty());
        Self { printer, format: printer.format(true), items: Vec::new(), columns, count: 0 }
    }

    pub fn push(&mut self, item: Value) -> Result<(), Failure> {
        let is_first = self.count == 0;
        self.count += 1;
        match self.format {
            Format::Table => self.items.push(item),
            Format::Ndjson => return self.printer.event(&item),
            Format::Json => {
                let text = json::pretty(&item, self.printer.colours).replace('\n', "\n  ");
                return self.printer.text(&format!("{}\n  {text}", if is_first { "[" } else { "," }));
            }
            Format::Csv => {
                let columns = self.columns.get_or_insert_with(|| rows::own_columns(&item));
                if columns.is_empty() {
                    return self.printer.text(&csv::row([rows::cell("", &item)])?);
                }
                let titles = if is_first { csv::row(columns.iter().cloned())? } else { String::new() };
                return self.printer.text(&(titles + &csv::row(csv::cells(&item, columns))?));
            }
        }
        Ok(())
    }

    pub fn end(self) -> Result<(), Failure> {
        match self.format {
            Format::Table if self.items.is_empty() => match self.printer.is_terminal {
                true => self.printer.line("(none)"),
                false => Ok(()),
            },
            Format::Table => self.printer.text(&table::table(&self.items, self.printer)),
            Format::Json => self.printer.text(if self.count == 0 { "[]\n" } else { "\n]\n" }),
            Format::Csv if self.count == 0 => match &self.columns {
                Some(columns) => self.printer.text(&csv::row(columns.iter().cloned())?),
                None => Ok(()),
            },
            Format::Ndjson | Format::Csv => Ok(()),
        }
    }
}
