//! Why a request is not sent.

/// A request cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A path parameter would make the path another one.
    #[error("the path parameter `{name}` is {what}, which would address something else: give the id of one thing")]
    PathParameter {
        /// Its name.
        name: &'static str,
        /// Why it cannot be sent.
        what: &'static str,
    },
    /// A header's value has characters that no header can hold.
    #[error(
        "the header `{name}` has a value that no header can hold (a line break or another control character): take them out"
    )]
    Header {
        /// Its name.
        name: String,
    },
    /// A field's value could not be written.
    #[error("the field `{name}` cannot be sent: {reason}")]
    Field {
        /// Its name on the wire.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The URL is not one.
    #[error("the URL cannot be used: {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The client's settings do not allow a request.
    #[error("{0}")]
    Settings(String),
}
