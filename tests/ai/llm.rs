//! Responses that come piece by piece.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use livepeer::Body;
use livepeer::BoxError;
use livepeer::generate::*;
use livepeer::mock::{self, AiFlavor, LlmEnding, Mock};
use livepeer::sse::Sse;
use livepeer::sse::SseErrorKind;
use proptest::prelude::*;
use tokio::sync::oneshot;

use crate::Outcome;

fn question() -> LlmStream {
    Llm::new("m", [LlmMessage::user("Why?")]).stream()
}

fn text(chunks: &[LlmChunk]) -> String {
    chunks.iter().map(LlmChunk::text).collect()
}

#[tokio::test]
async fn a_streamed_response() -> Outcome {
    for flavor in [AiFlavor::Gateway, AiFlavor::Runner] {
        let server = mock::ai().flavor(flavor).llm_reply("Because of the air.").listen().await?;
        let chunks = server.client().call(question()).await?.collect().await?;
        assert_eq!(text(&chunks), "Because of the air.");
        assert_eq!(chunks.len(), 5);
        let costs: Vec<_> =
            chunks.iter().map(|chunk| chunk.usage.as_ref().unwrap().completion_tokens.unwrap()).collect();
        assert_eq!(costs, [1, 2, 3, 4, 4]);
        assert_eq!(chunks[4].choices[0].finish_reason, Some(FinishReason::Stop));
        assert!(!chunks[0].choices[0].is_last());
    }
    Ok(())
}

#[tokio::test]
async fn chunks_are_given_as_they_arrive() -> Outcome {
    // Each chunk waits for the one before to have been read.
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let mock = Mock::new().on(move |_: LlmStream| {
        let receiver = receiver.lock().unwrap().take().unwrap();
        async { Ok(Sse::new(Body::wrap(Channel(receiver)))) }
    });
    let server = mock.listen().await?;
    let chunk = |word: &str, reason: &str| {
        let choice = serde_json::json!({ "index": 0, "finish_reason": reason, "delta": { "content": word } });
        Bytes::from(format!("data: {}\n\n", serde_json::json!({ "choices": [choice] })))
    };
    sender.send(chunk("one", ""))?;
    let mut response = server.client::<livepeer::Client<livepeer::Ai>>().call(question()).await?;
    assert_eq!(response.next().await.unwrap()?.text(), "one");
    sender.send(chunk("two", ""))?;
    assert_eq!(response.next().await.unwrap()?.text(), "two");
    sender.send(chunk("", "stop"))?;
    assert!(response.next().await.unwrap()?.choices[0].is_last());
    // What it cost may follow.
    sender.send("data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n".into())?;
    assert_eq!(response.next().await.unwrap()?.usage.unwrap().total_tokens, Some(3));
    // The body continues, but the response is at its end.
    sender.send("data: [DONE]\n\n".into())?;
    assert!(response.next().await.is_none());
    Ok(())
}

#[tokio::test]
async fn every_choice_is_read_to_its_end() -> Outcome {
    let piece = |index: u8, word: &str, reason: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"{word}\"}},\"finish_reason\":\"{reason}\"}}]}}\n\n"
        )
    };
    for end in ["", "data: [DONE]\n\n"] {
        let body = [piece(0, "a", "stop"), piece(1, "b", ""), piece(1, "c", "stop"), end.into()].concat();
        let chunks = Sse::<LlmChunk>::new(body.into()).collect().await?;
        assert_eq!(text(&chunks), "abc");
    }
    let cut = Sse::<LlmChunk>::new(piece(0, "a", "").into()).collect().await.unwrap_err();
    assert!(matches!(cut.error.kind(), SseErrorKind::Cut { .. }));
    Ok(())
}

struct Channel(tokio::sync::mpsc::UnboundedReceiver<Bytes>);

