//! The content of errors: causes as types, the attempts before the last, advice, and what decoding skipped.
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::error::Error as StdError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fmt, io};

use library::*;
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::tus::UploadError;
use typed_endpoint::{
    Api, Auth, Case, Client, Download, Error, ErrorKind, File, RequestError, Retry, Unmapped, operations,
};

/// An API that takes files.
#[derive(Debug)]
pub struct Files;

impl Api for Files {
    const NAME: &'static str = "Files";
    const SERVERS: &'static [&'static str] = &["https://files.example"];
    const CASE: Case = Case::Camel;
    const AUTH: Auth = Auth::Header("x-key");
    type Error = Unmapped;
}

operations! {
    endpoint! {
        /// Puts a file as the whole body.
        pub Put: Files = PUT "/file" body(file: File) -> ()
    }
    endpoint! {
        /// Puts a file as part of a form.
        pub Form: Files = POST "/form" multipart {
            /// The file.
            file: File,
        } -> ()
    }
}

fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

#[tokio::test]
async fn a_missing_file_is_not_found_wherever_it_is_read_or_written() {
    let client = Client::<Files>::new().server("http://127.0.0.1:1");
    let missing = || File::path("/no/such/film.mp4");
    let errors: Vec<(Box<dyn StdError>, io::ErrorKind)> = vec![
        (Box::new(client.call(Put::new(missing())).await.unwrap_err()), io::ErrorKind::NotFound),
        (Box::new(client.call(Form::new(missing())).await.unwrap_err()), io::ErrorKind::NotFound),
        (Box::new(client.call(Form::new(missing())).request().await.unwrap_err()), io::ErrorKind::NotFound),
        (Box::new(client.tus("http://127.0.0.1:1/", missing()).await.unwrap_err()), io::ErrorKind::NotFound),
        (Box::new(Download::check_target("/no/such/film.mp4").await.unwrap_err()), io::ErrorKind::NotFound),
        (Box::new(Download::check_target("/").await.unwrap_err()), io::ErrorKind::IsADirectory),
        (Box::new(missing().into_body().await.unwrap_err()), io::ErrorKind::NotFound),
    ];
    for (error, kind) in errors {
        let io: &io::Error = cause(&*error).unwrap_or_else(|| panic!("no io::Error in {error:?}"));
        assert_eq!(io.kind(), kind, "{error:#}");
        assert!(format!("{error:#}").matches("film.mp4").count() <= 1, "{error:#}");
    }

    let error = client.call(Put::new(missing())).await.unwrap_err();
    let Some(RequestError::File { path, source }) = error.request_error() else { panic!("{error:?}") };
    assert_eq!((path.to_str(), source.kind()), (Some("/no/such/film.mp4"), io::ErrorKind::NotFound));
    // What the system said, number and all.
    #[cfg(unix)]
    assert_eq!(cause::<io::Error>(&error).unwrap().raw_os_error(), Some(2));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);

    let error = client.tus("http://127.0.0.1:1/", missing()).await.unwrap_err();
    assert!(matches!(&error, UploadError::Read(io) if io.kind() == io::ErrorKind::NotFound), "{error:#}");
}

#[tokio::test]
async fn a_request_that_is_too_long_for_a_mock_is_received_and_refused() {
    let mock = Mock::new().max_request(1_000_000).on(async |_: Put| Ok(()));
    let running = mock.listen().await.unwrap();
    for client in [running.client::<Client<Files>>(), mock.client()] {
        client.call(Put::new(File::bytes(vec![7; 1_000_000]))).await.unwrap();
        let large = client.call(Put::new(File::bytes(vec![7; 8_000_000]))).await.unwrap_err();
        assert_eq!(large.status().map(|status| status.as_u16()), Some(413), "{large:?}");
        // Its length is not known before.
        let reader = File::reader(std::io::Cursor::new(vec![7; 1_000_001]));
        let large = client.call(Put::new(reader)).await.unwrap_err();
        assert_eq!(large.status().map(|status| status.as_u16()), Some(413), "{large:?}");
    }
}

#[derive(Debug, PartialEq)]
struct VaultSealed(u16);

impl fmt::Display for VaultSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the vault is sealed")
    }
}

impl StdError for VaultSealed {}

#[tokio::test]
async fn the_error_of_a_key_provider_is_kept() {
    let client = Client::<Library>::new().key_provider(|| async { Err(VaultSealed(7).into()) });
    let error: Error = client.call(GetBook::new("emma")).await.unwrap_err().into();
    assert_eq!(cause::<VaultSealed>(&error), Some(&VaultSealed(7)));
    assert!(matches!(error.request_error(), Some(RequestError::KeyProvider { .. })), "{error:?}");
    assert!(error.to_string().ends_with("not sent"), "{error}");
    let all = format!("{error:#}");
    assert!(all.ends_with("not sent: the function that gives the key failed: the vault is sealed"), "{all}");
    assert!(format!("{error:?}").contains("the vault is sealed"));
}

