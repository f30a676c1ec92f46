//! What a page and its workers have in common.

use js_sys::{Array, Uint8Array};
use livepeer::{Client, ErrorKind, File, Retry, playback};
use web_sys::FilePropertyBag;

use crate::behaviour::api::{Fake, Read};

pub fn file(content: &[u8]) -> web_sys::File {
    let parts = Array::of1(&Uint8Array::from(content));
    let options = FilePropertyBag::new();
    options.set_type("video/mp4");
    // The same in each visit, as that of a file on a disk.
    options.set_last_modified(1_758_000_000_000.0);
    web_sys::File::new_with_u8_array_sequence_and_options(&parts, "film.mp4", &options).unwrap()
}

pub fn film(content: &[u8]) -> File {
    file(content).into()
}

/// A key is refused, unless it stays on this machine or is allowed.
pub async fn a_key_is_refused_unless_it_is_allowed() {
    let studio = Client::studio("secret").retry(Retry::never());
    let error = studio.call(playback::Get::new("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let text = format!("{error:#}");
    assert!(text.contains("a key in a web page is everybody's") && !text.contains("secret"), "{text}");
    // To this machine it may go, for a server under development.
    let echoed = Client::<Fake>::new().key("secret").call(Read::new()).await.unwrap();
    assert_eq!(echoed.headers["authorization"], "Bearer secret");
    let error = studio.server("https://studio.invalid").allow_key_in_page(true).call(playback::Get::new("x")).await;
    assert_ne!(error.unwrap_err().kind(), ErrorKind::Request);
}

/// Makes a test of each behaviour.
#[macro_export]
macro_rules! in_browser {
    ($($module:ident::$name:ident)*) => {
        $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                let server = format!("http://127.0.0.1:4011/{}-{}", module_path!(), stringify!($name));
                behaviour::$module::$name(behaviour::Place { server, film: common::film }).await;
            }
        )*
    };
}
