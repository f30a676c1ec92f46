//! What a gateway has to know of a call of a container, as a header.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use typed_endpoint::codec::{from_json, to_json};

use super::gateway::Gateway;
use crate::endpoints::prelude::*;

model! {
    /// What a gateway has to know of a call.
    pub struct Job: Gateway, input {
        /// After how many seconds it fails.
        timeout_seconds: u32,
        /// The container; required but for updates of a stream.
        capability?: String,
        /// What is between caller and container.
        request?: JsonText<JobRequest>,
        /// How it is done.
        parameters?: JsonText<JobParameters>,
        /// Names the call (default: chosen by the gateway).
        id?: String,
    }

    /// What is between caller and container; members of its own are in `extra`.
    pub struct JobRequest: Gateway, input {
        /// The stream.
        stream_id?: String,
    }

    /// How a call is done.
    pub struct JobParameters: Gateway, input {
        /// Which orchestrators.
        orchestrators?: JobOrchestrators,
        /// Whether the stream takes video.
        enable_video_ingress?: bool,
        /// Whether the stream gives video.
        enable_video_egress?: bool,
        /// Whether the stream gives data.
        enable_data_output?: bool,
    }

    /// Which orchestrators are used.
    pub struct JobOrchestrators: Gateway, input {
        /// Only these.
        include?: Vec<Url>,
        /// None of these.
        exclude?: Vec<Url>,
    }
}

/// A [`Job`] as the value of a header: base64 of its JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobHeader(pub Job);

impl From<Job> for JobHeader {
    fn from(job: Job) -> Self {
        Self(job)
    }
}

impl IntoField<JobHeader> for Job {
    fn into_field(self) -> JobHeader {
        JobHeader(self)
    }
}

impl Encode for JobHeader {
    fn encode(&self, writer: &mut Writer) {
        writer.str(&BASE64_STANDARD.encode(to_json(&self.0)));
    }
}

impl Field for JobHeader {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text: String = reader.read()?;
        let json = BASE64_STANDARD.decode(text).ok().and_then(|json| String::from_utf8(json).ok());
        match json.map(|json| from_json(&json)) {
            Some(Ok(job)) => Ok(Self(job)),
            _ => Err(reader.invalid("expected a job, as base64 of JSON")),
        }
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(sampler.sample())
    }

    fn schema(_: &mut Schemas) -> Schema {
        // The format keeps samples from making it of any text.
        Schema::of_type("string").with("format", "byte").with("contentMediaType", "application/json")
    }
}

serde_via_codec!(JobHeader);
