//! Username and password auth method: <https://developer.hashicorp.com/vault/api-docs/auth/userpass>.

use typed_endpoint::{Secret, model, operations};

use super::token;
use crate::{Authenticated, Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates or updates a user.
        pub SetUser: Vault = POST "/auth/{mount}/users/{username}" (mount*: String, username: String) json {
            password: Secret, ..token,
        } -> Done
    }
    endpoint! {
        /// Reads an user.
        pub ReadUser: Vault = GET "/auth/{mount}/users/{username}" (mount*: String, username: String) -> Envelope<User>
    }
    endpoint! {
        /// Deletes an user.
        pub DeleteUser: Vault = DELETE "/auth/{mount}/users/{username}" (mount*: String, username: String) -> Done
    }
    endpoint! {
        /// Updates a password.
        pub UpdatePassword: Vault = POST "/auth/{mount}/users/{username}/password"
            (mount*: String, username: String) json { password: Secret } -> Done
    }
    endpoint! {
        /// Updates the policies.
        pub UpdatePolicies: Vault = POST "/auth/{mount}/users/{username}/policies"
            (mount*: String, username: String) json { policies: String } -> Done
    }
    endpoint! {
        /// Lists users.
        pub ListUsers: Vault = LIST "/auth/{mount}/users" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Logs in with user name and password.
        pub Login: Vault = POST "/auth/{mount}/login/{username}" (mount*: String, username: String) json {
            password: Secret,
        } -> Authenticated
    }
}

model! {
    /// Response to [`ReadUser`].
    pub struct User: Vault {
        token_bound_cidrs: Vec<String>, token_explicit_max_ttl: u64, token_no_default_policy: bool,
        token_num_uses: u64, token_ttl: u64, token_max_ttl: u64, token_period: u64,
        token_policies: Vec<String>, token_type: String,
    }
}
