//! Conversations with language models.

use super::ModelId;
use crate::endpoints::prelude::*;
use typed_endpoint::BoxError;
use typed_endpoint::sse::{Event, Step, StreamItem};

open_enum! {
    /// The role of a message's author.
    pub enum LlmRole {
        /// Nobody in it: how the model should behave.
        System = "system",
        /// The person who asks.
        User = "user",
        /// The model.
        Assistant = "assistant",
    }
}

open_enum! {
    /// Why a response ends. Empty (and so unknown) while it continues.
    pub enum FinishReason {
        /// The model has said all.
        Stop = "stop",
        /// The response has reached the length allowed.
        Length = "length",
    }
}

model! {
    /// A message of a conversation.
    pub struct LlmMessage: Ai, input {
        /// Who says it.
        role: LlmRole,
        /// What is said.
        content: String,
    }
}

model! {
    /// A whole response.
    pub struct LlmResponse: Ai {
        /// Id of the response.
        id: String,
        /// Model that gave it.
        model: ModelId,
        /// When it was given, in seconds since the Unix epoch.
        created?: u64,
        /// What it cost.
        usage?: LlmUsage,
        /// The responses: one.
        choices: Vec<LlmChoice>,
    }

    /// A piece of a response that comes as a stream.
    pub struct LlmChunk: Ai {
        /// Id of the response, the same in all of its pieces.
        id: String,
        /// Model that gives it.
        model: ModelId,
        /// When the piece was made, in seconds since the Unix epoch.
        created?: u64,
        /// What the response has cost so far, this piece included.
        usage?: LlmUsage,
        /// The responses that continue in this piece: one.
        choices: Vec<LlmChoice>,
    }

    /// One of the responses to a conversation, or a piece of one.
    pub struct LlmChoice: Ai {
        /// Which of the responses.
        index?: u64,
        /// Why it ends. Empty or left out in all pieces but the last.
        finish_reason?: FinishReason,
        /// The piece, in a streamed response.
        delta?: LlmMessage,
        /// The message, in a whole response.
        message?: LlmMessage,
    }

    /// What a response costs, in tokens.
    pub struct LlmUsage: Ai {
        /// In the question.
        prompt_tokens?: u64,
        /// In the response.
        completion_tokens?: u64,
        /// In both.
        total_tokens?: u64,
    }

    /// A response of [`StudioLlm`](super::StudioLlm).
    pub struct StudioLlmResponse: Ai {
        /// The response.
        response: String,
        /// What question and response cost, in tokens.
        tokens_used?: u64,
    }
}

impl LlmMessage {
    /// Says how the model should behave.
    pub fn system(content: impl Into<String>) -> Self {
        Self::new(LlmRole::System, content.into())
    }

    /// What the person says.
    pub fn user(content: impl Into<String>) -> Self {
        Self::new(LlmRole::User, content.into())
    }

    /// What the model has said before.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::new(LlmRole::Assistant, content.into())
    }
}

impl LlmChoice {
    /// Whether the response ends here.
    pub fn is_last(&self) -> bool {
        self.finish_reason.as_ref().is_some_and(|reason| !reason.as_str().is_empty())
    }
}

impl LlmResponse {
    /// The text of the first response; empty if there is none.
    pub fn text(&self) -> &str {
        content(self.choices.first().and_then(|choice| choice.message.as_ref()))
    }
}

impl LlmChunk {
    /// The text of this piece, of the first response; mostly empty in the last piece.
    pub fn text(&self) -> &str {
        content(self.choices.first().and_then(|choice| choice.delta.as_ref()))
    }
}

/// Gateways send nothing after the last piece, runners send `[DONE]`; either one makes the response whole. Some send what it
/// cost, or the rest of other choices, after a piece that has a reason to end, so reading continues after it.
impl StreamItem for LlmChunk {
    const MUST_END: bool = true;

    #[inline]
    fn parse(event: &Event) -> Result<Step<Self>, BoxError> {
        Ok(match Step::<Self>::json(event)? {
            Step::Item(chunk) if chunk.choices.iter().any(LlmChoice::is_last) => Step::Closing(chunk),
            step => step,
        })
    }

    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }

    #[inline]
    fn to_json(&self) -> Option<String> {
        Some(typed_endpoint::codec::to_json(self))
    }

    #[inline]
    fn end_event() -> Option<Event> {
        Some(Event::new("[DONE]"))
    }

    #[inline]
    fn sample(sampler: &mut Sampler) -> Option<Self> {
        Some(<Self as Field>::sample(sampler))
    }
}

fn content(message: Option<&LlmMessage>) -> &str {
    message.map_or("", |message| &message.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(data: &str) -> Result<Step<LlmChunk>, BoxError> {
        LlmChunk::parse(&Event::new(data))
    }

    #[test]
    fn a_response_ends_with_a_reason_or_done() -> Result<(), BoxError> {
        let piece =
            |reason: &str| parse(&format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"hi"}}{reason}}}]}}"#));
        for reason in ["", r#","finish_reason":"""#, r#","finish_reason":null"#] {
            assert!(matches!(piece(reason)?, Step::Item(chunk) if chunk.text() == "hi"), "{reason}");
        }
        for reason in [r#","finish_reason":"stop""#, r#","finish_reason":"length""#, r#","finish_reason":"new""#] {
            assert!(matches!(piece(reason)?, Step::Closing(_)), "{reason}");
        }
        assert_eq!(parse("[DONE]")?, Step::End);
        assert_eq!(parse(r#"{"error": "out of memory"}"#)?, Step::Error("out of memory".into()));
        assert!(parse("{").is_err());
        Ok(())
    }
}
