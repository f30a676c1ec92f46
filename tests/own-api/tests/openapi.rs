//! An API declared elsewhere gets a document, too. `.ci/check openapi` has it validated.

use std::collections::BTreeSet;
use std::path::Path;

use own_api::depot::{Depot, Numbered};
use own_api::library::{Archive, Library};
use serde_json::{Value, json};
use typed_endpoint::Endpoint;
use typed_endpoint::dynamic::{Catalog, Entry, entries, openapi};

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
fn a_document_says_what_is_always_sent_and_leaves_out_what_it_has_no_place_for() {
    let document = write::<Depot>("depot");
    let paths = document["paths"].as_object().unwrap();
    // Neither the URL that a response gives nor a method that OpenAPI does not know.
    assert!(!paths.contains_key("{url}") && !paths.contains_key("/nearby"));
    let methods = paths.values().flat_map(|item| item.as_object().unwrap().keys());
    assert!(methods.into_iter().all(|method| ["get", "put", "post", "delete", "patch"].contains(&method.as_str())));

    // Procedures of one path, by their constants.
    let call = &paths["/rpc"]["post"];
    let bodies = call["requestBody"]["content"]["application/json"]["schema"]["anyOf"].as_array().unwrap();
    let method = |body: &Value| {
        let name = body["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let schema = &document["components"]["schemas"][name];
        assert!(schema["required"].as_array().unwrap().contains(&json!("method")));
        schema["properties"]["method"]["const"].clone()
    };
    assert_eq!(bodies.iter().map(method).collect::<Vec<_>>(), ["sum", "product"]);
    // Only one of them needs these.
    let format = json!({ "name": "format", "in": "query", "schema": { "const": "short" } });
    let version = json!({ "name": "depot-version", "in": "header", "schema": { "const": 3 } });
    assert_eq!(call["parameters"], json!([format, version]));
    let parts = &paths["/files/{path}"]["post"]["parameters"];
    assert_eq!((&parts[0]["name"], &parts[0]["required"]), (&json!("path"), &json!(true)));
    assert!(parts.as_array().unwrap().iter().any(|parameter| parameter["name"] == "parts[]"));

    // Media types that the declaration says.
    let media_types =
        |item: &Value| item["requestBody"]["content"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(media_types(&paths["/table"]["put"]), ["text/csv"]);
    assert_eq!(media_types(&paths["/files/{path}"]["patch"]), ["application/merge-patch+json"]);
    assert_eq!(media_types(&paths["/store"]["post"]), ["multipart/related"]);
    // Headers of responses.
    let patched = &paths["/files/{path}"]["patch"]["responses"]["200"];
    assert_eq!(patched["headers"]["etag"]["required"], true);
    assert_eq!(patched["headers"]["warning"]["required"], false);
    let all = &paths["/all"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!((&all["type"], &all["items"]["$ref"]), (&json!("array"), &json!("#/components/schemas/Parcel")));
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
    // Procedures of one method and path are one operation, and OpenAPI does not know `PROPFIND` and `M-SEARCH`.
    let place = |entry: &Entry| match entry.operation().has_given_url() {
        true => (entry.operation().method, entry.name()),
        false => (entry.operation().method, entry.operation().path.to_owned()),
    };
    let places: BTreeSet<_> =
        entries::<Depot>().map(place).filter(|(method, _)| !["PROPFIND", "M-SEARCH"].contains(method)).collect();
    assert_eq!(count, places.len());
    let path = &depot["paths"]["/files/{path}"]["patch"]["parameters"][0];
    assert_eq!(path["description"], "Its slashes stay as they are.");
}

#[test]
fn a_document_tells_of_versions() {
    let depot = write::<Depot>("depot");
    let forget = &depot["paths"]["/store"]["delete"];
    assert_eq!(forget["description"], "Since version 1.2. Removed in version 2.0: use Store.");
    assert_eq!(forget["deprecated"], true);
    let table = &depot["paths"]["/table"]["get"];
    assert_eq!(table["description"], "Since version 2.1.");
    assert_eq!(table["deprecated"], Value::Null);

    let number = &depot["paths"]["/numbered"]["get"]["parameters"][0];
    assert_eq!(number["description"], "The number. Since version 1.2. Removed in version 2.0: use `After`.");
    assert_eq!(number["deprecated"], true);
    let schemas = &depot["components"]["schemas"];
    let query = &schemas["DepotQueryRequest"]["properties"]["query"];
    assert_eq!(query, &json!({ "type": "string", "description": "What for. Since version 1.1." }));
    let links = &schemas["Parcel"]["properties"]["links"];
    assert_eq!(links["description"], "Links to what belongs to it. Since version 1.3.");
    let page_number = &Numbered::OPERATION.fields[0];
    assert_eq!((page_number.since, page_number.removed), (Some("1.2"), Some(("2.0", "use `After`"))));
}
