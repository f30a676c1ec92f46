//! What a page, its workers and Node have in common.

use js_sys::{Array, Uint8Array};
use livepeer::{Client, ErrorKind, File, Retry, playback};
use web_sys::FilePropertyBag;

use crate::behaviour::api::{Fake, Read};

/// Where the server is: at a port that is built into the tests, because a page has no environment.
pub fn server(folder: &str) -> String {
    format!("http://127.0.0.1:{}/{folder}", option_env!("BROWSER_TEST_PORT").unwrap_or("4011"))
}

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

/// A key is refused in pages, unless it stays on this machine or is allowed, and nowhere else.
pub async fn a_key_is_refused(in_page: bool) {
    let studio = Client::studio("secret").retry(Retry::never()).server("https://studio.invalid");
    let error = studio.call(playback::Get::new("x")).await.unwrap_err();
    let text = format!("{error:#}");
    assert_eq!(error.kind() == ErrorKind::Request, in_page, "{text}");
    assert!(text.contains("a key in a web page is everybody's") == in_page && !text.contains("secret"), "{text}");
    let error = studio.allow_key_in_page(true).call(playback::Get::new("x")).await.unwrap_err();
    assert_ne!(error.kind(), ErrorKind::Request);
    // To this machine it may go, for a server under development.
    let echoed = Client::<Fake>::new().server(server("key")).key("secret").call(Read::new()).await.unwrap();
    assert_eq!(echoed.headers["authorization"], "Bearer secret");
}

/// Makes a test of each behaviour.
#[macro_export]
macro_rules! in_javascript {
    ($($module:ident::$name:ident)*) => {
        $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                let server = common::server(concat!(module_path!(), "-", stringify!($name)));
                behaviour::$module::$name(behaviour::Place { server, film: common::film }).await;
            }
        )*
    };
}
