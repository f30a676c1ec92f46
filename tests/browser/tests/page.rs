//! Calls and uploads in a page, to a server of another origin: what is so natively, too, and what pages alone have.

#[path = "../../behaviour/mod.rs"]
mod behaviour;
mod common;

use livepeer::{Client, Error, ErrorKind, File, Retry};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use behaviour::api::{Echo, Fake, Hidden, Read, RedirectedWrite};
use behaviour::{Place, uploads};

wasm_bindgen_test_configure!(run_in_browser);

behaviours!(in_javascript);

fn client() -> Client<Fake> {
    Client::new().retry(Retry::never()).server(common::server("page"))
}

#[wasm_bindgen_test]
async fn a_page_sends_neither_cookies_nor_a_name() {
    let echoed = client().call(Echo::new("hello")).await.unwrap();
    assert!(!echoed.headers.contains_key("cookie") && !echoed.headers["user-agent"].contains("livepeer"));
}

#[wasm_bindgen_test]
async fn a_failed_call_says_what_a_browser_does_not_tell() {
    let unreachable = client().server("http://127.0.0.1:9").call(Read::new()).await.unwrap_err();
    let hidden = client().call(Hidden::new()).await.unwrap_err();
    for error in [unreachable, hidden] {
        let error: Error = error.into();
        assert!(format!("{error:#}").contains("CORS"), "{error:#}");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error:#}");
    }
}

#[wasm_bindgen_test]
async fn what_writes_is_not_redirected() {
    let error = client().call(RedirectedWrite::new("text")).await.unwrap_err();
    assert!(format!("{error:#}").contains("redirects"), "{error:#}");
}

#[wasm_bindgen_test]
async fn a_key_in_a_page_is_refused_unless_it_is_allowed() {
    common::a_key_is_refused(true).await;
}

#[wasm_bindgen_test]
async fn a_file_of_the_page_is_read_in_pieces_where_its_bytes_are_needed() {
    let content = uploads::content();
    let mut body = common::film(&content).into_body().await.unwrap();
    let (mut pieces, mut all) = (0, Vec::new());
    while let Some(piece) = body.chunk().await.unwrap() {
        assert!(piece.len() <= 512 * 1024);
        pieces += 1;
        all.extend(piece);
    }
    assert!(all == content && pieces == 9);
    // The server does not allow pages to ask for its extensions, which is no reason to fail.
    let at = Place { server: common::server("checksum"), film: common::film };
    let blob: web_sys::Blob = common::file(&content).into();
    let upload = Client::new().upload_to(format!("{}/tus", at.server), File::from(blob)).checksum(true).await.unwrap();
    uploads::assert_stored(&at, &upload, &content).await;
}
