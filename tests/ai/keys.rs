//! Which server a request goes to, and whether the key goes with it.

use livepeer::generate::*;
use livepeer::{Client, File};

use crate::Outcome;
use crate::recorder::Recorder;

const PICTURES: &str = r#"{"images":[]}"#;

#[tokio::test]
async fn servers_by_index() -> Outcome {
    let request = TextToImage::new("x");
    let url = |request: http::Request<livepeer::Body>| request.uri().to_string();
    let community = Client::ai().call(request.clone()).request().await?;
    assert_eq!(community.headers().get("authorization"), None);
    assert_eq!(url(community), "https://dream-gateway.livepeer.cloud/text-to-image");

    let studio = Client::ai().server_index(1).key("key").call(request.clone()).request().await?;
    assert_eq!(studio.headers()["authorization"], "Bearer key");
    assert_eq!(url(studio), "https://livepeer.studio/api/beta/generate/text-to-image");

    let hosted = Client::studio("key").call(Upscale::new("x", File::bytes("y"))).request().await?;
    assert_eq!(hosted.headers()["authorization"], "Bearer key");
    assert_eq!(url(hosted), "https://livepeer.studio/api/generate/upscale");

    let staging = Client::studio("key").server_index(1).call(request).request().await?;
    assert_eq!(url(staging), "https://livepeer.monster/api/generate/text-to-image");
    Ok(())
}

#[tokio::test]
async fn an_index_out_of_range_lists_the_servers() {
    let client = Client::ai().server_index(2);
    let call = client.call(Health::new()).await.unwrap_err();
    for error in [client.check().unwrap_err().to_string(), format!("{call:#}")] {
        for part in
            ["no server 2", "0: https://dream-gateway.livepeer.cloud", "1: https://livepeer.studio/api/beta/generate"]
        {
            assert!(error.contains(part), "{error}");
        }
    }
}

#[tokio::test]
async fn a_key_goes_only_where_the_caller_puts_it() -> Outcome {
    let (community, studio) = (Recorder::new([(200, PICTURES)]).await, Recorder::new([(200, PICTURES)]).await);
    // One program that talks to both.
    community.client().call(TextToImage::new("x")).await?;
    Client::studio("key").server(studio.server.url()).call(TextToImage::new("x")).await?;
    assert_eq!(community.only().header("authorization"), None);
    assert_eq!(community.only().parts.uri, "/text-to-image");
    assert_eq!(studio.only().header("authorization"), Some("Bearer key"));
    assert_eq!(studio.only().parts.uri, "/generate/text-to-image");

    community.client().key("Bearer own").call(TextToImage::new("x")).await?;
    assert_eq!(community.seen()[1].header("authorization"), Some("Bearer own"));
    Ok(())
}

#[tokio::test]
async fn a_key_is_not_sent_in_the_clear() {
    let error = Client::ai().server("http://gateway.example").key("key").call(Health::new()).await.unwrap_err();
    assert!(error.is_request() && format!("{error:#}").contains("unencrypted"), "{error:#}");
}
