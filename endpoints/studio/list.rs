//! What every list of Studio takes: where to begin, in which order, and which objects.

use std::fmt;

use serde_json::{Value, json};
use typed_endpoint::DecodeError;
use typed_endpoint::codec::{Encode, Field, Mode, Options, Reader, Sampler, Schema, Schemas, Writer, to_json};
use typed_endpoint::{fields, id, model, serde_via_codec};

use super::Studio;

id! {
    /// Where in a list a page begins, as the page before it said. Valid only with the same order
    /// and filters.
    pub struct Cursor;
}

fields! {
    /// Which page of a list.
    pub(crate) page_start {
        /// How many items a page has at most (default, and for 0: 20). The server returns at most 1000.
        limit?: u32,
        /// Where the page begins, as the page before said (default: the first page).
        cursor?: Cursor,
    }
}

fields! {
    /// What every list takes that is paged by a cursor.
    pub(crate) page {
        ..page_start,
        /// In which order.
        order?: Order,
        /// Only what passes these.
        filters?: Filters,
        /// Has the server count [the whole list](crate::Pages::total).
        count?: bool,
    }
}

/// The order of a list: by one field, then by others. Fields have their names in JSON; which can
/// be sorted by depends on the list, and the server ignores those it does not know.
///
/// ```
/// # use livepeer::Order;
/// // The newest first, those of the same time by name.
/// let order = Order::by("createdAt").descending().then("name");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order(Vec<(String, Direction)>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Direction {
    Ascending,
    Descending,
}

impl Order {
    /// By this field, the smallest first.
    pub fn by(field: impl Into<String>) -> Self {
        Self::default().then(field)
    }

    /// Where all fields so far are equal: by this field, the smallest first.
    pub fn then(mut self, field: impl Into<String>) -> Self {
        self.0.push((field.into(), Direction::Ascending));
        self
    }

    /// Turns the last field round: the largest first.
    pub fn descending(mut self) -> Self {
        if let Some((_, direction)) = self.0.last_mut() {
            *direction = Direction::Descending;
        }
        self
    }

    /// The fields, each with whether the largest comes first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|(field, direction)| (field.as_str(), *direction == Direction::Descending))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, descending)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{field}-{descending}")?;
        }
        Ok(())
    }
}

impl Encode for Order {
    fn encode(&self, writer: &mut Writer) {
        writer.display(self);
    }
}

impl Field for Order {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text()?;
        // As the server does: a part that is no field with a direction is skipped, and any direction but "true" ascends.
        let fields = text.split(',').filter_map(|part| part.rsplit_once('-'));
        let directed = fields.map(|(field, descending)| match descending {
            "true" => (field.to_owned(), Direction::Descending),
            _ => (field.to_owned(), Direction::Ascending),
        });
        Ok(Self(directed.collect()))
    }

    fn sample(_: &mut Sampler) -> Self {
        Self::by("createdAt").descending().then("name")
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string")
    }
}

serde_via_codec!(Order);

/// Which objects a list shall hold: those that pass every filter, 10 at most. Fields have their names in JSON; which can be
/// filtered by depends on the list, and others are refused by the server (400 `unknown field`). The values have the types
/// of the fields: a text for a number fails with 500.
///
/// ```
/// # use livepeer::{Filters, Timestamp};
/// # use std::time::Duration;
/// let yesterday = Timestamp::now() - Duration::from_secs(86_400);
/// let filters = Filters::new().eq("record", true).gte("createdAt", yesterday);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters(Vec<Filter>);

model! {
    /// What is asked of a field.
    struct Filter: Studio, input {
        /// The field.
        id: String,
        /// What it must be equal to, or an object of comparisons.
        value: Value,
    }
}

impl Filters {
    /// No filter: every object passes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The field has this value. Names pass if they hold this text anywhere, in any case.
    pub fn eq(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(field, value.into())
    }

    /// The field, a number or a time, is greater than this.
    pub fn gt(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(field, json!({ "gt": value.into() }))
    }

    /// The field, a number or a time, is this or greater.
    pub fn gte(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(field, json!({ "gte": value.into() }))
    }

    /// The field, a number or a time, is less than this.
    pub fn lt(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(field, json!({ "lt": value.into() }))
    }

    /// The field, a number or a time, is this or less.
    pub fn lte(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(field, json!({ "lte": value.into() }))
    }

    /// The filters, each as the field and what is asked of it: a value to be equal to, or an object
    /// with one of the keys `gt`, `gte`, `lt` and `lte`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|filter| (filter.id.as_str(), &filter.value))
    }

    fn with(mut self, field: impl Into<String>, value: Value) -> Self {
        self.0.push(Filter::new(field.into(), value));
        self
    }
}

impl Encode for Filters {
    fn encode(&self, writer: &mut Writer) {
        // The server undoes percent-encoding twice. A percent sign in a value survives that only as
        // a JSON escape, which is right for a server that undoes it once, too.
        writer.str(&to_json(&self.0).replace('%', "\\u0025"));
    }
}

impl Field for Filters {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text()?;
        let filters = Options::new().mode(Mode::Lenient).decode(&text);
        filters.map(|decoded| Self(decoded.value)).map_err(|error| reader.invalid(error.reason().to_owned()))
    }

    fn sample(_: &mut Sampler) -> Self {
        Self::new().eq("name", "name").gte("createdAt", 1_714_566_600_250_u64)
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string").with("contentMediaType", "application/json")
    }
}

serde_via_codec!(Filters);