fn failing(replies: &'static [(u16, &'static str)]) -> Client<Library> {
    let next = AtomicUsize::new(0);
    let mock = Mock::new().first(move |_| {
        let (status, text) = replies[next.fetch_add(1, Ordering::Relaxed) % replies.len()];
        async move { Some(Reply::text(status, text)) }
    });
    mock.client::<Client<Library>>()
        .key("SECRET-KEY-12345")
        .retry(Retry::attempts(replies.len() as u32).initial_backoff(std::time::Duration::ZERO))
}

#[tokio::test]
async fn an_error_tells_the_attempts_before_it() {
    let client = failing(&[
        (500, "lost SECRET-KEY-12345"),
        (500, "lost SECRET-KEY-12345"),
        (503, "restarting"),
        (404, "no such book"),
    ]);
    let error = client.call(RemoveBook::new("emma")).await.unwrap_err();
    assert!(error.is_not_found() && error.attempts() == 4, "{error}");
    let earlier: Vec<_> = error
        .earlier_attempts()
        .iter()
        .map(|attempt| (attempt.kind, attempt.status.map(|status| status.as_u16()), attempt.times))
        .collect();
    assert_eq!(earlier, [(ErrorKind::Status, Some(500), 2), (ErrorKind::Status, Some(503), 1)]);
    let text = error.to_string();
    assert!(text.contains("404 Not Found: no such book; before that: the server responded 500"), "{text}");
    assert!(text.contains("lost [key] (2 times); then: the server responded 503"), "{text}");
    assert!(text.contains("an earlier attempt may have deleted it already") && !text.contains("SECRET"), "{text}");

    // Attempts that failed in the same way are reported once.
    let client = failing(&[(503, "restarting"), (503, "restarting")]);
    let error = client.call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!((error.earlier_attempts().len(), error.earlier_attempts()[0].times), (1, 1));
    assert!(!error.to_string().contains("before that"), "{error}");

    // Of many, with long texts, some.
    static LONG: [(u16, &str); 30] = {
        let mut long = [(
            500,
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ); 30];
        let mut at = 0;
        while at < long.len() {
            long[at].0 = [500, 502, 503, 504][at % 4];
            at += 1;
        }
        long
    };
    let error = failing(&LONG).call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!((error.attempts(), error.earlier_attempts().len()), (30, 8));
    assert!(error.to_string().len() < 3000, "{error}");
}

#[tokio::test]
async fn what_decoding_skipped_is_reported() {
    let body =
        r#"[{"id": "emma", "title": "Emma", "pageCount": "many"}, 5, {"id": "x", "title": "X", "pageCount": 3}]"#;
    let mock = Mock::new().first(move |_| async move { Some(Reply::text(200, body)) });
    let client = mock.client::<Client<Library>>();
    let response = client.call(ListBooks::new()).with_response().await.unwrap();
    assert_eq!(response.value.len(), 2);
    let paths: Vec<_> = response.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!((paths, response.skipped_count), (vec!["[0].pageCount", "[1]"], 2));
    assert!(response.skipped.iter().all(|skipped| !skipped.reason.is_empty() && !skipped.reason.contains("many")));
    assert!(response.value[0].extra.get("pageCount").is_some());
    assert_eq!(response.raw_body, body);

    let mock = Mock::new().first(move |_| async move { Some(Reply::text(200, r#"{"id": "x", "title": "X"}"#)) });
    let response = mock.client::<Client<Library>>().call(GetBook::new("x")).with_response().await.unwrap();
    assert_eq!((response.skipped.len(), response.skipped_count), (0, 0));
}

#[tokio::test]
async fn an_http_client_that_cannot_be_set_up_says_why() {
    let client = Client::<Library>::new().http_client(|http| http.user_agent("two\nlines"));
    let error = client.call(GetBook::new("emma")).await.unwrap_err();
    assert!(matches!(error.request_error(), Some(RequestError::HttpClient { .. })), "{error:?}");
    assert!(cause::<reqwest::Error>(&error).is_some_and(reqwest::Error::is_builder));
    let text = format!("{error:#}");
    assert!(
        text.contains("the HTTP client cannot be set up: builder error: ") && text.contains("`.http_client(…)`"),
        "{text}"
    );
    let error = Client::<Library>::new().transport(Down).call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!((cause::<VaultSealed>(&error), error.attempts()), (Some(&VaultSealed(1)), 3));
}

struct Down;

impl typed_endpoint::Transport for Down {
    fn send(
        &self,
        _: http::Request<typed_endpoint::Body>,
    ) -> typed_endpoint::BoxFuture<'_, Result<http::Response<typed_endpoint::Body>, typed_endpoint::TransportError>>
    {
        let error = typed_endpoint::TransportError::new(typed_endpoint::TransportErrorKind::Connect, VaultSealed(1));
        Box::pin(std::future::ready(Err(error)))
    }
}
