//! What Studio makes of the AI operations that it hosts, other than a gateway.

use livepeer::generate::*;
use livepeer::mock::{self, AiFlavor};
use livepeer::{Ai, Client, File, Retry};

use super::Outcome;

fn png() -> File {
    File::bytes("not looked into").name("in.png")
}

fn audio() -> File {
    File::bytes("not looked into").name("speech.mp3")
}

#[tokio::test]
async fn a_text_that_reads_as_a_number_is_refused_with_the_way_out() -> Outcome {
    let client = || mock::ai().studio_client().retry(Retry::never());
    for prompt in ["1 cat", "3 dogs", " 4k photo", "-1 °C", ".5", "Infinity", "true", "123"] {
        let error = client().call(ImageToImage::new(prompt, png())).await.unwrap_err();
        assert!(error.is_unprocessable(), "{prompt}");
        let message = error.message().unwrap();
        assert!(message.starts_with("prompt: must be string"), "{message}");
        assert!(message.contains("begin it with a word"), "{message}");
        assert!(client().call(StudioLlm::new(prompt)).await.unwrap_err().is_unprocessable(), "{prompt}");
    }
    let error = client().call(Upscale::new("a cat", png()).model_id("4x-upscaler")).await.unwrap_err();
    assert!(error.message().unwrap().starts_with("model_id: must be string"));
    for prompt in ["a cat", "one", "-", ".", "truest", "$1"] {
        client().call(ImageToImage::new(prompt, png())).await?;
    }
    // JSON tells a text from a number, and other servers do not look.
    client().call(TextToImage::new("1 cat").width(8).height(8)).await?;
    mock::ai().client().call(ImageToImage::new("1 cat", png())).await?;
    Ok(())
}

#[tokio::test]
async fn timestamps_are_spelled_so_that_all_servers_take_them() -> Outcome {
    let studio = mock::ai().studio_client().retry(Retry::never());
    let gateways = [mock::ai(), mock::ai().flavor(AiFlavor::Runner)].map(|gateway| gateway.client());
    for timestamps in [ReturnTimestamps::On, ReturnTimestamps::Off, ReturnTimestamps::Sentence, ReturnTimestamps::Word]
    {
        let request = || AudioToText::new(audio()).return_timestamps(timestamps.clone());
        let text = studio.call(request()).await?;
        assert_eq!(text.chunks.is_empty(), timestamps == ReturnTimestamps::Off);
        for client in &gateways {
            assert_eq!(client.call(request()).await?.chunks.len(), text.chunks.len());
        }
    }
    assert!(!studio.call(AudioToText::new(audio()).return_timestamps(true)).await?.chunks.is_empty());
    for spelling in ["true", "false"] {
        let request = || AudioToText::new(audio()).return_timestamps(ReturnTimestamps::from(spelling));
        assert!(studio.call(request()).await.unwrap_err().is_unprocessable());
        gateways[0].call(request()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_paths_of_studio_lead_to_it_and_no_others() -> Outcome {
    let mock = mock::ai().mock().clone();
    let request = || TextToImage::new("a").width(8).height(8);
    Client::studio("key").transport(mock.clone()).call(request()).await?;
    let server = mock.listen().await?;
    for path in ["", "/api", "/api/"] {
        let client = Client::studio("key").server(format!("{}{path}", server.url()));
        client.call(request()).await?;
    }
    for path in ["", "/generate", "/api/generate", "/api/beta/generate"] {
        Client::<Ai>::ai().server(format!("{}{path}", server.url())).call(request()).await?;
    }
    let nonsense = Client::<Ai>::ai().server(format!("{}/api/beta/generate/generate", server.url()));
    assert!(nonsense.call(request()).await.unwrap_err().is_not_found());
    Ok(())
}

#[tokio::test]
async fn studio_takes_twenty_a_minute_whatever_is_behind_it() -> Outcome {
    let client = mock::ai().studio_client().retry(Retry::never());
    for _ in 0..20 {
        client.call(TextToImage::new("a").width(8).height(8)).await?;
    }
    let error = client.call(TextToImage::new("a")).await.unwrap_err();
    assert!(error.is_rate_limited() && error.headers().contains_key("retry-after"), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_the_official_clients_send_for_nothing_is_nothing() -> Outcome {
    let post = async |server: &mock::RunningGateway, body: &'static str| {
        let request = reqwest::Client::new().post(format!("{}/text-to-image", server.url()));
        request.header("content-type", "application/json").body(body).send().await.unwrap().status().as_u16()
    };
    let gateway = mock::ai().listen().await?;
    assert_eq!(post(&gateway, r#"{"prompt":"a","width":8,"height":8,"loras":""}"#).await, 200);
    assert_eq!(post(&gateway, r#"{"prompt":"a","width":8,"height":8,"model_id":""}"#).await, 503);
    let runner = mock::ai().flavor(AiFlavor::Runner).listen().await?;
    assert_eq!(post(&runner, r#"{"prompt":"a","width":8,"height":8,"model_id":"","loras":""}"#).await, 200);
    Ok(())
}

#[tokio::test]
async fn whoever_is_still_sending_hears_what_the_server_says() -> Outcome {
    let servers = [mock::Mock::new().listen().await?, mock::ai().mock().listen().await?];
    for server in &servers {
        let client = Client::<Ai>::ai().server(format!("{}/nowhere", server.url())).retry(Retry::never());
        for _ in 0..25 {
            let file = File::bytes(vec![0; 3_000_000]).name("a.png");
            let error = client.call(ImageToImage::new("p", file)).await.unwrap_err();
            assert!(error.is_not_found(), "{error}");
        }
    }
    Ok(())
}
