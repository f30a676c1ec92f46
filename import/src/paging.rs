//! Guesses how the pages of a list follow each other.

use crate::operation::Operation;
use crate::response::Response;
use crate::schema::Schemas;
use crate::types::{Field, Next, PageOf, Ty};

/// Fields of a response that say where the next page begins.
const NEXT: &[&str] = &[
    "next_cursor",
    "next_page_token",
    "next_token",
    "next_page",
    "next",
    "continuation_token",
    "end_cursor",
    "cursor",
];
/// Parameters that take a cursor.
const CURSORS: &[&str] =
    &["cursor", "page_token", "next_token", "after", "starting_after", "continuation_token", "start_cursor", "since"];

/// Marks an operation as a list, if it looks like one; `links` says that a response has the header `Link`.
pub fn guess(schemas: &mut Schemas<'_>, read: &mut Operation, links: bool) {
    if read.method != "GET" {
        return;
    }
    let Response::Of(ty) = &read.response else { return };
    let (ty, _) = schemas.types.resolved(ty);
    let parameter = |names: &[&str]| {
        let named =
            names.iter().find_map(|name| read.query.iter().find(|field| crate::names::snake(&field.wire) == **name));
        named.map(|field| (field.rust.clone(), field.ty.clone()))
    };
    let cursor = parameter(CURSORS);
    let number = parameter(&["page", "page_number"]);
    let offset = parameter(&["offset", "skip", "start"]);
    let is_number = |ty: &Ty| matches!(schemas.types.resolved(ty).0, Ty::Number(_));
    if let Ty::List(_) = ty {
        if links {
            read.guesses.push("paged(Link)".into());
        } else if let Some((field, _)) = number.filter(|(_, ty)| is_number(ty)) {
            read.guesses.push(format!("paged(Number), cursor({field})"));
        } else if let Some((field, _)) = offset.filter(|(_, ty)| is_number(ty)) {
            read.guesses.push(format!("paged(Offset), cursor({field})"));
        }
        return;
    }
    let Some((id, fields)) = schemas.types.model(&ty) else { return };
    let Some((items, item)) = the_list(schemas, fields) else { return };
    let by_name = |name: &str| fields.iter().find(|field| crate::names::snake(&field.wire) == name);
    let flag = ["has_more", "has_next_page", "has_next"]
        .iter()
        .find_map(|name| by_name(name))
        .filter(|field| schemas.types.resolved(&field.ty).0 == Ty::Bool);
    let total = ["total", "total_count", "count_total"].iter().find_map(|name| by_name(name));
    let total = total.filter(|field| matches!(schemas.types.resolved(&field.ty).0, Ty::Number(name) if name != "f64"));
    let text_or_number = |field: &&Field| matches!(schemas.types.resolved(&field.ty).0, Ty::Text | Ty::Number(_));
    let next = NEXT.iter().find_map(|name| by_name(name)).filter(text_or_number);
    let last = by_name("last_id").filter(text_or_number);
    let last_item = schemas.types.model(&item).and_then(|(_, fields)| {
        fields.iter().find(|field| field.wire == "id").filter(|field| schemas.types.resolved(&field.ty).0.is_text())
    });
    let of_field = |field: &Field| {
        Next::Field(field.rust.clone(), schemas.types.resolved(&field.ty).0, field.required && !field.nullable)
    };
    let by_cursor = cursor.and_then(|(cursor, ty)| {
        let next = match (next, last, flag, last_item) {
            (Some(next), ..) => of_field(next),
            (None, Some(last), Some(_), _) => of_field(last),
            (None, None, Some(_), Some(item)) => Next::LastItem(item.rust.clone(), item.required && !item.nullable),
            _ => return None,
        };
        let _ = ty;
        Some((format!("paged, cursor({cursor})"), next))
    });
    let by_count = || {
        let number = number.filter(|(_, ty)| is_number(ty)).map(|(field, _)| format!("paged(Number), cursor({field})"));
        let offset = offset.filter(|(_, ty)| is_number(ty)).map(|(field, _)| format!("paged(Offset), cursor({field})"));
        number.or(offset).map(|clause| (clause, Next::Counted))
    };
    let by_link = links.then(|| ("paged(Link)".to_owned(), Next::Counted));
    let Some((clause, next)) = by_link.or(by_cursor).or_else(by_count) else { return };
    let fact = |field: &Field| (field.rust.clone(), field.required && !field.nullable);
    let page = PageOf {
        items: items.rust.clone(),
        item,
        items_required: items.required && !items.nullable,
        next,
        has_more: flag.map(fact),
        total: total.map(fact),
    };
    if let Some(def) = schemas.types.get_mut(id) {
        // Two lists with the same page follow it in the same way.
        def.page.get_or_insert(page);
    }
    read.guesses.push(clause);
}

/// The only list among the fields of a page, or the one that lists are usually called.
fn the_list<'f>(schemas: &Schemas<'_>, fields: &'f [Field]) -> Option<(&'f Field, Ty)> {
    let list = |field: &'f Field| match schemas.types.resolved(&field.ty).0 {
        Ty::List(item) => Some((field, *item)),
        _ => None,
    };
    let named = fields
        .iter()
        .filter(|field| matches!(field.wire.as_str(), "data" | "items" | "results" | "values"))
        .find_map(list);
    let mut lists = fields.iter().filter_map(list);
    let only = lists.next();
    named.or(if lists.next().is_none() { only } else { None })
}
