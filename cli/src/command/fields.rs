//! The flags and arguments of an operation's fields.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, ArgAction, Command};
use livepeer::dynamic::{Catalog, Entry};

use super::shape::{Shape, first_sentence, kebab};
use crate::global;

/// A field of an operation, as the command line takes it.
pub struct CommandField {
    /// Its name in Rust, which calls by name use.
    pub name: &'static str,
    pub docs: String,
    pub shape: Shape,
    /// Given by its place, not by a flag.
    pub is_positional: bool,
    pub is_required: bool,
}

/// The fields of an operation in the order of its declaration.
pub fn fields(entry: &Entry) -> impl Iterator<Item = CommandField> {
    entry.fields().filter(|(field, _)| !field.copy).map(|(field, described)| {
        let shape = Shape::new(|schemas| described.schema(schemas));
        CommandField {
            name: field.rust,
            docs: described.description(),
            is_positional: field.required && !shape.is_model(),
            is_required: field.required,
            shape,
        }
    })
}

/// What identifies the argument of a field, or of a member at a path in it.
pub fn id(path: &str) -> String {
    format!("field:{path}")
}

/// The flags of what an operation does not require, for a command that makes its call; not of the fields that are `without`.
pub fn entry_args<A: Catalog>(name: &str, without: &[&str]) -> Vec<Arg> {
    let Ok(entry) = livepeer::dynamic::entry::<A>(name) else { return Vec::new() };
    let mut args = Vec::new();
    for field in fields(entry).filter(|field| !field.is_required && !without.contains(&field.name)) {
        flag(&mut args, &field.shape, field.name, &flag_name(field.name), &field.docs, 0);
    }
    args
}

/// The flag of a field.
fn flag_name(field: &str) -> String {
    let name = kebab(field);
    if global::RESERVED.contains(&name.as_str()) { format!("field-{name}") } else { name }
}

/// The arguments of an operation.
pub fn args(entry: &Entry) -> Vec<Arg> {
    let mut args = Vec::new();
    let fields: Vec<_> = fields(entry).collect();
    let last = fields.iter().rposition(|field| field.is_positional);
    for (index, field) in fields.iter().enumerate() {
        if field.is_positional {
            let arg = value(Arg::new(id(field.name)), &field.shape, &kebab(field.name))
                .required(true)
                .help(first_sentence(&field.docs))
                .long_help(field.docs.clone());
            let many = field.shape.items.is_some();
            args.push(match many && Some(index) == last {
                true => arg.action(ArgAction::Append).num_args(1..),
                false => arg.action(ArgAction::Set),
            });
        } else {
            let docs = if field.is_required { format!("{} (required)", field.docs) } else { field.docs.clone() };
            flag(&mut args, &field.shape, field.name, &flag_name(field.name), &docs, 0);
        }
    }
    args
}

/// The flag of a value, and those of its members.
fn flag(args: &mut Vec<Arg>, shape: &Shape, path: &str, name: &str, docs: &str, depth: usize) {
    let last = name.rsplit('.').next().unwrap_or(name);
    let arg = value(Arg::new(id(path)).long(name.to_owned()), shape, last)
        .help(first_sentence(docs))
        .long_help(docs.to_owned())
        .hide_short_help(depth > 0);
    args.push(if shape.is_switch() {
        // `--record` and `--record=false`.
        arg.num_args(0..=1).require_equals(true).default_missing_value("true").hide_possible_values(true)
    } else if shape.items.is_some() {
        arg.action(ArgAction::Append)
    } else {
        arg
    });
    for property in &shape.properties {
        let (path, name) = (format!("{path}.{}", property.name), format!("{name}.{}", kebab(&property.name)));
        flag(args, &property.shape, &path, &name, &property.docs, depth + 1);
    }
}

/// What is common to all arguments with a value.
fn value(arg: Arg, shape: &Shape, name: &str) -> Arg {
    let arg = arg.value_name(shape.value_name(name));
    let of_items = shape.items.as_deref().filter(|_| !shape.object).unwrap_or(shape);
    if of_items.is_switch() {
        return arg.value_parser(Known(vec![PossibleValue::new("true"), PossibleValue::new("false")]));
    }
    if of_items.file {
        return arg.value_hint(clap::ValueHint::FilePath);
    }
    if of_items.number {
        return arg.allow_negative_numbers(true);
    }
    if of_items.choices.is_empty() {
        return arg;
    }
    let values = of_items.choices.iter().map(|(value, docs)| PossibleValue::new(value.clone()).help(docs.clone()));
    arg.value_parser(Known(values.collect()))
}

/// Texts of which some are known, for help and completions: the codec refuses what it has to.
#[derive(Clone)]
struct Known(Vec<PossibleValue>);

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Self::Value, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().cloned()))
    }
}
