//! Blocking transports, in a program that has Tokio.
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::io::{Read, copy, sink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Request, Response};
use library::*;
use typed_endpoint::blocking::{Client, RequestBody, Transport};
use typed_endpoint::{File, TransportError, endpoint};

endpoint! {
    /// Replaces the text of a book.
    pub ReplaceText: Library = PUT "/book/{id}/text" (id: BookId) body(text: File) -> Book
}

/// Reads requests to their ends and counts their bytes.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicU64>);

impl Transport for Counting {
    fn send(&self, request: Request<RequestBody>) -> Result<Response<Box<dyn Read + Send>>, TransportError> {
        self.0.store(copy(&mut request.into_body(), &mut sink()).unwrap(), Ordering::Relaxed);
        Ok(Response::new(Box::new(&br#"{"id": "emma", "title": "Emma"}"#[..])))
    }
}

/// Tokio lets a task have so many results of others and then none, until it has gone back to the runtime: which a transport that
/// blocks does not do before it has read everything.
#[test]
fn a_large_file_is_read_to_its_end() {
    const LEN: u64 = 100 * 1024 * 1024;
    let path = std::env::temp_dir().join(format!("blocking-{}", std::process::id()));
    std::fs::File::create(&path).unwrap().set_len(LEN).unwrap();
    let transport = Counting::default();
    let client = Client::with_transport(typed_endpoint::Client::<Library>::new(), transport.clone());
    let book = client.call(ReplaceText::new("emma", File::path(&path))).run();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(book.unwrap().title, "Emma");
    assert_eq!(transport.0.load(Ordering::Relaxed), LEN);
}
