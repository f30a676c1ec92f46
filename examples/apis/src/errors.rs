//! Bodies of error responses.

/// Reads the body of an error response as a model, and says what its message is.
macro_rules! json_error {
    ($ty:ty, |$error:ident| $message:expr) => {
        impl typed_endpoint::ErrorBody for $ty {
            fn decode(_: http::StatusCode, _: &http::HeaderMap, body: &[u8]) -> Option<Self> {
                typed_endpoint::codec::from_json(std::str::from_utf8(body).ok()?).ok()
            }

            fn message(&self) -> String {
                let $error = self;
                $message
            }

            fn encode(&self) -> Option<Vec<u8>> {
                Some(typed_endpoint::codec::to_json(self).into_bytes())
            }
        }
    };
}
pub(crate) use json_error;
