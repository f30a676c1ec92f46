//! Tables.

use serde_json::Value;

use super::Printer;
use super::rows::{at, cell, chosen_columns};

/// Between two columns.
const GAP: &str = "  ";

/// The narrowest that a column is made to fit the terminal.
const NARROW: usize = 8;

/// Items as a table, with a line feed at the end of each line.
pub fn table(items: &[Value], printer: &Printer) -> String {
    let columns = chosen_columns(items);
    if columns.is_empty() {
        return items.iter().map(|item| format!("{}\n", cell("", item))).collect();
    }
    let titles: Vec<_> = columns.iter().map(|column| title(column)).collect();
    let rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|column| cell(column, at(item, column))).collect()).collect();
    let mut widths: Vec<_> = titles.iter().map(|title| console::measure_text_width(title)).collect();
    for row in &rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(text));
        }
    }
    fit(&mut widths, printer.width());
    let mut text = line(&titles, &widths, printer.colours);
    rows.iter().for_each(|row| text.push_str(&line(row, &widths, false)));
    text
}

/// The members of an object, one on each line.
pub fn members(value: &Value, printer: &Printer) -> String {
    let members: Vec<_> =
        value.as_object().into_iter().flatten().map(|(name, value)| (name, cell(name, value))).collect();
    let mut widths =
        vec![members.iter().map(|(name, _)| console::measure_text_width(name)).max().unwrap_or_default(), 0];
    widths[1] = printer.width().saturating_sub(widths[0] + GAP.len());
    match members.is_empty() {
        true => format!("{}\n", cell("", value)),
        false => members.into_iter().map(|(name, value)| line(&[name.clone(), value], &widths, false)).collect(),
    }
}

/// Makes the widest columns narrower until all fit.
fn fit(widths: &mut [usize], most: usize) {
    while widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1) > most {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROW => *widest -= 1,
            _ => return,
        }
    }
}

fn line(cells: &[String], widths: &[usize], is_title: bool) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let shown = console::truncate_str(cell, *width, "…");
        let padding = width.saturating_sub(console::measure_text_width(&shown));
        text.push_str(&shown);
        // Without a terminal the width has no bound, and the last column no padding.
        text.push_str(&" ".repeat(if padding > 1000 { 0 } else { padding }));
        text.push_str(GAP);
    }
    let text = text.trim_end();
    if is_title { format!("\x1b[1m{text}\x1b[0m\n") } else { format!("{text}\n") }
}

/// `status.phase` becomes `PHASE`, `createdAt` becomes `CREATED AT`.
fn title(path: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    crate::command::kebab(name).replace('-', " ").to_uppercase()
}
