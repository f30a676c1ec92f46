//! The APIs of the catalog, for the tests that hold for each.

use livepeer::network::operations;

/// An API, and its types behind functions.
#[allow(dead_code)]
pub struct ApiFacts {
    /// The name of its type.
    pub name: &'static str,
    /// Its own name.
    pub api: &'static str,
    /// The name of its document.
    pub document: &'static str,
    /// The type of its error responses.
    pub error: &'static str,
    /// The folder of its operations' docs.
    pub docs: &'static str,
    /// The document.
    pub openapi: fn() -> serde_json::Value,
    /// How many operations can be called by name.
    pub entries: fn() -> usize,
    /// A fake without handlers.
    pub fake: fn() -> livepeer::mock::Mock,
}

macro_rules! facts {
    ($($name:ident, $api:ty, $document:literal, $error:literal, $docs:literal;)+) => {
        /// All of them.
        pub const APIS: &[ApiFacts] = &[$(ApiFacts {
            name: stringify!($name),
            api: <$api as livepeer::Api>::NAME,
            document: $document,
            error: $error,
            docs: $docs,
            openapi: livepeer::dynamic::openapi::<$api>,
            entries: || livepeer::dynamic::entries::<$api>().count(),
            fake: livepeer::mock::fake::<$api>,
        }),+];
    };
}

facts! {
    Studio, livepeer::Studio, "studio", "ApiError", "";
    Ai, livepeer::Ai, "ai", "GenerateError", "";
    Daydream, livepeer::daydream::Daydream, "daydream", "DaydreamError", "";
    Orchestrator, operations::orchestrator::Orchestrator, "orchestrator", "OrchestratorError", "network/operations/";
    Signer, operations::signer::Signer, "signer", "SignerError", "network/operations/";
    Trickle, operations::trickle::Trickle, "trickle", "Unmapped", "network/operations/";
    AppApi, livepeer::network::AppApi, "app", "Unmapped", "network/operations/";
    Clearinghouse, operations::clearinghouse::Clearinghouse, "clearinghouse", "TokenError", "network/operations/";
    Gateway, operations::gateway::Gateway, "gateway", "Unmapped", "network/operations/";
}

/// The facts of an API by its own name.
#[allow(dead_code)]
pub fn named(api: &str) -> &'static ApiFacts {
    APIS.iter().find(|facts| facts.api == api).unwrap_or_else(|| panic!("{api} is not in tests/apis"))
}
