//! Settings of a client and of a call: retries, servers, the key, a custom HTTP client; and the content of an error.
//!
//! `cargo run --example ai_options` calls a gateway that it starts by itself and that only pretends. With
//! `LIVEPEER_API_KEY` set it calls Studio's.

use std::time::Duration;

use livepeer::generate::{GenerateError, TextToImage};
use livepeer::mock::{self, RunningGateway};
use livepeer::{Ai, Client, Error, Retry};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let gateway = mock::ai().listen().await?;
    let client = match std::env::var("LIVEPEER_API_KEY") {
        Ok(key) => Client::ai().server_index(1).key(key),
        Err(_) => gateway.client(),
    };
    text_to_image(&client).await?;
    retries(&client).await?;
    servers().await?;
    http_client(client).await?;
    errors(&gateway).await;
    Ok(())
}

async fn text_to_image(client: &Client<Ai>) -> Result<(), Error> {
    let response = client.call(TextToImage::new("a lighthouse").model_id("SG161222/RealVisXL_V4.0_Lightning")).await?;
    for image in &response.images {
        println!("{} bytes", image.bytes(client).await?.len());
    }
    Ok(())
}

/// For one call, and for all of a client's. Work is billed, so that by default a call is repeated only after it was
/// refused, or nothing was sent.
async fn retries(client: &Client<Ai>) -> Result<(), Error> {
    let ms = Duration::from_millis;
    let quick = Retry::backoff(ms(1), ms(50), 1.1, ms(100)).connection_errors(false);

    client.call(TextToImage::new("for this call")).retry(quick.clone()).await?;

    let client = client.clone().retry(quick);
    let response = client.call(TextToImage::new("for all calls")).with_response().await?;
    println!("{} after {} attempt(s)", response.status, response.attempts);
    Ok(())
}

/// By index, by URL, and with a key. `request` shows what would be sent.
async fn servers() -> Result<(), Box<dyn std::error::Error>> {
    let community = Client::ai();
    let studio = Client::ai().server_index(1).key("YOUR_KEY");
    let own = Client::ai().server("https://gateway.example.com");
    for client in [community, studio, own] {
        println!("{}", client.call(TextToImage::new("x")).request().await?.uri());
    }
    if let Err(error) = Client::ai().server_index(7).check() {
        println!("{error:#}");
    }
    Ok(())
}

/// What else the HTTP client can be set to: certificates, proxies, addresses. Time-outs, headers and retries are set on the
/// client itself.
async fn http_client(client: Client<Ai>) -> Outcome {
    let client = client.http_client(|http| http.no_proxy().pool_max_idle_per_host(4));
    println!("{} image(s)", client.call(TextToImage::new("a boat")).await?.images.len());
    Ok(())
}

/// An error response has a typed body; for a call without a response, `kind` says what failed.
async fn errors(gateway: &RunningGateway) {
    gateway.gateway().fail_next([400, 422, 410, 500]);
    let client = gateway.client();
    for _ in 0..4 {
        let Err(error) = client.call(TextToImage::new("x")).await else { continue };
        match error.body() {
            Some(GenerateError::Http(body)) => println!("the runner: {}", body.detail.msg),
            Some(GenerateError::Validation(body)) => {
                for field in body.detail.iter().flatten() {
                    println!("the field {}: {}", field.field(), field.msg);
                }
            }
            Some(GenerateError::Gone(_)) => println!("this server does it no more: try another"),
            Some(other) => println!("{other:?}"),
            None => println!("no response: {:?}, {error:#}", error.kind()),
        }
    }
}
