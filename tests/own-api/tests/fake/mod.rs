//! A fake of the whole API, of which no handler is written.

use own_api::library::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use typed_endpoint::codec::Detail;
use typed_endpoint::mock::{self, EncodeResponse, MockServer, OperationVisitor, Reply, sample_request};
use typed_endpoint::{Client, Endpoint, File, HostedBy, Retry, Secret};

async fn library() -> (MockServer, Client<Library>) {
    let server = mock::fake::<Library>().listen().await.unwrap();
    let client = Client::new().server(server.url()).key("7").retry(Retry::never());
    (server, client)
}

#[test]
fn every_operation_has_a_response() {
    struct Each(usize);

    impl OperationVisitor for Each {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = match E::OPERATION.api {
                    "Library" => mock::fake::<Library>().listen().await.unwrap(),
                    _ => mock::fake::<Archive>().listen().await.unwrap(),
                };
                for detail in [Detail::Minimal, Detail::Full] {
                    let client = server.client::<Client<E::Api>>().retry(Retry::never());
                    let call = client.call(sample_request::<E>(detail).unwrap());
                    let response = call.with_response().await.unwrap();
                    assert_eq!(response.status, E::OPERATION.status, "{}", E::OPERATION);
                    assert_eq!(response.skipped_count, 0, "{}: {:?}", E::OPERATION, response.skipped);
                    // To its end, where it is streamed.
                    E::Format::encode(response.value).body.bytes(usize::MAX).await.unwrap();
                }
            });
            self.0 += 1;
        }
    }

    let mut each = Each(0);
    visit_operations(&mut each);
    assert_eq!(each.0, OPERATIONS.len());
}

#[tokio::test]
async fn a_response_has_the_values_of_its_request() {
    let (_server, client) = library().await;
    let book = client.call(Find::new(7, "moby/dick?")).await.unwrap();
    assert_eq!((book.id.as_str(), book.title.as_str()), ("moby/dick?", "Title"));
    let donate = Donate::new("Emma", File::bytes("picture"));
    assert_eq!(client.call(donate).await.unwrap().title, "Emma");
    assert_eq!(client.call(Lend::new(7, "a", "Ishmael").days(3)).await.unwrap().unwrap().days, 3);
}

#[tokio::test]
async fn lists_and_events_end() {
    let (_server, client) = library().await;
    let mut books = client.pages(Search::new("the sea")).items();
    let mut count = 0;
    while let Some(book) = books.next().await {
        book.unwrap();
        count += 1;
    }
    assert_eq!(count, 1);
    let mut readers = client.pages(Readers::new()).items();
    assert_eq!(readers.next().await.unwrap().unwrap().name, "Name");
    assert!(readers.next().await.is_none());
    let news = client.call(Watch::new()).await.unwrap().collect().await.unwrap();
    assert_eq!(news.len(), 1);
    assert_eq!(client.call(Read::new("a")).await.unwrap().bytes().await.unwrap(), "sample");
}

#[tokio::test]
async fn a_handler_takes_the_place_of_a_sample() {
    let fake = mock::fake::<Library>().on(async |find: Find| match find.id.as_str() {
        "emma" => Ok(Book::new("emma", "Emma")),
        // The declared error, with the first status of its arm.
        "lost" => Err(FindError::NotFound(Failure { code: 3, reason: "it is lost".into() }).into()),
        _ => Err(Reply::error(451, "it is banned")),
    });
    let client = fake.client::<Client<Library>>().retry(Retry::never());
    assert_eq!(client.call(Find::new(1, "emma")).await.unwrap().title, "Emma");
    let error = client.call(Find::new(1, "lost")).await.unwrap_err();
    let Some(FindError::NotFound(failure)) = error.body() else { panic!("{error:#}") };
    assert_eq!((error.status().unwrap().as_u16(), failure.code), (404, 3));
    let error = client.call(Find::new(1, "ulysses")).await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::Gone(_))), "{error:#}");
    // All others still have their samples.
    assert!(client.call(SignIn::new("a", Secret::from("b"))).await.is_ok());
}

#[tokio::test]
async fn a_request_that_is_not_as_declared_is_refused() {
    let fake = mock::fake::<Library>();
    let sent = async |line: &str, content_type: &str, body: &str| {
        let (method, path) = line.split_once(' ').unwrap();
        let request = http::Request::builder().method(method).uri(path).header("content-type", content_type);
        let response = fake.respond(request.body(body.to_owned().into()).unwrap()).await;
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().bytes(usize::MAX).await.unwrap().to_vec()).unwrap())
    };
    let (status, body) = sent("PUT /books/a/rating", "application/json", r#"{"Stars": "many"}"#).await;
    assert_eq!(status, 422);
    assert!(body.starts_with(r#"{"Code":422,"Reason":"`Rating.Stars` has the wrong form"#), "{body}");
    assert_eq!(sent("PUT /books/a/rating", "application/json", r#"{"Stars": "#).await.0, 400);
    assert_eq!(sent("PUT /books/a/rating", "text/plain", r#"{"Stars": 1}"#).await.0, 415);
    assert_eq!(sent("PUT /books/a/rating", "application/json; charset=utf-8", r#"{"Stars": 1}"#).await.0, 204);
    assert_eq!(sent("GET /books", "text/plain", "").await.0, 422);
    assert_eq!(sent("GET /books?Text=the+sea", "text/plain", "").await.0, 200);
}
