//! The documents of the declarations: checked in, so that a change of the API that nobody meant is seen, and compared with the public
//! specifications where those are at hand.

use std::path::{Path, PathBuf};

use livepeer::dynamic::{Catalog, openapi};
use livepeer::{Ai, Studio};
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi").join(format!("{name}.json"))
}

fn check<A: Catalog>(name: &str) {
    let document = format!("{:#}\n", openapi::<A>());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(name), &document).unwrap();
    }
    let known = std::fs::read_to_string(path(name)).unwrap_or_default();
    let difference = known.lines().zip(document.lines()).find(|(known, now)| known != now);
    assert!(known == document, "docs/openapi/{name}.json is not up to date (UPDATE=1 writes it): {difference:#?}");
}

#[test]
fn the_documents_are_those_checked_in() {
    check::<Studio>("studio");
    check::<Ai>("ai");
}

#[test]
fn every_reference_leads_to_a_schema() {
    fn walk(value: &Value, each: &mut dyn FnMut(&str)) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| match member {
                Value::String(target) if name == "$ref" => each(target),
                member => walk(member, each),
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, each)),
            _ => {}
        }
    }
    for document in [openapi::<Studio>(), openapi::<Ai>()] {
        let mut count = 0;
        walk(&document, &mut |target| {
            count += 1;
            assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some_and(Value::is_object), "{target}");
        });
        assert!(count > 10, "{count}");
    }
}
