//! Auth methods.

pub mod approle;
pub mod aws;
pub mod cert;
pub mod kubernetes;
pub mod oidc;
pub mod userpass;

typed_endpoint::fields! {
    /// What the tokens are like that a login gives.
    pub(crate) token {
        token_ttl?: String, token_max_ttl?: String, token_policies?: Vec<String>,
        token_bound_cidrs?: Vec<String>, token_explicit_max_ttl?: String,
        token_no_default_policy?: bool, token_num_uses?: u64, token_period?: String,
        token_type?: String,
    }
}
