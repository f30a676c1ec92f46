//! The results of commands: readable on a terminal, JSON in pipes.

mod csv;
mod json;
mod list;
mod rows;
mod table;

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};

use livepeer::dynamic::Document;
use serde_json::Value;

pub use json::pretty;
pub use list::List;
pub use rows::{cell, columns_of};
pub use table::table;

use crate::failure::Failure;
use crate::global::Options;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Ndjson,
    Table,
    Csv,
}

impl Format {
    pub fn parse(name: &str) -> Self {
        match name {
            "ndjson" => Self::Ndjson,
            "table" => Self::Table,
            "csv" => Self::Csv,
            _ => Self::Json,
        }
    }
}

/// Prints results.
pub struct Printer {
    format: Option<Format>,
    pub is_terminal: bool,
    pub colours: bool,
    show_secrets: bool,
    quiet: bool,
    /// Whether something was redacted.
    has_redacted: Cell<bool>,
}

impl Printer {
    pub fn new(options: &Options) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            format: options.output,
            is_terminal,
            colours: is_terminal && !no_color && !is_dumb,
            show_secrets: options.show_secrets,
            quiet: options.quiet,
            has_redacted: Cell::new(false),
        }
    }

    /// The columns of the terminal.
    pub fn width(&self) -> usize {
        match console::Term::stdout().size_checked() {
            Some((_, columns)) if self.is_terminal => columns.into(),
            _ => usize::MAX,
        }
    }

    /// The form of a list, or of a single value.
    pub fn format(&self, is_list: bool) -> Format {
        self.format.unwrap_or(if is_list && self.is_terminal { Format::Table } else { Format::Json })
    }

    /// Whether a form was asked for.
    pub fn is_explicit(&self) -> bool {
        self.format.is_some()
    }

    /// A response, without its secrets unless they are wanted or the point of it.
    pub fn shown(&self, document: &Document, reveals: bool) -> Value {
        let value = document.to_value();
        if self.show_secrets || reveals {
            return value;
        }
        let redacted = document.redacted();
        self.has_redacted.set(self.has_redacted.get() || redacted != value);
        redacted
    }

    /// Prints a value.
    pub fn value(&self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::Array(items) => {
                let mut list = List::new(self, None);
                items.iter().try_for_each(|item| list.push(item.clone()))?;
                list.end()
            }
            value => match self.format(false) {
                Format::Json => self.line(&pretty(value, self.colours)),
                Format::Ndjson => self.line(&value.to_string()),
                Format::Table => self.text(&table::members(value, self)),
                Format::Csv => {
                    let mut list = List::new(self, None);
                    list.push(value.clone())?;
                    list.end()
                }
            },
        }
    }

    /// Prints a value on a line of its own, at once.
    pub fn event(&self, value: &Value) -> Result<(), Failure> {
        self.line(&value.to_string())
    }

    pub fn line(&self, text: &str) -> Result<(), Failure> {
        self.text(&format!("{text}\n"))
    }

    /// Prints text as it is, at once.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes)?;
        Ok(stdout.flush()?)
    }

    /// Says once what was left out.
    pub fn end(&self) {
        if self.has_redacted.get() && !self.quiet {
            let _ = writeln!(std::io::stderr(), "secrets are [redacted]: --show-secrets shows them");
        }
    }
}
