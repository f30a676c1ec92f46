//! Objects and lists in queries and forms, where there is no JSON: by the rules of an API, or of a field.

use super::text;
use crate::codec::{DecodeError, Kind, Reader};
use crate::endpoint::{Field, Lists, Objects, Style};
use crate::error::RequestError;

/// Takes the names and values of parameters.
type Each<'a> = &'a mut dyn FnMut(&str, &str) -> Result<(), RequestError>;

/// Passes on an object or a list, which was written as JSON, as parameters.
pub(super) fn parameters(field: &Field, style: Style, json: &str, each: Each<'_>) -> Result<(), RequestError> {
    let writing = Writing { field, style };
    writing.value(field.name.to_owned(), json, true, each)
}

struct Writing<'a> {
    field: &'a Field,
    style: Style,
}

impl Writing<'_> {
    fn invalid(&self, reason: impl ToString) -> RequestError {
        RequestError::Field { name: self.field.name.into(), reason: reason.to_string() }
    }

    fn value(&self, name: String, json: &str, outermost: bool, each: Each<'_>) -> Result<(), RequestError> {
        match Reader::new(json).kind() {
            Kind::Object => self.object(name, json, each),
            Kind::List if outermost || self.style.objects != Objects::Json => self.list(name, json, each),
            Kind::List => each(&name, json),
            _ => match text(Reader::new(json)).map_err(|error| self.invalid(error))? {
                Some(text) => each(&name, &text),
                None => Ok(()),
            },
        }
    }

    fn object(&self, name: String, json: &str, each: Each<'_>) -> Result<(), RequestError> {
        if self.style.objects == Objects::Json {
            return each(&name, json);
        }
        if self.style.objects == Objects::Refuse {
            return Err(self.invalid(
                "it is an object, and nothing says how the API writes one here: say it by `Api::OBJECTS`, or for this field \
                 by `[objects = Json]`, `Brackets` or `Dots`",
            ));
        }
        for (member, json) in members(json).map_err(|error| self.invalid(error))? {
            let name = match self.style.objects {
                Objects::Dots => format!("{name}.{member}"),
                _ => format!("{name}[{member}]"),
            };
            self.value(name, json, false, each)?;
        }
        Ok(())
    }

    fn list(&self, name: String, json: &str, each: Each<'_>) -> Result<(), RequestError> {
        let items = items(json).map_err(|error| self.invalid(error))?;
        let nested = items.iter().any(|item| matches!(Reader::new(item).kind(), Kind::Object | Kind::List));
        let lists = match self.style.lists {
            // Otherwise nobody could tell which members belong together.
            Lists::Repeat | Lists::Comma if nested && self.style.objects != Objects::Json => Lists::Index,
            lists => lists,
        };
        if lists == Lists::Comma {
            return self.joined(&name, &items, each);
        }
        for (index, item) in items.into_iter().enumerate() {
            let name = match (lists, self.style.objects) {
                (Lists::Brackets, _) => format!("{name}[]"),
                (Lists::Index, Objects::Dots) => format!("{name}.{index}"),
                (Lists::Index, _) => format!("{name}[{index}]"),
                _ => name.clone(),
            };
            self.value(name, item, false, each)?;
        }
        Ok(())
    }

    fn joined(&self, name: &str, items: &[&str], each: Each<'_>) -> Result<(), RequestError> {
        let mut joined = String::new();
        for item in items {
            let Some(text) = text(Reader::new(item)).map_err(|error| self.invalid(error))? else { continue };
            if text.contains(',') {
                return Err(self.invalid("an item has a comma, which separates items here"));
            }
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(&text);
        }
        if items.is_empty() { Ok(()) } else { each(name, &joined) }
    }
}

fn items(json: &str) -> Result<Vec<&str>, DecodeError> {
    let mut items = Vec::new();
    Reader::new(json).list(|reader| {
        items.push(reader.raw()?);
        Ok(())
    })?;
    Ok(items)
}

fn members(json: &str) -> Result<Vec<(String, &str)>, DecodeError> {
    let mut members = Vec::new();
    Reader::new(json).object(|name, reader| {
        members.push((name.to_owned(), reader.raw()?));
        Ok(())
    })?;
    Ok(members)
}
