//! Pictures.

use serde_json::Value;
use typed_endpoint::{File, open_enum, operations};

use super::Shop;
use super::types::*;

operations! {
    endpoint! {
        /// `POST /pictures`.
        pub Upload: Shop = POST "/pictures" multipart {
            file: File,
            about?: Item [part = "application/json"],
            r#type?: PictureType,
        } -> Value, id("uploadPicture")
    }
}

open_enum! {
    /// Picture type.
    pub enum PictureType {
        Front = "front",
        Back = "back",
    }
}
