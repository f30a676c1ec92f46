//! Transcoding of a file from one storage to another, without an asset.
//!
//! [`Create`] returns the task that does the work, and has an example of the storages.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use livepeer::transcode::{Create, Input, OutputStorage, Outputs};
//!
//! # let (file, storage, outputs): (Input, OutputStorage, Outputs) = unimplemented!();
//! let task = client.call(Create::new(file, storage, outputs)).await?;
//! client.wait(&task).await?; // until it is done
//! # Ok(())
//! # }
//! ```

use super::task::Task;
use crate::endpoints::prelude::*;

operations! {
    // Not retryable: each request starts a transcode.
    endpoint! {
        /// Transcodes a file, and puts the output into a storage of yours.
        ///
        /// Gives the task that does it. Its phase says when it is done; what it has made then lies in the storage
        /// below the paths of `outputs`.
        ///
        /// ```
        /// use livepeer::transcode::{Create, Credentials, Output, OutputStorage, Outputs};
        ///
        /// let storage = OutputStorage::s3("https://s3.example.com", "films", Credentials::s3("ACCESS_KEY", "SECRET"));
        /// let request = Create::new("https://example.com/film.mov", storage, Outputs::new().hls(Output::new("film/hls")));
        /// # let _ = request;
        /// ```
        pub Create: Studio = POST "/transcode" json {
            /// The file: a URL, or a place in an object store.
            input: Input,
            /// Where the output goes.
            storage: OutputStorage,
            /// What to make.
            outputs: Outputs,
            /// Renditions (default: chosen by the server from the source).
            profiles?: Vec<TranscodeProfile>,
            /// Length of the segments of the output.
            target_segment_size_secs?: Seconds,
            /// Id of its creator in your application.
            creator_id?: CreatorId,
            /// Signs the output with a C2PA manifest of where it comes from (default: no).
            c2pa?: bool,
        } -> Task, id("transcodeVideo")
    }
}

open_enum! {
    /// A storage service.
    pub enum StorageType {
        /// Amazon S3, or anything that speaks its protocol.
        S3 = "s3",
        /// web3.storage.
        Web3Storage = "web3.storage",
    }
}

model! {
    /// A file to transcode: [by its URL](Input::from_url) (a string will do), or [in an S3 store](Input::s3).
    pub struct Input: Studio, input {
        /// A URL: `http`, `https`, `ipfs` or `ar` (Arweave). The other fields are for S3.
        url?: Url [starts_with = "https://" | "http://" | "ipfs://" | "ar://"],
        /// S3: the service.
        kind as "type"?: StorageType,
        /// S3: URL of the service.
        endpoint?: Url [starts_with = "http://" | "https://"],
        /// S3: the bucket.
        bucket?: String,
        /// S3: the file's path in the bucket.
        path?: String,
        /// S3: what lets Studio read there.
        credentials?: Credentials,
    }

    /// Where the output of a transcode goes: [an S3 store](OutputStorage::s3) or [web3.storage](OutputStorage::web3_storage).
    pub struct OutputStorage: Studio, input {
        /// The service.
        kind as "type": StorageType,
        /// What lets Studio write there.
        credentials: Credentials,
        /// S3: URL of the service.
        endpoint?: Url [starts_with = "http://" | "https://"],
        /// S3: the bucket.
        bucket?: String,
    }

    /// What lets Studio use a storage of yours: [an S3 store](Credentials::s3) or [web3.storage](Credentials::web3_storage).
    pub struct Credentials: Studio, input {
        /// S3: id of the access key.
        access_key_id?: Secret,
        /// S3: the access key.
        secret_access_key?: Secret,
        /// web3.storage: UCAN delegation proof, in base64.
        proof?: Secret,
    }

    /// What to make: at least one of these.
    pub struct Outputs: Studio, input {
        /// HLS: a playlist and its segments.
        hls?: Output,
        /// MP4 files.
        mp4?: Output,
        /// Fragmented MP4 files.
        fmp4?: Output,
    }

    /// One format to make. A string stands for its path.
    pub struct Output: Studio, input {
        /// Where in the storage it goes.
        path: String,
    }
}

impl Input {
    /// A file at a URL: `http`, `https`, `ipfs` or `ar` (Arweave).
    pub fn from_url(url: impl IntoField<Url>) -> Self {
        Self::new().url(url)
    }

    /// A file in an object store.
    pub fn s3(
        endpoint: impl IntoField<Url>,
        bucket: impl IntoField<String>,
        path: impl IntoField<String>,
        credentials: Credentials,
    ) -> Self {
        let input = Self::new().kind(StorageType::S3).credentials(credentials);
        input.endpoint(endpoint).bucket(bucket).path(path)
    }
}

impl OutputStorage {
    /// A bucket of an object store.
    pub fn s3(endpoint: impl IntoField<Url>, bucket: impl IntoField<String>, credentials: Credentials) -> Self {
        Self::new(StorageType::S3, credentials).endpoint(endpoint).bucket(bucket)
    }

    /// web3.storage, with a UCAN delegation proof in base64.
    pub fn web3_storage(proof: impl IntoField<Secret>) -> Self {
        Self::new(StorageType::Web3Storage, Credentials::web3_storage(proof))
    }
}

impl Credentials {
    /// An access key of S3, or of anything that speaks its protocol.
    pub fn s3(access_key_id: impl IntoField<Secret>, secret_access_key: impl IntoField<Secret>) -> Self {
        Self::new().access_key_id(access_key_id).secret_access_key(secret_access_key)
    }

    /// A UCAN delegation proof for web3.storage, in base64.
    pub fn web3_storage(proof: impl IntoField<Secret>) -> Self {
        Self::new().proof(proof)
    }
}

impl IntoField<Input> for &str {
    fn into_field(self) -> Input {
        Input::from_url(self)
    }
}

impl IntoField<Input> for String {
    fn into_field(self) -> Input {
        Input::from_url(self)
    }
}

impl IntoField<Input> for Url {
    fn into_field(self) -> Input {
        Input::from_url(self)
    }
}

impl IntoField<Output> for &str {
    fn into_field(self) -> Output {
        Output::new(self)
    }
}

impl IntoField<Output> for String {
    fn into_field(self) -> Output {
        Output::new(self)
    }
}
