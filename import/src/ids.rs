//! Guesses which texts are ids: path parameters that end with `id`, and the fields of models with the same name.

use std::collections::HashMap;

use crate::names;
use crate::operation::Operation;
use crate::response::Response;
use crate::types::{Field, Kind, Owner, Ty, Types};

/// Gives ids types of their own.
pub fn guess(types: &mut Types, operations: &mut [Operation]) {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut of_models: Vec<(Ty, usize)> = Vec::new();
    for operation in operations.iter_mut() {
        let path = operation.wire_path.clone();
        let (method, response) = (operation.method.clone(), operation.response.clone());
        for field in &mut operation.parameters {
            let Some(word) = word_of(field, &path).filter(|_| field.ty.is_text()) else { continue };
            let id = *ids.entry(word.clone()).or_insert_with(|| {
                let id = types.reserve(None, &word, Owner::Document);
                if let Some(def) = types.get_mut(id) {
                    def.kind = Kind::Id;
                    let of = word.trim_end_matches("_id").replace('_', " ");
                    let article = if of.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                    def.docs = vec![format!("Id of {article} {of}.")];
                    def.comment = Some("guessed: an id of its own, by the name of a path parameter".into());
                }
                id
            });
            field.ty = Ty::Named(id);
            if let (true, "GET", Response::Of(ty)) =
                (path.ends_with(&format!("{{{}}}", field.wire)), method.as_str(), &response)
            {
                of_models.push((ty.clone(), id));
            }
        }
    }
    for def in &mut types.defs {
        if let Kind::Model(fields) = &mut def.kind {
            for field in fields.iter_mut().filter(|field| field.ty.is_text() && field.constant.is_none()) {
                field.ty = ids.get(&names::snake(&field.wire)).map_or(Ty::Text, |id| Ty::Named(*id));
            }
        }
    }
    for (ty, id) in of_models {
        let Some(model) = types.model(&ty).map(|(model, _)| model) else { continue };
        if let Some(Kind::Model(fields)) = types.get_mut(model).map(|def| &mut def.kind) {
            for field in fields.iter_mut().filter(|field| field.wire == "id" && field.ty.is_text()) {
                field.ty = Ty::Named(id);
            }
        }
    }
}

/// The name of the id that a path parameter is, without what differs from one operation to the next.
fn word_of(field: &Field, path: &str) -> Option<String> {
    let word = names::snake(&field.wire);
    if word.ends_with("_id") {
        return Some(word);
    }
    if word != "id" {
        return None;
    }
    let before = path.split(&format!("/{{{}}}", field.wire)).next()?.rsplit('/').next()?;
    let mut words = names::words(before);
    let last = words.last_mut()?;
    *last = names::singular(last);
    words.push("id".to_owned());
    Some(words.join("_"))
}
