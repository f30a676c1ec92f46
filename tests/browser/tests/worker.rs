//! Calls and uploads in a worker of a page.

#[path = "../../behaviour/mod.rs"]
mod behaviour;
mod common;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

behaviours!(in_javascript);

#[wasm_bindgen_test]
async fn a_key_in_a_worker_of_a_page_is_refused_unless_it_is_allowed() {
    common::a_key_is_refused(true).await;
}
