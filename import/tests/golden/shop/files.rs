//! Files.

use typed_endpoint::{File, operations};

use super::Shop;

operations! {
    endpoint! {
        /// `PUT /files/{path}`.
        pub Put: Shop = PUT "/files/{path}" (path*: String) headers {
            const content_type: String = "application/octet-stream",
        } body(content: File) -> text, id("files/put")
    }
    endpoint! {
        /// `GET /files/{path}`.
        pub Get: Shop = GET "/files/{path}" (path*: String) -> bytes, id("files/get")
    }
}
