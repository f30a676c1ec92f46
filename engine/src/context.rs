//! Which call a response belongs to.

use crate::runtime::Instant;

use crate::endpoint::Operation;
use crate::error::EarlierAttempt;
use crate::redact::Redactor;

/// The call that a response, a download or a stream of events came from: what its later errors show.
#[derive(Clone, Debug)]
pub(crate) struct CallContext {
    /// `None` for a request that is no operation of an API.
    pub(crate) operation: Option<&'static Operation>,
    /// What the request does.
    pub(crate) what: &'static str,
    pub(crate) attempts: u32,
    /// What the attempts before failed with.
    pub(crate) earlier: Vec<EarlierAttempt>,
    pub(crate) began: Option<Instant>,
    pub(crate) redactor: Redactor,
    /// How much of the body may be held in memory, in bytes.
    pub(crate) max_response: usize,
    /// How many bytes of memory the response's value may take.
    pub(crate) max_memory: usize,
}

/// No client is behind it.
impl Default for CallContext {
    fn default() -> Self {
        Self {
            operation: None,
            what: "",
            attempts: 0,
            earlier: Vec::new(),
            began: None,
            redactor: Redactor::default(),
            max_response: usize::MAX,
            max_memory: usize::MAX,
        }
    }
}
