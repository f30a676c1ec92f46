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
fn a_document_says_what_is_always_sent_and_leaves_out_what_it_has_no_place_for() {
    let document = write::<Depot>("depot");
    let paths = document["paths"].as_object().unwrap();
    // Neither an operation whose URL a response gives nor a method that OpenAPI does not know.
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
