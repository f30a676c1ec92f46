//! Free-form JSON.

use serde_json::{Map, Number, Value};

use super::error::DecodeError;
use super::number;
use super::reader::{Kind, Reader};
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

impl Encode for Value {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Value::Null => writer.null(),
            Value::Bool(value) => writer.bool(*value),
            Value::Number(number) => writer.raw(&number.to_string()),
            Value::String(text) => writer.str(text),
            Value::Array(items) => items.encode(writer),
            Value::Object(members) => members.encode(writer),
        }
    }
}

impl Encode for Map<String, Value> {
    fn encode(&self, writer: &mut Writer) {
        writer.object(|writer| self.iter().for_each(|(name, value)| writer.member(name, value)));
    }
}

impl Field for Value {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.kind() {
            Kind::Null => reader.word("null").map(|()| Value::Null)?,
            Kind::Bool => Value::Bool(Field::decode(reader)?),
            Kind::Number => Value::Number(any_number(reader)?),
            Kind::String => Value::String(reader.quoted()?.into_owned()),
            Kind::List => {
                let mut items = Vec::new();
                reader.open_list()?;
                while reader.item(items.is_empty())? {
                    reader.charge(size_of::<Value>())?;
                    items.push(Value::decode(reader)?);
                }
                Value::Array(items)
            }
            Kind::Object => Value::Object(Field::decode(reader)?),
            Kind::Invalid => return Err(reader.no_value()),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Value::String(sampler.name().to_owned())
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::any()
    }
}

impl Field for Map<String, Value> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut members = Map::new();
        reader.open_object("an object")?;
        let mut first = true;
        while reader.at_name(first)? {
            first = false;
            reader.charge(size_of::<(String, Value)>())?;
            let name = reader.name()?.into_owned();
            members.insert(name, Value::decode(reader)?);
        }
        Ok(members)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        let entry = sampler.is_full().then(|| sampler.within("key", Value::sample));
        entry.flatten().map(|value| ("key".to_owned(), value)).into_iter().collect()
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::map(Schema::any())
    }
}

/// The number that stands here, with all its digits if serde_json keeps them (its feature `arbitrary_precision`).
fn any_number(reader: &mut Reader<'_>) -> Result<Number, DecodeError> {
    let start = reader.at;
    match reader.number()? {
        number::Number::Natural(number) => Ok(number.into()),
        number::Number::Negative(number) => Ok(number.into()),
        number::Number::Float(_) => {
            let text = reader.text.get(start..reader.at).unwrap_or_default();
            text.parse().map_err(|_| reader.syntax("invalid number"))
        }
    }
}
