//! The text of the output: declarations and models, in one format.

use crate::api::Facts;
use crate::docs;
use crate::names::Case;
use crate::rules::literal;
use crate::types::{Arm, Def, Field, Kind, Known, Next, PageOf, Ty, Types};

/// The widest line.
pub const WIDTH: usize = 120;

/// What a field belongs to, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Path,
    Header,
    ResponseHeader,
    /// A query, a form.
    Request,
    Json,
    /// A model that only servers write.
    Output,
    /// A model that callers write, too.
    Input,
}

/// Writes types and fields by their names.
#[derive(Debug)]
pub struct Printer<'a> {
    pub types: &'a Types,
    pub facts: &'a Facts,
}

impl Printer<'_> {
    /// A type as it stands in a declaration.
    pub fn ty(&self, ty: &Ty) -> String {
        match self.types.resolved(ty).0 {
            Ty::Text => "String".to_owned(),
            Ty::Bool => "bool".to_owned(),
            Ty::Number(name) => name.to_owned(),
            Ty::Value => "Value".to_owned(),
            Ty::File => "File".to_owned(),
            Ty::List(item) => format!("Vec<{}>", self.ty(&item)),
            Ty::Map(value) => format!("BTreeMap<String, {}>", self.ty(&value)),
            Ty::Named(id) => self.types.get(id).map(|def| def.name.clone()).unwrap_or_default(),
        }
    }

    /// A field with its docs.
    pub fn field(&self, field: &Field, of: Of, indent: usize) -> String {
        let mut text = String::new();
        if let Some(comment) = &field.comment {
            text.push_str(&comment_lines(comment, indent));
        }
        text.push_str(&docs::lines(&field.docs, indent));
        text.push_str(&format!("{:indent$}{},\n", "", self.bare_field(field, of)));
        text
    }

    /// A field without docs and comma.
    pub fn bare_field(&self, field: &Field, of: Of) -> String {
        let usual = match of {
            Of::Header | Of::ResponseHeader => Case::Kebab.wire(&field.rust) == field.wire.to_ascii_lowercase(),
            Of::Path => true,
            _ => self.facts.case.wire(&field.rust) == field.wire,
        };
        let wire = match of {
            Of::Header | Of::ResponseHeader => field.wire.to_ascii_lowercase(),
            _ => field.wire.clone(),
        };
        let named = if usual { field.rust.clone() } else { format!("{} as {}", field.rust, literal(&wire)) };
        let in_request = matches!(of, Of::Header | Of::Request | Of::Json);
        if let (true, Some(text), true) = (in_request, &field.constant, field.required) {
            return format!("const {named}: String = {}", literal(text));
        }
        let ty = self.ty(&field.ty);
        let ty = if field.boxed { format!("Box<{ty}>") } else { ty };
        let rules: String =
            field.rules.iter().filter(|rule| applies(rule, of)).map(|rule| format!(" [{rule}]")).collect();
        let slashes = if field.slashes && of == Of::Path { "*" } else { "" };
        match (field.required, field.nullable, of) {
            (_, true, Of::Output) | (false, _, Of::Output | Of::ResponseHeader | Of::Header | Of::Request) => {
                format!("{named}?: {ty}{rules}")
            }
            (true, true, Of::Json | Of::Input) => format!("{named}: Option<{ty}>{rules}"),
            (false, true, _) => format!("{named}?: Nullable<{ty}>{rules}"),
            (false, false, _) => format!("{named}?: {ty}{rules}"),
            _ => format!("{named}{slashes}: {ty}{rules}"),
        }
    }

    /// A declared type, with what is implemented for it.
    pub fn def(&self, def: &Def) -> String {
        let mut text = String::new();
        if let Some(comment) = &def.comment {
            text.push_str(&comment_lines(comment, 0));
        }
        let name = &def.name;
        let fallback = if def.docs.is_empty() { vec![plain_name(def)] } else { def.docs.clone() };
        let docs = docs::lines(&fallback, 4);
        match &def.kind {
            Kind::Alias(_) => return String::new(),
            Kind::Id => text.push_str(&format!("id! {{\n{docs}    pub struct {name};\n}}\n")),
            Kind::Model(fields) => {
                let (input, of) = if def.input { (", input", Of::Input) } else { ("", Of::Output) };
                text.push_str(&format!("model! {{\n{docs}    pub struct {name}: {}{input} {{\n", self.facts.name));
                for field in fields {
                    text.push_str(&self.field(field, of, 8));
                }
                text.push_str("    }\n}\n");
            }
            Kind::Enum(variants) => {
                text.push_str(&format!("open_enum! {{\n{docs}    pub enum {name} {{\n"));
                for (variant, wire, docs) in variants {
                    text.push_str(&docs::lines(docs, 8));
                    text.push_str(&format!("        {variant} = {},\n", literal(wire)));
                }
                text.push_str("    }\n}\n");
            }
            Kind::Union(arms) => {
                text.push_str(&format!("union! {{\n{docs}    pub enum {name} {{\n"));
                for arm in arms {
                    text.push_str(&self.arm(arm));
                }
                text.push_str("    }\n}\n");
            }
        }
        if let Some(page) = &def.page {
            text.push('\n');
            text.push_str(&self.page(name, page));
        }
        if def.error {
            text.push('\n');
            text.push_str(&self.error_body(def));
        }
        if def.event {
            text.push_str(&format!("\nsse_json!({name});\n"));
        }
        text
    }

    fn arm(&self, arm: &Arm) -> String {
        let known = match &arm.known {
            Known::Alone => String::new(),
            Known::Member(member) => format!("[{}]", literal(member)),
            Known::Text(member, text) => format!("[{} = {}]", literal(member), literal(text)),
        };
        let ty = self.ty(&arm.ty);
        let ty = if arm.boxed { format!("Box<{ty}>") } else { ty };
        format!("{}        {}{known} => {}({ty}),\n", docs::lines(&arm.docs, 8), arm.kind, arm.variant)
    }

    fn page(&self, name: &str, page: &PageOf) -> String {
        let PageOf { items, .. } = page;
        let (len, into) = if page.items_required {
            (format!("self.{items}.len()"), format!("self.{items}"))
        } else {
            (format!("self.{items}.as_ref().map_or(0, Vec::len)"), format!("self.{items}.unwrap_or_default()"))
        };
        let item = self.ty(&page.item);
        let mut text = format!(
            "// guessed: the list of the page, and how the next one is found.\nimpl Page for {name} {{\n    type Item = {item};\n\n    \
             fn len(&self) -> usize {{\n        {len}\n    }}\n\n    fn into_items(self) -> Vec<{item}> {{\n        {into}\n    }}\n"
        );
        let next = match &page.next {
            Next::Counted => None,
            Next::Field(field, ty, required) => Some(match (ty, required) {
                (Ty::Text, true) => format!("Some(self.{field}.clone()).filter(|next| !next.is_empty())"),
                (Ty::Text, false) => format!("self.{field}.clone().filter(|next| !next.is_empty())"),
                (_, true) => format!("Some(self.{field}.to_string())"),
                (_, false) => format!("self.{field}.as_ref().map(ToString::to_string)"),
            }),
            Next::LastItem(id, optional_id) => {
                let id = if *optional_id {
                    format!(".map(|item| item.{id}.to_string())")
                } else {
                    format!(".and_then(|item| item.{id}.as_ref()).map(ToString::to_string)")
                };
                let last = if page.items_required {
                    format!("self.{items}.last()")
                } else {
                    format!("self.{items}.as_ref().and_then(|items| items.last())")
                };
                Some(format!("{last}{id}"))
            }
        };
        for (function, ty, body) in [
            ("next_cursor", "String", next),
            (
                "has_more",
                "bool",
                page.has_more.as_ref().map(|(field, required)| {
                    if *required { format!("Some(self.{field})") } else { format!("self.{field}") }
                }),
            ),
            (
                "total",
                "u64",
                page.total.as_ref().map(|(field, required)| {
                    if *required {
                        format!("u64::try_from(self.{field}).ok()")
                    } else {
                        format!("self.{field}.and_then(|total| u64::try_from(total).ok())")
                    }
                }),
            ),
        ] {
            if let Some(body) = body {
                text.push_str(&format!("\n    fn {function}(&self) -> Option<{ty}> {{\n        {body}\n    }}\n"));
            }
        }
        text.push_str("}\n");
        text
    }

    fn error_body(&self, def: &Def) -> String {
        let message = self.message(def);
        format!(
            "impl ErrorBody for {} {{\n    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {{\n        \
             codec::from_json(std::str::from_utf8(body).ok()?).ok()\n    }}\n\n    fn message(&self) -> String {{\n        {message}\n    }}\n\n    \
             fn encode(&self) -> Option<Vec<u8>> {{\n        Some(codec::to_json(self).into_bytes())\n    }}\n\n    \
             fn schema(schemas: &mut Schemas) -> Schema {{\n        <Self as codec::Field>::schema(schemas)\n    }}\n}}\n",
            def.name
        )
    }

    /// What a person reads of an error.
    fn message(&self, def: &Def) -> String {
        let names = ["message", "error_description", "detail", "error", "title", "description"];
        let text = |fields: &[Field], of: &str, output: bool| {
            let named =
                names.iter().find_map(|name| fields.iter().find(|field| field.wire == *name && field.ty.is_text()))?;
            let required = named.required && (!named.nullable || !output);
            let _ = required;
            let clone = match (named.required, named.nullable) {
                (true, false) => format!("{of}.{}.clone()", named.rust),
                (_, _) if output => format!("{of}.{}.clone().unwrap_or_default()", named.rust),
                (true, true) => format!("{of}.{}.clone().unwrap_or_default()", named.rust),
                (false, false) => format!("{of}.{}.clone().unwrap_or_default()", named.rust),
                (false, true) => return None,
            };
            Some(clone)
        };
        let Kind::Model(fields) = &def.kind else { return "codec::to_json(self)".into() };
        if let Some(own) = text(fields, "self", !def.input) {
            return own;
        }
        let inner =
            fields.iter().find(|field| field.wire == "error" && field.required && !field.nullable && !field.boxed);
        let within = inner.and_then(|field| {
            let (id, fields) = self.types.model(&field.ty)?;
            text(fields, &format!("self.{}", field.rust), !self.types.get(id)?.input)
        });
        within.unwrap_or_else(|| "codec::to_json(self)".into())
    }
}

fn plain_name(def: &Def) -> String {
    let words = crate::names::words(&def.name).join(" ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn applies(rule: &str, of: Of) -> bool {
    match of {
        Of::Output | Of::ResponseHeader => false,
        Of::Input => ["range", "length", "sample", "starts_with"].iter().any(|name| rule.starts_with(name)),
        _ => true,
    }
}

/// Lines of a comment, which begin with `//`.
pub fn comment_lines(text: &str, indent: usize) -> String {
    docs::lines(&[text.to_owned()], indent).lines().map(|line| format!("{}\n", line.replacen("///", "//", 1))).collect()
}
