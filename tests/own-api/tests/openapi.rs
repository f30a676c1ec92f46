//! An API declared elsewhere gets a document, too. `.ci/check openapi` has it validated.

use std::path::Path;

use own_api::depot::Depot;
use own_api::library::{Archive, Library};
use serde_json::{Value, json};
use typed_endpoint::dynamic::{Catalog, entries, openapi};

fn write<A: Catalog>(name: &str) -> Value {
    let document = openapi::<A>();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.openapi.json"));
    std::fs::write(file, document.to_string()).unwrap();
    document
}

#[test]
fn every_operation_that_an_api_hosts_is_in_its_document() {
    let (library, archive) = (write::<Library>("library"), write::<Archive>("archive"));
    assert_eq!(
        library["components"]["securitySchemes"]["key"],
        json!({ "type": "apiKey", "in": "header", "name": "x-card" })
    );
    assert_eq!(
        archive["components"]["securitySchemes"]["key"],
        json!({ "type": "apiKey", "in": "query", "name": "card" })
    );
    let count = |document: &Value| {
        let paths = document["paths"].as_object().unwrap();
        paths.values().map(|item| item.as_object().unwrap().len()).sum::<usize>()
    };
    assert_eq!(count(&library), entries::<Library>().count());
    assert_eq!(count(&archive), entries::<Archive>().count());
    assert!(count(&archive) < count(&library));
}

#[test]
fn an_operation_without_a_path_of_its_own_is_described_by_its_name() {
    let depot = write::<Depot>("depot");
    let item = &depot["components"]["pathItems"]["depot.put_content"]["put"];
    assert_eq!(item["summary"], "Sends the content of a parcel to where the depot said.");
    let parameters: Vec<_> = item["parameters"].as_array().unwrap().iter().map(|own| &own["name"]).collect();
    assert_eq!(parameters, ["part"], "the URL is no parameter");
    let items =
        |place: &Value| place.as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum::<usize>();
    let count = items(&depot["paths"]) + items(&depot["components"]["pathItems"]);
    assert_eq!(count, entries::<Depot>().count());
    let path = &depot["paths"]["/files/{path}"]["patch"]["parameters"][0];
    assert_eq!(path["description"], "Its slashes stay as they are.");
}
