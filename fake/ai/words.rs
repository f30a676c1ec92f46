//! What the mock's language model says, whole and in pieces.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use serde_json::{Value, json};
use tokio::time::{Sleep, sleep};

use crate::generate::{Llm, LlmResponse};
use typed_endpoint::Body;
use typed_endpoint::BoxError;

/// When the mock's responses were given, so that they are the same each time: the first second of 2026.
const CREATED: u64 = 1_767_225_600;

/// How a streamed response of [`GatewayFake`](super::GatewayFake) ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LlmEnding {
    /// Completely.
    #[default]
    Whole,
    /// The body ends after so many pieces, as if that were all.
    Cut(usize),
    /// The connection breaks after so many pieces.
    Broken(usize),
    /// After so many pieces comes an error with this message.
    Error(usize, String),
}

/// How a streamed response goes out.
#[derive(Clone, Debug, Default)]
pub(super) struct Delivery {
    pub(super) ending: LlmEnding,
    /// Whether `[DONE]` comes last.
    pub(super) done: bool,
    /// The time before each piece.
    pub(super) pace: Duration,
    /// How many bytes go out at a time (`None`: an event).
    pub(super) split: Option<usize>,
}

/// A completion, as words with the space after them.
pub(super) struct Completion {
    model: String,
    id: String,
    asked: usize,
    words: Vec<String>,
    reason: &'static str,
}

impl Completion {
    pub(super) fn new(request: &Llm, id: String, text: &str) -> Self {
        let words: Vec<_> = text.split_inclusive(char::is_whitespace).map(str::to_owned).collect();
        let most = request.max_tokens.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let reason = if words.len() > most { "length" } else { "stop" };
        Self {
            model: request.model.to_string(),
            id,
            asked: request.messages.iter().map(|message| message.content.split_whitespace().count()).sum(),
            words: words.into_iter().take(most).collect(),
            reason,
        }
    }

    pub(super) fn whole(&self) -> Result<LlmResponse, serde_json::Error> {
        let message = json!({ "role": "assistant", "content": self.words.concat() });
        let choice = json!({ "index": 0, "finish_reason": self.reason, "message": message });
        serde_json::from_value(self.json(self.words.len(), choice))
    }

    /// The body of the streamed form.
    pub(super) fn streamed(&self, delivery: &Delivery) -> Body {
        let piece = |number: usize, content: &str, reason: &str| {
            let delta = json!({ "role": "assistant", "content": content });
            event(&self.json(number, json!({ "index": 0, "finish_reason": reason, "delta": delta })))
        };
        let mut events: Vec<_> = self.words.iter().enumerate().map(|(at, word)| piece(at + 1, word, "")).collect();
        events.push(piece(self.words.len(), "", self.reason));
        if delivery.done {
            events.push("data: [DONE]\n\n".into());
        }
        let mut breaks = Break::No;
        match &delivery.ending {
            LlmEnding::Whole => {}
            LlmEnding::Cut(after) => events.truncate(*after),
            LlmEnding::Broken(after) => {
                events.truncate(*after);
                breaks = Break::Soon;
            }
            LlmEnding::Error(after, words) => {
                events.truncate(*after);
                events.push(event(&json!({ "error": words })));
            }
        }
        let pieces = match delivery.split {
            None => events.into_iter().map(Bytes::from).collect(),
            Some(size) => events.concat().as_bytes().chunks(size.max(1)).map(Bytes::copy_from_slice).collect(),
        };
        Body::wrap(Paced { pieces, pace: delivery.pace, sleep: None, breaks })
    }

    fn json(&self, tokens: usize, choice: Value) -> Value {
        let usage = json!({
            "prompt_tokens": self.asked, "completion_tokens": tokens, "total_tokens": self.asked + tokens,
        });
        json!({ "id": self.id, "model": self.model, "created": CREATED, "usage": usage, "choices": [choice] })
    }
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// Pieces that go out one by one.
struct Paced {
    pieces: VecDeque<Bytes>,
    pace: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    breaks: Break,
}

/// Whether the connection breaks after the last piece.
#[derive(Clone, Copy)]
enum Break {
    No,
    Soon,
    Now,
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.pace.is_zero() && !self.pieces.is_empty() {
            let pace = self.pace;
            ready!(self.sleep.get_or_insert_with(|| Box::pin(sleep(pace))).as_mut().poll(cx));
            self.sleep = None;
        }
        Poll::Ready(match (self.pieces.pop_front(), self.breaks) {
            (Some(piece), _) => Some(Ok(Frame::data(piece))),
            (None, Break::No) => None,
            (None, Break::Soon) => {
                // The pieces before must be sent first: a server discards the buffered part of a body that fails.
                self.breaks = Break::Now;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            (None, Break::Now) => Some(Err("the mock breaks off here".into())),
        })
    }
}
