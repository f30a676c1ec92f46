//! S3: XML, signed requests, keys with slashes, parameters without a value, headers of responses.

use serde::{Deserialize, Serialize};
use typed_endpoint::{Api, Case, ErrorBody, Page, field_via_serde, operations};

use crate::codecs::Xml;

/// S3, or another server with its API, at any address: the name of the bucket is a part of the path.
#[derive(Clone, Copy, Debug)]
pub enum S3 {}

impl Api for S3 {
    const NAME: &'static str = "S3";
    const SERVERS: &'static [&'static str] = &["https://s3.us-east-1.amazonaws.com"];
    const CASE: Case = Case::Kebab;
    const CURSOR: &'static str = "continuation-token";
    type Error = Failure;
}

operations! {
    endpoint! {
        /// Creates a bucket.
        pub CreateBucket: S3 = PUT "/{bucket}" (bucket: String) -> (), status(200)
    }
    endpoint! {
        /// Lists buckets.
        pub ListBuckets: S3 = GET "/" -> by Xml Buckets
    }
    endpoint! {
        /// Lists objects, by page.
        pub ListObjects: S3 = GET "/{bucket}" (bucket: String) query {
            const list_type: u32 = 2,
            prefix?: String,
            delimiter?: String,
            max_keys?: u32,
            continuation_token?: String,
        } -> by Xml Listing, paged
    }
    endpoint! {
        /// Stores an object.
        pub PutObject: S3 = PUT "/{bucket}/{key}" (bucket: String, key*: String) headers {
            content_type?: String = "application/octet-stream",
            cache_control?: String,
            x_amz_meta_note?: String,
        } body(content: Vec<u8>) -> (), status(200), headers {
            etag?: String,
        }
    }
    endpoint! {
        /// Reads an object, or a part of it, unless it is still the known one.
        pub GetObject: S3 = GET "/{bucket}/{key}" (bucket: String, key*: String) headers {
            range?: String,
            if_none_match?: String,
        } -> match {
            200 => Whole(bytes),
            206 => Part(bytes),
            304 => NotModified,
        }, headers {
            etag?: String,
            content_range?: String,
            x_amz_meta_note?: String,
        }
    }
    endpoint! {
        /// Says what there is of an object.
        pub HeadObject: S3 = HEAD "/{bucket}/{key}" (bucket: String, key*: String) -> (), status(200), headers {
            etag?: String,
            content_length?: u64,
        }
    }
    endpoint! {
        /// Deletes an object.
        pub DeleteObject: S3 = DELETE "/{bucket}/{key}" (bucket: String, key*: String) -> ()
    }
    endpoint! {
        /// Deletes many objects.
        pub DeleteObjects: S3 = POST "/{bucket}" (bucket: String) query {
            const delete,
        } headers {
            content_md5?: String,
        } body by Xml (delete: Delete) -> by Xml DeleteResult
    }
    endpoint! {
        /// Begins to store an object in parts.
        pub BeginUpload: S3 = POST "/{bucket}/{key}" (bucket: String, key*: String) query {
            const uploads,
        } -> by Xml Upload
    }
    endpoint! {
        /// Stores a part.
        pub PutPart: S3 = PUT "/{bucket}/{key}" (bucket: String, key*: String) query {
            part_number as "partNumber": u32,
            upload_id as "uploadId": String,
        } body(content: Vec<u8>) -> (), status(200), headers {
            etag: String,
        }
    }
    endpoint! {
        /// Makes an object of its parts.
        pub CompleteUpload: S3 = POST "/{bucket}/{key}" (bucket: String, key*: String) query {
            upload_id as "uploadId": String,
        } body by Xml (parts: CompleteMultipartUpload) -> by Xml Completed
    }
}

/// A list of buckets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "ListAllMyBucketsResult", rename_all = "PascalCase")]
pub struct Buckets {
    /// The buckets.
    #[serde(default)]
    pub buckets: BucketList,
}

/// Buckets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketList {
    /// Each.
    #[serde(default)]
    pub bucket: Vec<Bucket>,
}

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Bucket {
    /// Its name.
    pub name: String,
}

/// A page of objects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "ListBucketResult", rename_all = "PascalCase", default)]
pub struct Listing {
    /// Objects.
    pub contents: Vec<Object>,
    /// What stands for objects whose keys have the delimiter behind the prefix.
    pub common_prefixes: Vec<Prefix>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_continuation_token: Option<String>,
}

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its version, in quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
}

/// The beginning of keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Prefix {
    /// It.
    pub prefix: String,
}

/// Objects to delete.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Delete {
    /// Their keys.
    pub object: Vec<Key>,
}

/// A key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// It.
    pub key: String,
}

/// What has been deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteResult {
    /// The keys.
    pub deleted: Vec<Key>,
}

/// An upload in parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "InitiateMultipartUploadResult", rename_all = "PascalCase", default)]
pub struct Upload {
    /// Its id.
    pub upload_id: String,
}

/// The parts of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CompleteMultipartUpload {
    /// Each.
    pub part: Vec<Part>,
}

/// A part of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Part {
    /// Its number, from 1.
    pub part_number: u32,
    /// Its version.
    #[serde(rename = "ETag")]
    pub etag: String,
}

/// An object that was stored in parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "CompleteMultipartUploadResult", rename_all = "PascalCase", default)]
pub struct Completed {
    /// Its key.
    pub key: String,
    /// Its version.
    #[serde(rename = "ETag")]
    pub etag: String,
}

/// Why a request has failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Error", rename_all = "PascalCase")]
pub struct Failure {
    /// `NoSuchKey`, `SignatureDoesNotMatch`.
    pub code: String,
    /// In words.
    #[serde(default)]
    pub message: String,
}

impl ErrorBody for Failure {
    fn decode(_: http::StatusCode, _: &http::HeaderMap, body: &[u8]) -> Option<Self> {
        quick_xml::de::from_reader(body).ok()
    }

    fn message(&self) -> String {
        format!("{}: {}", self.code, self.message)
    }

    fn encode(&self) -> Option<Vec<u8>> {
        quick_xml::se::to_string(self).ok().map(String::into_bytes)
    }
}

field_via_serde!(Object);

impl Page for Listing {
    type Item = Object;

    fn len(&self) -> usize {
        self.contents.len()
    }

    fn into_items(self) -> Vec<Object> {
        self.contents
    }

    fn next_cursor(&self) -> Option<String> {
        self.next_continuation_token.clone()
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.is_truncated)
    }
}
