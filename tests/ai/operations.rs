//! Each operation, there and back.

use livepeer::generate::*;
use livepeer::mock::{self, AiFlavor};
use livepeer::{Client, File, Seconds};
use serde_json::{Value, json};

use crate::Outcome;
use crate::recorder::Recorder;

fn png() -> File {
    File::bytes("not looked into").name("in.png")
}

#[tokio::test]
async fn text_to_image() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let response =
        client.call(TextToImage::new("a | b").width(24).height(16).seed(-3).num_images_per_prompt(2u32)).await?;
    let seeds: Vec<_> = response.images.iter().map(|image| (image.seed, image.nsfw)).collect();
    assert_eq!(seeds, [-3, -2, -1, 0].map(|seed| (Some(seed), Some(false))));
    Ok(())
}

#[tokio::test]
async fn only_what_is_set_is_sent_as_json() -> Outcome {
    let recorder = Recorder::new([(200, r#"{"images":[]}"#)]).await;
    let client = recorder.client();
    client.call(TextToImage::new("a")).await?;
    client
        .call(TextToImage::new("a").model_id("m").loras([("p/x", 1.0), ("q", 0.5)]).safety_check(false).seed(-3))
        .await?;
    let seen = recorder.seen();
    assert_eq!(seen[0].json(), json!({ "prompt": "a" }));
    assert_eq!(seen[0].parts.uri, "/text-to-image");
    let mut second = seen[1].json();
    let loras: Value = serde_json::from_str(second["loras"].take().as_str().unwrap())?;
    assert_eq!(loras, json!({ "p/x": 1, "q": 0.5 }));
    assert_eq!(second, json!({ "prompt": "a", "model_id": "m", "loras": null, "safety_check": false, "seed": -3 }));
    Ok(())
}

#[tokio::test]
async fn image_to_image() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let first = client.call(TextToImage::new("a").width(40).height(24)).await?;
    let picture = first.images[0].bytes(&client).await?;
    let response = client.call(ImageToImage::new("b", File::bytes(picture).name("a.png")).strength(0.5)).await?;
    let again = response.images[0].bytes(&client).await?;
    assert_eq!(crate::gateway::png_size(&again), (40, 24));
    Ok(())
}

#[tokio::test]
async fn fields_go_as_text_in_the_order_of_the_line() -> Outcome {
    let recorder = Recorder::new([(200, r#"{"images":[]}"#)]).await;
    let client = recorder.client();
    let request = ImageToImage::new("p \"q\" é\r\nx", File::bytes("abc").name("ü\"1\".png"))
        .num_images_per_prompt(2u32)
        .num_inference_steps(100u32)
        .seed(-7)
        .safety_check(true)
        .negative_prompt("")
        .image_guidance_scale(1e-7)
        .guidance_scale(7.0)
        .strength(0.85)
        .loras([("p/x", 1.0), ("q", 0.5)])
        .model_id("timbrooks/instruct-pix2pix");
    client.call(request).await?;
    let fields = recorder.only().fields().await;
    assert_eq!(fields[0], "prompt=p \"q\" é\r\nx");
    assert_eq!(fields[1], "image=<ü%221%22.png; image/png; 3>");
    assert_eq!(fields[2], "model_id=timbrooks/instruct-pix2pix");
    let loras: Value = serde_json::from_str(fields[3].strip_prefix("loras=").unwrap())?;
    assert_eq!(loras, json!({ "p/x": 1, "q": 0.5 }));
    assert_eq!(
        fields[4..9],
        [
            "strength=0.85",
            "guidance_scale=7",
            "image_guidance_scale=0.0000001",
            "negative_prompt=",
            "safety_check=true"
        ]
    );
    assert_eq!(fields[9..], ["seed=-7", "num_inference_steps=100", "num_images_per_prompt=2"]);
    Ok(())
}

#[tokio::test]
async fn image_to_video() -> Outcome {
    for flavor in [AiFlavor::Gateway, AiFlavor::Runner] {
        let server = mock::ai().flavor(flavor).listen().await?;
        let client = server.client();
        let response = client.call(ImageToVideo::new(png()).width(64).height(32).fps(4u32)).await?;
        match flavor {
            AiFlavor::Gateway => {
                assert_eq!((response.images.as_ref().map(Vec::len), &response.frames), (Some(1), &None))
            }
            _ => {
                assert_eq!((response.frames.as_ref().map(|videos| videos[0].len()), &response.images), (Some(4), &None))
            }
        }
        for media in response.media() {
            assert!(!media.bytes(&client).await?.is_empty());
        }
        let error = client.call(ImageToVideo::new(png()).width(60)).await.unwrap_err();
        assert!(matches!(error.body(), Some(GenerateError::Http(_))), "{error}");
        assert!(error.to_string().contains("multiples of 8"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn upscale() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let small = client.call(TextToImage::new("a").width(16).height(8)).await?.images[0].bytes(&client).await?;
    let response = client.call(Upscale::new("a", File::bytes(small).name("s.png"))).await?;
    assert_eq!(crate::gateway::png_size(&response.images[0].bytes(&client).await?), (64, 32));
    Ok(())
}

#[tokio::test]
async fn audio_to_text() -> Outcome {
    let server = mock::ai().transcript("One two. Three!").listen().await?;
    let client = server.client();
    let audio = || File::bytes("not looked into").name("speech.mp3");
    let chunks = async |times: Option<ReturnTimestamps>| {
        let mut request = AudioToText::new(audio());
        request.return_timestamps = times;
        let response = client.call(request).await.unwrap();
        assert_eq!(response.text, "One two. Three!");
        response.chunks.iter().map(|chunk| (chunk.start(), chunk.end(), chunk.text.clone())).collect::<Vec<_>>()
    };
    let at = |seconds| Some(Seconds::new(seconds));
    let sentences = [(at(0.0), at(1.0), "One two.".to_owned()), (at(1.0), None, " Three!".to_owned())];
    assert_eq!(chunks(None).await, sentences);
    assert_eq!(chunks(Some(ReturnTimestamps::Sentence)).await, sentences);
    assert_eq!(chunks(Some(ReturnTimestamps::Word)).await.len(), 3);
    assert_eq!(chunks(Some(ReturnTimestamps::Off)).await, []);

    let recorder = Recorder::new([(200, r#"{"text":"","chunks":[]}"#)]).await;
    for times in [true, false] {
        recorder.client().call(AudioToText::new(audio()).return_timestamps(times)).await?;
    }
    let seen = recorder.seen();
    assert_eq!(seen[0].fields().await, ["audio=<speech.mp3; audio/mpeg; 15>", "return_timestamps=True"]);
    assert_eq!(seen[1].fields().await[1], "return_timestamps=False");
    Ok(())
}

#[tokio::test]
async fn segment_anything_2() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let request = || SegmentAnything2::new(png());
    let response = client.call(request().point_coords([[20.0, 30.0]]).point_labels([1])).await?;
    let (masks, scores, logits) = (response.masks.parse()?, response.scores.parse()?, response.logits.parse()?);
    assert_eq!((masks.shape(), scores.shape(), logits.shape()), (&[3, 64, 64][..], &[3][..], &[3, 256, 256][..]));
    assert_eq!((masks.values()[0], masks.values()[30 * 64 + 20]), (-1.5, 1.5));

    let error = client.call(request().mask_input(logits.part(0..2).unwrap())).await.unwrap_err();
    assert!(error.to_string().contains("[2, 256, 256]"), "{error}");
    let mask = logits.part(0..1).unwrap();
    let refined = client.call(request().mask_input(mask).multimask_output(false).return_logits(false)).await?;
    assert_eq!(refined.masks.parse()?.shape(), [1, 64, 64]);
    assert!(refined.masks.parse()?.values().iter().all(|value| *value == 1.0));

    let error = client.call(request().point_coords([[1.0, 2.0]])).await.unwrap_err();
    assert!(error.to_string().contains("1 points, but 0 labels"), "{error}");
    Ok(())
}

#[tokio::test]
async fn points_and_boxes_go_as_json_in_a_text() -> Outcome {
    let recorder = Recorder::new([(200, r#"{"masks":"[]","scores":"[]","logits":"[]"}"#)]).await;
    let request = SegmentAnything2::new(png())
        .point_coords([[520.0, 375.5]])
        .point_labels([1])
        .bounds([1.0, 2.0, 3.0, 4.5])
        .mask_input(Array::new([1, 1, 2], vec![0.5, 1.0]).unwrap())
        .normalize_coords(true);
    recorder.client().call(request).await?;
    let fields = recorder.only().fields().await;
    let value = |at: usize, name: &str| -> Value {
        let text = fields[at].strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).unwrap();
        serde_json::from_str(text).unwrap()
    };
    assert_eq!(value(1, "point_coords"), json!([[520, 375.5]]));
    assert_eq!(value(2, "point_labels"), json!([1]));
    assert_eq!(value(3, "box"), json!([1, 2, 3, 4.5]));
    assert_eq!(value(4, "mask_input"), json!([[[0.5, 1]]]));
    assert_eq!(fields[5..], ["normalize_coords=true"]);
    Ok(())
}

#[tokio::test]
async fn llm() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let response =
        client.call(Llm::new("m", [LlmMessage::system("be brief"), LlmMessage::user("one two three")])).await?;
    assert_eq!((response.text(), response.model.as_str()), ("one two three", "m"));
    let usage = response.usage.as_ref().unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (Some(5), Some(3), Some(8)));
    let response = client.call(Llm::new("m", [LlmMessage::user("one two three")]).max_tokens(2u32)).await?;
    assert_eq!((response.text(), &response.choices[0].finish_reason), ("one two ", &Some(FinishReason::Length)));

    let recorder = Recorder::new([(200, r#"{"id":"x"}"#)]).await;
    recorder.client().call(Llm::new("m", [LlmMessage::user("q")]).top_p(0.5)).await?;
    let wanted = json!({
        "model": "m", "messages": [{ "role": "user", "content": "q" }], "max_tokens": 256, "stream": false, "top_p": 0.5,
    });
    assert_eq!(recorder.only().json(), wanted);
    Ok(())
}

#[tokio::test]
async fn studio_llm_goes_as_a_form_of_its_own() -> Outcome {
    let server = mock::ai().flavor(AiFlavor::Studio).llm_reply("fine").listen().await?;
    let response = server.studio_client().call(StudioLlm::new("how are you")).await?;
    assert_eq!((response.response.as_str(), response.tokens_used), ("fine", Some(4)));

    let recorder = Recorder::new([(200, r#"{"response":"r","tokens_used":3}"#)]).await;
    let client = Client::studio("key").server(recorder.server.url());
    let request = StudioLlm::new("p").history([LlmMessage::user("q")]).model_id("m").max_tokens(3u32).system_msg("s");
    client.call(request).await?;
    let seen = recorder.only();
    assert_eq!(seen.parts.uri, "/generate/llm");
    let fields = seen.fields().await;
    assert_eq!(fields[..4], ["prompt=p", "model_id=m", "system_msg=s", "max_tokens=3"]);
    let history: Value = serde_json::from_str(fields[4].strip_prefix("history=").unwrap())?;
    assert_eq!(history, json!([{ "role": "user", "content": "q" }]));
    Ok(())
}

#[tokio::test]
async fn image_to_text() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let picture = client.call(TextToImage::new("a").width(16).height(8)).await?.images[0].bytes(&client).await?;
    let response = client.call(ImageToText::new(File::bytes(picture).name("a.png")).prompt("I see")).await?;
    assert_eq!(response.text, "I see a picture of 16 × 8 pixels");
    Ok(())
}

#[tokio::test]
async fn live_video_to_video() -> Outcome {
    let server = mock::ai().flavor(AiFlavor::Runner).listen().await?;
    let request = LiveVideoToVideo::new("http://in.example/s", "http://out.example/p").control_url("http://c.example");
    let response = server.client().call(request.clone()).await?;
    assert_eq!(response.subscribe_url.as_str(), "http://in.example/s");
    assert_eq!((response.control_url.is_some(), response.events_url.is_some()), (true, false));
    assert!(response.request_id.is_some() && response.manifest_id.is_some());
    for gateway in [mock::ai(), mock::ai().flavor(AiFlavor::Studio)] {
        assert!(gateway.client().call(request.clone()).await.unwrap_err().is_not_found());
    }

    let recorder = Recorder::new([(200, r#"{"request_id":"x"}"#)]).await;
    let params = json!({ "prompt": "x", "n": { "a": [1, null, 2.5, "z"] }, "none": null });
    recorder.client().call(request.params(params.as_object().cloned().unwrap())).await?;
    assert_eq!(recorder.only().json()["params"], params);
    Ok(())
}

#[tokio::test]
async fn text_to_speech() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let response = client.call(TextToSpeech::new("one two three four").description("calm")).await?;
    let wav = response.audio.bytes(&client).await?;
    let read = hound::WavReader::new(std::io::Cursor::new(wav))?;
    assert_eq!((read.spec().channels, read.spec().sample_rate, read.duration()), (1, 16_000, 16_000));
    let mut samples = read.into_samples::<i16>();
    assert!(samples.by_ref().any(|sample| sample.unwrap() != 0));
    Ok(())
}

#[tokio::test]
async fn health() -> Outcome {
    let server = mock::ai().flavor(AiFlavor::Runner).listen().await?;
    assert_eq!(server.client().call(Health::new()).await?.status, HealthStatus::Ok);
    let gateway = mock::ai().listen().await?;
    assert!(gateway.client().call(Health::new()).await.unwrap_err().is_not_found());
    Ok(())
}

#[tokio::test]
async fn studio_hosts_seven() -> Outcome {
    let server = mock::ai().flavor(AiFlavor::Studio).key("key").listen().await?;
    let client = server.studio_client();
    client.call(TextToImage::new("a").width(8).height(8)).await?;
    client.call(ImageToImage::new("a", png())).await?;
    client.call(ImageToVideo::new(png()).width(8).height(8)).await?;
    client.call(Upscale::new("a", png())).await?;
    client.call(AudioToText::new(File::bytes("x").name("a.wav"))).await?;
    client.call(SegmentAnything2::new(png())).await?;
    client.call(StudioLlm::new("a")).await?;
    let paths: Vec<_> = server.gateway().mock().seen().iter().map(|parts| parts.uri.path().to_owned()).collect();
    assert!(paths.iter().all(|path| path.starts_with("/generate/")), "{paths:?}");
    assert_eq!(paths.len(), 7);
    let also = OPERATIONS.iter().filter(|operation| operation.api == "Livepeer Studio" || !operation.hosted.is_empty());
    assert_eq!(also.count(), 7);
    Ok(())
}

#[tokio::test]
async fn an_empty_response_is_an_error() {
    let recorder = Recorder::new([(200, "")]).await;
    let error = recorder.client().call(TextToImage::new("x")).await.unwrap_err();
    assert!(error.is_decode() && format!("{error:#}").contains("the body is empty"), "{error:#}");
    assert_eq!(recorder.seen().len(), 1, "the work was done and billed: it is not asked for again");
}
