//! Server-sent events, however they are cut into chunks.
//!
//! Input: how large chunks are, how large an event may be, and the stream.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use livepeer::Body;
use livepeer::generate::LlmChunk;
use livepeer::sse::{Decoder, Event, Sse, Step, StreamItem};

/// All events, and what is left at the end.
fn events<'a>(decoder: &mut Decoder, chunks: impl Iterator<Item = &'a [u8]>) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    for chunk in chunks {
        let mut chunk = Bytes::copy_from_slice(chunk);
        while let Some(event) = decoder.decode(&mut chunk).ok()? {
            events.push(event);
        }
        assert!(chunk.is_empty());
    }
    events.extend(decoder.finish());
    Some(events)
}

fuzz_target!(|data: &[u8]| {
    let [size, limit, stream @ ..] = data else { return };
    let size = usize::from(*size) + 1;

    let mut whole = Decoder::new();
    let all = events(&mut whole, std::iter::once(stream)).unwrap();
    let mut cut = Decoder::new();
    assert_eq!(events(&mut cut, stream.chunks(size)).unwrap(), all);
    assert_eq!((cut.retry(), cut.last_event_id()), (whole.retry(), whole.last_event_id()));

    // What was read is written, and read again.
    for event in &all {
        let mut decoder = Decoder::new();
        let again = events(&mut decoder, std::iter::once(event.to_string().as_bytes())).unwrap();
        assert_eq!(again, [event.clone()]);
        let (_, _) = (event.error(), LlmChunk::parse(event).is_ok());
        let _ = Step::<serde_json::Value>::json(event).is_ok();
    }

    // A limit is a limit, whatever the chunks.
    let limit = usize::from(*limit);
    match events(&mut Decoder::new().max_event(limit), stream.chunks(size)) {
        // A byte that is not text is replaced by three.
        Some(small) => assert!(small == all && all.iter().all(|event| event.data.len() <= 3 * limit)),
        None => assert!(3 * stream.len() > limit),
    }

    // Chunks that are all there: nothing to wait for.
    let body = Body::chain(stream.chunks(size).map(|chunk| Body::from(chunk.to_vec())));
    let mut items = Sse::<LlmChunk>::new(body);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut ended = false;
    for _ in 0..=all.len() + 1 {
        let next = std::pin::pin!(items.next()).poll(&mut context);
        match next {
            std::task::Poll::Ready(None) => ended = true,
            std::task::Poll::Ready(Some(item)) => {
                assert!(!ended, "an item after the end");
                if let Err(error) = item {
                    assert!(!format!("{error} {error:?}").is_empty());
                    ended = true;
                }
            }
            std::task::Poll::Pending => panic!("waits for nothing"),
        }
    }
    assert!(ended);
});
