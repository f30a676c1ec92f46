//! Calls and uploads in Node, where a program in WebAssembly is a server as any other.

#[path = "../../behaviour/mod.rs"]
mod behaviour;
mod common;

use wasm_bindgen_test::wasm_bindgen_test;

behaviours!(in_javascript);

#[wasm_bindgen_test]
async fn a_key_outside_of_pages_is_not_refused() {
    common::a_key_is_refused(false).await;
}
