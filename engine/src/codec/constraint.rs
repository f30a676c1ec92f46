//! What values have to be besides of their type.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::json;

use super::reader::{Kind, Reader};
use super::schema::Schema;

/// What the values of a field have to be, as its declaration says in brackets behind the type. Checked before a request is sent, and
/// shown in docs and schemas; what servers send is not checked.
///
/// | in the declaration | meaning |
/// |---|---|
/// | `[range = 1..=1000]` | a number of this range; `128..` and `..=10` have one end |
/// | `[length = 1..=500]` | a text of so many characters, or a list of so many items |
/// | `[starts_with = "rtmp://" \| "srt://"]` | a text that begins with one of these |
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # use typed_endpoint::{Client, endpoint};
/// endpoint! {
///     /// Orders copies of a book.
///     pub Order: Library = POST "/order" json {
///         /// Where from.
///         shop: String [starts_with = "https://"],
///         /// How many.
///         count?: u32 [range = 1..=12],
///     } -> ()
/// }
///
/// let error = Client::<Library>::new().call(Order::new("https://shop.example").count(13)).to_curl().unwrap_err();
/// assert!(format!("{error:#}").ends_with("the field `count` is to be 1 to 12"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constraint {
    range: Bounds,
    length: Bounds,
    starts: &'static [&'static str],
    /// Whether there is anything to check.
    some: bool,
}

/// Both ends are within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    least: Option<i64>,
    most: Option<i64>,
}

impl Bounds {
    const NONE: Self = Self { least: None, most: None };

    fn contain(&self, number: f64) -> bool {
        self.least.is_none_or(|least| number >= least as f64) && self.most.is_none_or(|most| number <= most as f64)
    }

    /// `1 to 12`, `at least 1`, `at most 12`.
    fn words(&self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "anything".to_owned(),
        }
    }

    fn describe(&self, schema: Schema, least: &str, most: &str) -> Schema {
        let schema = self.least.into_iter().fold(schema, |schema, bound| schema.with(least, bound));
        self.most.into_iter().fold(schema, |schema, bound| schema.with(most, bound))
    }
}

impl Constraint {
    #[doc(hidden)]
    pub const NONE: Self = Self { range: Bounds::NONE, length: Bounds::NONE, starts: &[], some: false };

    #[doc(hidden)]
    pub const fn range(self, least: Option<i64>, most: Option<i64>) -> Self {
        Self { range: Bounds { least, most }, some: true, ..self }
    }

    #[doc(hidden)]
    pub const fn length(self, least: Option<i64>, most: Option<i64>) -> Self {
        Self { length: Bounds { least, most }, some: true, ..self }
    }

    #[doc(hidden)]
    pub const fn starts_with(self, starts: &'static [&'static str]) -> Self {
        Self { starts, some: true, ..self }
    }

    /// Whether there is nothing to check.
    #[inline]
    pub const fn is_none(&self) -> bool {
        !self.some
    }

    /// Says what is wrong with a value that was written as JSON, without quoting it: `is to be 1 to 12`.
    pub(crate) fn check(&self, json: &str) -> Result<(), String> {
        let mut reader = Reader::new(json);
        match reader.kind() {
            Kind::Number => {
                let number = json.trim().parse::<f64>().unwrap_or_default();
                if self.range.contain(number) { Ok(()) } else { Err(format!("is to be {}", self.range.words())) }
            }
            Kind::String => self.check_text(&reader.text().unwrap_or(Cow::Borrowed(""))),
            Kind::List => {
                let mut count = 0_u32;
                let _ = reader.list(|reader| {
                    count += 1;
                    reader.skip()
                });
                self.check_length(count, "items")
            }
            _ => Ok(()),
        }
    }

    fn check_text(&self, text: &str) -> Result<(), String> {
        if !self.starts.is_empty() && !self.starts.iter().any(|start| text.starts_with(start)) {
            let starts: Vec<_> = self.starts.iter().map(|start| format!("`{start}`")).collect();
            return Err(format!("is to begin with {}", starts.join(" or ")));
        }
        self.check_length(u32::try_from(text.chars().count()).unwrap_or(u32::MAX), "characters")
    }

    fn check_length(&self, count: u32, what: &str) -> Result<(), String> {
        match self.length.contain(f64::from(count)) {
            true => Ok(()),
            false => Err(format!("is to have {} {what}, and has {count}", self.length.words())),
        }
    }

    /// Adds what values have to be to their schema.
    pub(crate) fn describe(&self, schema: Schema) -> Schema {
        if self.is_none() {
            return schema;
        }
        let is_list = schema.clone().into_value()["type"] == "array";
        let (least, most) = if is_list { ("minItems", "maxItems") } else { ("minLength", "maxLength") };
        let schema = self.range.describe(schema, "minimum", "maximum");
        let schema = self.length.describe(schema, least, most);
        if self.starts.is_empty() {
            return schema;
        }
        let mut pattern = String::from("^(");
        for (index, start) in self.starts.iter().enumerate() {
            pattern.push_str(if index == 0 { "" } else { "|" });
            for letter in start.chars() {
                let escape = if letter.is_alphanumeric() || matches!(letter, ':' | '_' | '-') { "" } else { "\\" };
                let _ = write!(pattern, "{escape}{letter}");
            }
        }
        schema.with("pattern", json!(pattern + ")"))
    }
}
