//! OpenAI, and the many servers with the same API: streams of two kinds, content of several kinds, files.

use serde_json::Value;
use typed_endpoint::sse::{Event, Step, StreamItem};
use typed_endpoint::{Api, BoxError, Case, File, Page, model, open_enum, operations, sse_json};

/// OpenAI's API.
#[derive(Clone, Copy, Debug)]
pub enum OpenAi {}

impl Api for OpenAi {
    const NAME: &'static str = "OpenAI";
    const SERVERS: &'static [&'static str] = &["https://api.openai.com/v1"];
    const CASE: Case = Case::Snake;
    const CURSOR: &'static str = "after";
    type Error = Failure;
}

operations! {
    endpoint! {
        /// Continues a conversation.
        pub Chat: OpenAi = POST "/chat/completions" json {
            model: String,
            messages: Vec<Message>,
            temperature?: f64,
            tools?: Vec<Tool>,
            const stream: bool = false,
        } -> Completion, timeout(600)
    }
    endpoint! {
        /// Continues a conversation word by word, until `[DONE]`.
        pub ChatStream: OpenAi = POST "/chat/completions" json {
            model: String,
            messages: Vec<Message>,
            temperature?: f64,
            const stream: bool = true,
        } -> sse Chunk, timeout(600)
    }
    endpoint! {
        /// Creates a response as named events, of which one is the last.
        pub Respond: OpenAi = POST "/responses" json {
            model: String,
            input: String,
            const stream: bool = true,
        } -> sse ResponseEvent, timeout(600)
    }
    endpoint! {
        /// Turns texts into vectors.
        pub Embed: OpenAi = POST "/embeddings" json {
            model: String,
            input: Vec<String>,
        } -> Embeddings
    }
    endpoint! {
        /// Writes down what is said, with the time of each word.
        pub Transcribe: OpenAi = POST "/audio/transcriptions" multipart {
            file: File,
            model: String,
            const response_format: String = "verbose_json",
            timestamp_granularities?: Vec<String> [lists = Brackets],
        } -> Transcript
    }
    endpoint! {
        /// Writes down what is said, as subtitles.
        pub Subtitles: OpenAi = POST "/audio/transcriptions" multipart {
            file: File,
            model: String,
            const response_format: String = "srt",
        } -> text
    }
    endpoint! {
        /// Says a text, as it is being made.
        pub Speak: OpenAi = POST "/audio/speech" json {
            model: String,
            input: String,
            voice: String,
        } -> download
    }
    endpoint! {
        /// Uploads a file.
        pub UploadFile: OpenAi = POST "/files" multipart {
            purpose: String,
            file: File,
        } -> Stored
    }
    endpoint! {
        /// Lists files, each page after the last one of the page before.
        pub ListFiles: OpenAi = GET "/files" query {
            after?: String,
            limit?: u32,
        } -> Files, paged
    }
    endpoint! {
        /// Reads a file.
        pub ReadFile: OpenAi = GET "/files/{id}/content" (id: String) -> bytes
    }
    endpoint! {
        /// Lists models.
        pub ListModels: OpenAi = GET "/models" -> Models
    }
}

open_enum! {
    /// Who says something.
    pub enum Role {
        /// The developer.
        System = "system",
        /// The person.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// A function that the model has called.
        Tool = "tool",
    }
}

model! {
    /// What is said.
    pub struct Message: OpenAi, input {
        role: Role,
        content?: Value,
        tool_calls?: Vec<ToolCall>,
        tool_call_id?: String,
    }

    /// A function that the model may call.
    pub struct Tool: OpenAi, input {
        r#type: String,
        function: Function,
    }

    /// A function, with its parameters as a JSON schema.
    pub struct Function: OpenAi, input {
        name: String,
        parameters?: Value,
    }

    /// A call of a function.
    pub struct ToolCall: OpenAi, input {
        id: String,
        function: FunctionCall,
    }

    /// The function, with its arguments as a text of JSON.
    pub struct FunctionCall: OpenAi, input {
        name: String,
        arguments: String,
    }

    /// How a conversation goes on.
    pub struct Completion: OpenAi {
        id: String,
        choices: Vec<Choice>,
        usage?: Usage,
    }

    /// One way to go on.
    pub struct Choice: OpenAi {
        index: u32,
        message: Message,
        finish_reason?: String,
    }

    /// What it has cost.
    pub struct Usage: OpenAi {
        prompt_tokens: u64,
        total_tokens: u64,
    }

    /// A piece of a stream.
    pub struct Chunk: OpenAi {
        id: String,
        choices: Vec<Delta>,
    }

    /// What is added.
    pub struct Delta: OpenAi {
        index: u32,
        delta: Words,
        finish_reason?: String,
    }

    /// The words that are added.
    pub struct Words: OpenAi {
        role?: Role,
        content?: String,
    }

    /// Vectors.
    pub struct Embeddings: OpenAi {
        data: Vec<Embedding>,
        model: String,
    }

    /// A vector.
    pub struct Embedding: OpenAi {
        index: u32,
        embedding: Vec<f64>,
    }

    /// What is said in a file.
    pub struct Transcript: OpenAi {
        text: String,
        words?: Vec<Word>,
    }

    /// A word.
    pub struct Word: OpenAi {
        word: String,
        start: f64,
        end: f64,
    }

    /// A file.
    pub struct Stored: OpenAi {
        id: String,
        bytes: u64,
        filename: String,
        purpose?: String,
    }

    /// A page of files.
    pub struct Files: OpenAi {
        data: Vec<Stored>,
        has_more?: bool,
        last_id?: String,
    }

    /// Models.
    pub struct Models: OpenAi {
        data: Vec<Model>,
    }

    /// A model.
    pub struct Model: OpenAi {
        id: String,
        owned_by?: String,
    }

    /// Why a request has failed.
    pub struct Failure: OpenAi {
        error: FailureDetail,
    }

    /// What exactly.
    pub struct FailureDetail: OpenAi {
        message: String,
        r#type?: String,
        code?: String,
        param?: String,
    }
}

crate::errors::json_error!(Failure, |failure| failure.error.message.clone());
sse_json!(Chunk, must_end);

/// An event of a response.
#[derive(Clone, Debug, PartialEq)]
pub enum ResponseEvent {
    /// More of the text.
    Text(String),
    /// The whole response.
    Completed(Value),
    /// Anything else, by its name.
    Other(String),
}

impl StreamItem for ResponseEvent {
    const MUST_END: bool = true;

    fn parse(event: &Event) -> Result<Step<Self>, BoxError> {
        let data: Value = event.decode()?;
        Ok(match event.name.as_str() {
            "response.output_text.delta" => {
                Step::Item(Self::Text(data["delta"].as_str().unwrap_or_default().to_owned()))
            }
            "response.completed" => Step::Last(Self::Completed(data["response"].clone())),
            "response.failed" | "error" => Step::Error(data["response"]["error"]["message"].to_string()),
            other => Step::Item(Self::Other(other.to_owned())),
        })
    }
}

impl Page for Files {
    type Item = Stored;

    fn len(&self) -> usize {
        self.data.len()
    }

    fn into_items(self) -> Vec<Stored> {
        self.data
    }

    fn next_cursor(&self) -> Option<String> {
        self.last_id.clone().or_else(|| self.data.last().map(|file| file.id.clone()))
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.has_more.unwrap_or(false))
    }
}
