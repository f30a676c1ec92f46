//! HTTP/2, where it is turned on.

use std::time::Duration;

use h2::Reason;
use typed_endpoint::Client;

use crate::library::*;
use crate::server::{Action, Server};
use crate::trusting;

fn by_http2(server: &Server) -> Client<Library> {
    trusting(server).http2(true)
}

async fn emma(client: &Client<Library>) {
    assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
}

#[tokio::test]
async fn http2_is_used_only_when_turned_on() {
    let server = Server::start(true, None, |_| Action::Respond);
    emma(&trusting(&server)).await;
    emma(&by_http2(&server)).await;
    emma(&by_http2(&server).http2(false)).await;
    let requests = ["GET /book/emma by HTTP/1.1", "GET /book/emma by HTTP/2", "GET /book/emma by HTTP/1.1"];
    assert_eq!(server.seen().requests, requests);
}

#[tokio::test]
async fn only_short_calls_share_a_connection() {
    let server = Server::start(true, None, |_| Action::Respond);
    let client = by_http2(&server);
    client.call(AddBook::new("Emma")).await.unwrap();
    emma(&client).await;
    client.call(GetBook::new("long")).timeout(Duration::from_secs(61)).await.unwrap();
    client.call(FetchBook::new("emma")).await.unwrap().bytes().await.unwrap();
    let _ = client.call(WatchReturns::new()).await.unwrap();
    client.download(&format!("{}/file", server.url)).await.unwrap();
    let seen = server.seen();
    let requests = [
        "POST /book by HTTP/2",
        "GET /book/emma by HTTP/2",
        "GET /book/long by HTTP/1.1",
        "GET /book/emma/text by HTTP/1.1",
        "GET /returns by HTTP/1.1",
        "GET /file by HTTP/1.1",
    ];
    assert_eq!(seen.requests, requests);
    assert_eq!(seen.http2, 1);
}

/// The others do not wait: it would look as if the server did not respond.
#[tokio::test]
async fn fewer_calls_than_the_server_allows_are_on_a_connection_at_once() {
    let server = Server::start(true, None, |number| if number == 1 { Action::Respond } else { Action::HoldUntil(90) });
    let client = by_http2(&server);
    emma(&client).await;
    let calls: Vec<_> = (0..120).map(|_| tokio::spawn(client.call(GetBook::new("emma")).into_future())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let seen = server.seen();
    let by_http1 = seen.requests.iter().filter(|request| request.ends_with("HTTP/1.1")).count();
    assert_eq!((seen.http2, seen.requests.len(), seen.most_in_flight), (1, 121, 90));
    assert!(by_http1 > 0);
}

#[tokio::test]
async fn what_the_server_has_not_begun_is_repeated() {
    let server = Server::start(true, None, |number| match number {
        1 => Action::Reset(Reason::REFUSED_STREAM),
        _ => Action::Respond,
    });
    // Adding a book twice would make two: it is repeated only because it was not begun.
    let response = by_http2(&server).call(AddBook::new("Emma")).with_response().await.unwrap();
    assert_eq!((response.attempts, server.seen().requests.len()), (2, 2));

    let server = Server::start(true, None, |_| Action::Reset(Reason::INTERNAL_ERROR));
    let error = by_http2(&server).call(AddBook::new("Emma")).await.unwrap_err();
    assert_eq!((error.attempts(), server.seen().requests.len()), (1, 1), "{error:#}");
}

#[tokio::test]
async fn a_connection_that_is_going_away_is_replaced() {
    for reason in [Reason::NO_ERROR, Reason::ENHANCE_YOUR_CALM] {
        let server = Server::start(true, Some(reason), |_| Action::Respond);
        let response = by_http2(&server).call(AddBook::new("Emma")).with_response().await.unwrap();
        let seen = server.seen();
        assert_eq!((response.attempts, seen.http2), (2, 2), "{reason:?}");
        assert_eq!(seen.requests, ["POST /book by HTTP/2"], "{reason:?}");
    }
}

#[tokio::test]
async fn a_server_that_requires_http1_gets_it() {
    let server = Server::start(true, None, |_| Action::Reset(Reason::HTTP_1_1_REQUIRED));
    let client = by_http2(&server);
    let response = client.call(AddBook::new("Emma")).with_response().await.unwrap();
    assert_eq!(response.attempts, 1);
    emma(&client).await;
    let seen = server.seen();
    let requests = ["POST /book by HTTP/2", "POST /book by HTTP/1.1", "GET /book/emma by HTTP/1.1"];
    assert_eq!((seen.requests, seen.http2), (requests.map(str::to_owned).to_vec(), 1));
}

#[tokio::test]
async fn a_server_without_http2_is_called_by_http1() {
    let server = Server::start(false, None, |_| Action::Respond);
    let client = by_http2(&server);
    emma(&client).await;
    emma(&client).await;
    emma(&client).await;
    let seen = server.seen();
    assert_eq!(seen.requests, ["GET /book/emma by HTTP/1.1"; 3]);
    // The first connection offered HTTP/2; from then on nothing does.
    assert_eq!((seen.connections, seen.http2), (2, 0));
}
