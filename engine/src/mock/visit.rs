//! Operations one by one, each by its type.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::endpoint::{Endpoint, HostedBy};
use crate::mock::EncodeResponse;

/// Something to be done with each of many operations, for tests of all operations of an API: what a list of
/// [`Operation`](crate::Operation)s tells is facts, what comes by here is the type itself, of which requests and
/// responses can be made ([`sample_request`](crate::mock::sample_request), [`EncodeResponse::sample`]).
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::codec::Detail;
/// use typed_endpoint::mock::{EncodeResponse, OperationVisitor, sample_request};
/// use typed_endpoint::{Endpoint, HostedBy};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// struct Print;
///
/// impl OperationVisitor for Print {
///     fn operation<E>(&mut self)
///     where
///         E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
///         E::Format: EncodeResponse<E::Response>,
///     {
///         println!("{:?}", sample_request::<E>(Detail::Full));
///     }
/// }
///
/// visit_operations(&mut Print);
/// ```
pub trait OperationVisitor {
    /// Does it with one operation.
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
        E::Response: fmt::Debug;
}

/// An API that lists its operations by their types, for [`fake`](crate::mock::fake), which has an example.
pub trait Operations: Api {
    /// Visits all operations, by the `visit_operations` that each [`operations!`](crate::operations) makes. Operations of other APIs
    /// that this one does not host are ignored.
    fn visit(visitor: &mut impl OperationVisitor);
}
