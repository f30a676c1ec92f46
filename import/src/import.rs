//! A document as the files of its declarations.

use std::collections::HashSet;

use crate::document::Document;
use crate::names::Taken;
use crate::operation::{Filter, Operation};
use crate::output::File;
use crate::report::{Failure, Report};
use crate::response::Response;
use crate::schema::Schemas;
use crate::types::{Field, Ty};
use crate::{api, body::Body, finish, ids, op_names, operation, output};

/// What is asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    pub api: Option<String>,
    pub filter: Filter,
}

/// Files, what they only approximate, and how many operations they have.
pub fn import(text: &str, wanted: &Wanted) -> Result<(Vec<File>, Report, usize), Failure> {
    let document = Document::parse(text)?;
    let mut schemas = Schemas::new(&document);
    let (mut operations, modules) = operation::all(&mut schemas, &wanted.filter);
    if operations.is_empty() {
        return Err(Failure(match wanted.filter.tags.is_empty() && wanted.filter.ids.is_empty() {
            true => "`paths` has no operations: there is nothing to declare".into(),
            false => "no operation has one of these tags or ids: an operation is named by its `operationId`, or as \"GET /path\"".into(),
        }));
    }
    let Schemas { mut types, mut report, .. } = schemas;
    finish::replace_aliases(&mut types);
    ids::guess(&mut types, &mut operations);
    let facts = api::read(&document, &types, &operations, wanted.api.as_deref(), &mut report);
    let sent: Vec<usize> = operations.iter().flat_map(sent_types).filter_map(|ty| resolved(&types, ty)).collect();
    let received: Vec<usize> =
        operations.iter().flat_map(received_types).filter_map(|ty| resolved(&types, ty)).collect();
    let error = facts.error.as_ref().and_then(|ty| resolved(&types, ty));
    let plainly = finish::plainly_used(&types, sent.iter().chain(&received).copied().chain(error));
    finish::constants(&mut types, &plainly);
    for id in types.reached(sent.iter().copied()) {
        if let Some(def) = types.get_mut(id) {
            def.input = true;
        }
    }
    finish::box_circles(&mut types);
    let needed: HashSet<usize> = types.reached(sent.into_iter().chain(received).chain(error)).into_iter().collect();
    let roots: Vec<(usize, usize)> = operations
        .iter()
        .flat_map(|operation| {
            let all = sent_types(operation).into_iter().chain(received_types(operation));
            all.filter_map(|ty| resolved(&types, ty)).map(|id| (operation.module, id)).collect::<Vec<_>>()
        })
        .chain(error.into_iter().flat_map(|id| [(usize::MAX, id), (usize::MAX - 1, id)]))
        .collect();
    finish::place(&mut types, &roots);
    let mut taken = Taken::new();
    taken.reserve(facts.name.clone());
    finish::name_components(&mut types, &mut taken, &needed);
    op_names::name(&mut operations, &modules, &types, &taken);
    for operation in &operations {
        for end in ["", "Outcome", "Error", "Headers"] {
            taken.reserve(format!("{}{end}", operation.name));
        }
    }
    finish::name_others(&mut types, &mut taken, &needed, |index| {
        let operation = operations.get(index);
        let module = operation.and_then(|it| modules.get(it.module)).cloned().unwrap_or_default();
        (module, operation.map(|it| it.name.clone()).unwrap_or_default())
    });
    let count = operations.len();
    let files = output::files(&document, &facts, &types, &operations, &modules, &needed);
    Ok((files, report, count))
}

fn resolved(types: &crate::types::Types, ty: &Ty) -> Option<usize> {
    types.resolved(ty).0.named()
}

fn sent_types(operation: &Operation) -> Vec<&Ty> {
    let body: &[Field] = match &operation.body {
        Body::Json(fields) | Body::Form(fields) | Body::Multipart(fields) => fields,
        Body::JsonOf(field) => std::slice::from_ref(field),
        Body::None | Body::Raw(..) => &[],
    };
    let fields = operation.parameters.iter().chain(&operation.query).chain(&operation.headers).chain(body);
    fields.filter(|field| !(field.required && field.constant.is_some())).map(|field| &field.ty).collect()
}

fn received_types(operation: &Operation) -> Vec<&Ty> {
    fn of(response: &Response) -> Vec<&Ty> {
        match response {
            Response::Of(ty) | Response::Sse(ty) | Response::Lines(ty) => vec![ty],
            Response::Match(arms) => arms.iter().flat_map(|(.., response)| of(response)).collect(),
            _ => Vec::new(),
        }
    }
    let headers = operation.response_headers.iter().map(|field| &field.ty);
    of(&operation.response).into_iter().chain(operation.errors.iter().map(|(_, ty)| ty)).chain(headers).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const DOCUMENTS: [&str; 2] =
        [include_str!("../tests/documents/shop.yaml"), include_str!("../tests/documents/legacy.json")];

    /// The pointers to everything in a value.
    fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
        all.push(at.to_owned());
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    pointers(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    pointers(inner, &format!("{at}/{index}"), all);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn whatever_stands_anywhere_in_a_document_ends_in_output_or_a_message() {
        let wrong = [
            json!(null),
            json!(-1e300),
            json!("{"),
            json!([[]]),
            json!({}),
            json!({ "$ref": "#/paths" }),
            json!({ "allOf": [{ "$ref": "#" }] }),
        ];
        for text in DOCUMENTS {
            let document = Document::parse(text).unwrap().root;
            let mut all = Vec::new();
            pointers(&document, "", &mut all);
            assert!(all.len() > 100);
            // Each place with one of them: all of them would take minutes.
            for (pointer, wrong) in all.iter().zip(wrong.iter().cycle()) {
                let mut changed = document.clone();
                *changed.pointer_mut(pointer).unwrap() = wrong.clone();
                match import(&changed.to_string(), &Wanted::default()) {
                    Ok((files, ..)) => assert!(!files.is_empty(), "{pointer}: {wrong}"),
                    Err(Failure(message)) => assert!(!message.is_empty(), "{pointer}: {wrong}"),
                }
            }
        }
    }

    #[test]
    fn what_is_no_document_is_refused_with_what_to_do() {
        for (text, want) in [
            ("", "expected `openapi: 3.1.0`"),
            ("{", "no JSON"),
            ("a: [", "no YAML"),
            ("swagger: '2.0'", "convert it to OpenAPI 3"),
            ("openapi: 4.0.0\npaths: {}", "versions 3.0 and 3.1"),
            ("openapi: 3.1.0", "`paths` is missing"),
            ("openapi: 3.1.0\npaths: []", "`paths` is no object"),
            ("openapi: 3.1.0\npaths: {}", "nothing to declare"),
        ] {
            let Failure(message) = import(text, &Wanted::default()).unwrap_err();
            assert!(message.contains(want), "{text}: {message}");
        }
    }

    #[test]
    fn the_output_is_the_same_each_time() {
        let text = |document: &str| output::joined(&import(document, &Wanted::default()).unwrap().0);
        for document in DOCUMENTS {
            assert_eq!(text(document), text(document));
        }
    }
}