impl http_body::Body for Channel {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[tokio::test]
async fn a_cut_stream_is_an_error_that_holds_what_arrived() -> Outcome {
    for (ending, wanted) in [
        (LlmEnding::Cut(2), "cut off before its end (after 2 items)"),
        (LlmEnding::Broken(2), "broke off"),
        (LlmEnding::Error(2, "out of memory".into()), "the server reported: out of memory (after 2 items)"),
        (LlmEnding::Cut(0), "cut off before its end (after 0 items)"),
    ] {
        let server =
            mock::ai().llm_reply("one two three").llm_ending(ending.clone()).llm_pace(Duration::from_millis(5));
        let server = server.listen().await?;
        let client = server.client();
        let error = client.call(question()).await?.collect().await.unwrap_err();
        assert_eq!(text(&error.items), if matches!(ending, LlmEnding::Cut(0)) { "" } else { "one two " });
        assert!(format!("{error:#}").contains(wanted), "{error:#}");

        let mut response = client.call(question()).await?;
        let mut kinds = Vec::new();
        while let Some(item) = response.next().await {
            kinds.push(item.map(drop).map_err(|error| error.into_kind()));
        }
        assert!(kinds.last().unwrap().is_err(), "the error is the last there is");
        if let Some(Err(SseErrorKind::Server(words))) = kinds.last() {
            assert_eq!(words, "out of memory");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_error_before_the_stream_is_one_of_the_call() -> Outcome {
    let server = mock::ai().listen().await?;
    server.gateway().fail_next([500]);
    let error = server.client().call(question()).await.unwrap_err();
    assert!(matches!(error.body(), Some(GenerateError::Http(_))), "{error:#}");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_falls_silent_times_out() -> Outcome {
    let server = mock::ai().llm_pace(Duration::from_secs(3600)).listen().await?;
    let mut response = server.client().call(question()).timeout(Duration::from_millis(200)).await?;
    let error = response.next().await.unwrap().unwrap_err();
    assert!(format!("{error:#}").contains("no byte was sent or received"), "{error:#}");
    Ok(())
}

/// Endless; reports when it is dropped.
struct Endless(Option<oneshot::Sender<()>>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"la \"},\"finish_reason\":\"\"}]}\n\n";
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.take().unwrap().send(());
    }
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() -> Outcome {
    let (dropped, is_dropped) = oneshot::channel();
    let dropped = std::sync::Mutex::new(Some(dropped));
    let mock = Mock::new().on(move |_: LlmStream| {
        let dropped = dropped.lock().unwrap().take();
        async { Ok(Sse::new(Body::wrap(Endless(dropped)))) }
    });
    let server = mock.listen().await?;
    let mut response = server.client::<livepeer::Client<livepeer::Ai>>().call(question()).await?;
    for _ in 0..3 {
        assert_eq!(response.next().await.unwrap()?.text(), "la ");
    }
    drop(response);
    tokio::time::timeout(Duration::from_secs(30), is_dropped).await??;
    Ok(())
}

#[tokio::test]
async fn a_socket_may_deliver_any_piece() -> Outcome {
    let wanted = "Wörter, 文字, 🦀🦀 und\u{200d} Zeilen\n\r\n\"data: x\"\\ ende";
    for size in [1, 2, 3, 7, 64, 1000] {
        let server = mock::ai().flavor(AiFlavor::Runner).llm_reply(wanted).llm_split(size).listen().await?;
        let chunks = server.client().call(question()).await?.collect().await?;
        assert_eq!(text(&chunks), wanted, "{size}");
    }
    Ok(())
}

#[tokio::test]
async fn a_large_piece_arrives() -> Outcome {
    let wanted = "é".repeat(400_000);
    let server = mock::ai().llm_reply(&wanted).llm_split(60_001).listen().await?;
    let chunks = server.client().call(question()).await?.collect().await?;
    assert!(text(&chunks) == wanted);
    Ok(())
}

struct Pieces(VecDeque<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

fn pieces(bytes: &[u8], sizes: &[usize]) -> Body {
    let mut rest = bytes;
    let mut out = VecDeque::new();
    for size in sizes.iter().cycle().take(bytes.len() + 1) {
        let (piece, more) = rest.split_at((*size).min(rest.len()));
        out.push_back(Bytes::copy_from_slice(piece));
        rest = more;
    }
    out.push_back(Bytes::copy_from_slice(rest));
    Body::wrap(Pieces(out))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is said, and wherever the pieces end: it arrives as it was said, or as much of it as came.
    #[test]
    fn any_boundary_will_do(
        words in prop::collection::vec(any::<String>(), 0..8),
        sizes in prop::collection::vec(0..40_usize, 1..8),
        ends in prop::sample::select(vec!["\n\n", "\r\n\r\n", "\r\r"]),
        cut in any::<prop::sample::Index>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let event = |word: &str, reason: &str| {
            let delta = serde_json::json!({ "role": "assistant", "content": word });
            let choice = serde_json::json!({ "index": 0, "finish_reason": reason, "delta": delta });
            format!("data: {}{ends}", serde_json::json!({ "id": "x", "choices": [choice] }))
        };
        let mut whole: String = words.iter().map(|word| event(word, "")).collect();
        whole.push_str(&event("", "stop"));
        let chunks = runtime.block_on(Sse::<LlmChunk>::new(pieces(whole.as_bytes(), &sizes)).collect());
        let chunks = chunks.map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
        prop_assert_eq!(text(&chunks), words.concat());

        // Without the last event nothing is whole, wherever it ends.
        let before_last = words.iter().map(|word| event(word, "").len()).sum::<usize>();
        let part = &whole.as_bytes()[..cut.index(before_last + 1)];
        let error = runtime.block_on(Sse::<LlmChunk>::new(pieces(part, &sizes)).collect());
        let error = error.err().ok_or_else(|| TestCaseError::fail("a cut stream was taken for a whole one"))?;
        prop_assert!(words.concat().starts_with(&text(&error.items)));
    }
}
