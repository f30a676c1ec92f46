//! How to test code that calls Livepeer, without Livepeer: no key, no network, and failures on demand.
//!
//! `show_is_on` stands for your code. The three functions below it would be `#[tokio::test]`s in your project; here `main`
//! runs them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use livepeer::mock::{Mock, Reply, sample};
use livepeer::stream::{self, Stream};
use livepeer::{Client, Error};

/// Your code: makes sure that there is a recorded stream of this name, and says where to send the video.
async fn show_is_on(client: &Client, name: &str) -> Result<String, Error> {
    let mut streams = client.pages(stream::List::new().streams_only(true)).items();
    while let Some(stream) = streams.next().await {
        let stream = stream?;
        if stream.name == name {
            return Ok(stream.rtmp_url());
        }
    }
    Ok(client.call(stream::Create::new(name).record(true)).await?.rtmp_url())
}

/// A stream as Studio would give it. `sample` fills every field; set those that matter.
fn a_stream(name: &str) -> Stream {
    let mut stream: Stream = sample();
    stream.name = name.into();
    stream
}

/// A handler for each operation that the code calls, with typed requests; any other operation gets 404.
async fn a_stream_that_is_missing_is_created_and_recorded() -> Result<(), Box<dyn std::error::Error>> {
    let mock =
        Mock::new().on(async |_: stream::List| Ok(vec![a_stream("another")])).on(async |create: stream::Create| {
            match create.record {
                Some(true) => Ok(a_stream(&create.name)),
                _ => Err(Reply::error(422, "it must be recorded")),
            }
        });
    let url = show_is_on(&mock.client::<livepeer::Client>(), "the show").await?;
    assert!(url.starts_with("rtmp://"), "{url}");

    let sent: Vec<_> = mock.seen().iter().map(|request| request.method.to_string()).collect();
    assert_eq!(sent, ["GET", "POST"]);
    Ok(())
}

/// Any reply can be given in place of a handler: here, the server is overloaded at first, and the client tries again.
async fn an_overloaded_server_is_asked_again() -> Result<(), Box<dyn std::error::Error>> {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let mock = Mock::new().on(async |_: stream::List| Ok(vec![a_stream("the show")])).first(move |_| {
        let first = counter.fetch_add(1, Ordering::Relaxed) == 0;
        async move { first.then(|| Reply::error(503, "come back later")) }
    });
    show_is_on(&mock.client::<livepeer::Client>(), "the show").await?;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    Ok(())
}

/// The same mock over a real port, for code that builds its own client from a URL.
async fn an_error_response_is_passed_on() -> Result<(), Box<dyn std::error::Error>> {
    let server = Mock::new().on(async |_: stream::List| Err(Reply::error(403, "not yours"))).listen().await?;
    let client = Client::studio("any key").server(server.url());
    let error = show_is_on(&client, "the show").await.err().ok_or("it should have failed")?;
    assert!(error.is_forbidden() && format!("{error:#}").contains("not yours"), "{error}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    a_stream_that_is_missing_is_created_and_recorded().await?;
    an_overloaded_server_is_asked_again().await?;
    an_error_response_is_passed_on().await?;
    println!("three tests passed");
    Ok(())
}
