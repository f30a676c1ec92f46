//! Access control: the keys with which your server signs the tokens of viewers, and the key for encrypted uploads.
//!
//! The private half of a signing key is returned by [`Create`] and never again. Tokens are signed by `playback_access`
//! (feature `jwt`), files are encrypted by `encryption` (feature `encrypt`).
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use livepeer::access_control;
//!
//! let key = client.call(access_control::Create::new().name("web site")).await?;
//! let private_key = key.private_key.ok_or("no private key")?; // store it now
//! # Ok(())
//! # }
//! ```

use crate::endpoints::prelude::*;

operations! {
    // Not retryable: a repetition would leave a key whose private half is lost, and only ten are allowed.
    endpoint! {
        /// Creates a key to sign the tokens of viewers with.
        ///
        /// **The private key is in this response and never again**: store it before anything else. An account may have
        /// ten keys (403 beyond).
        pub Create: Studio = POST "/access-control/signing-key" json {
            /// Human-readable name (default: `Signing Key` and a number).
            name?: String,
            /// Project that it belongs to. The server uses the project of the API key instead.
            project_id?: ProjectId,
        } -> SigningKey, id("createSigningKey"), status(201)
    }
    endpoint! {
        /// Lists signing keys, without their private halves.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`, `projectId`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/access-control/signing-key" query { ..page }
            -> Vec<SigningKey>, paged, id("getSigningKeys")
    }
    endpoint! {
        /// Retrieves a signing key, without its private half.
        pub Get: Studio = GET "/access-control/signing-key/{id}" (id: SigningKeyId) -> SigningKey, id("getSigningKey")
    }
    // Retryable, because it sets fields to given values.
    endpoint! {
        /// Renames a signing key, or switches it off or on.
        pub Update: Studio = PATCH "/access-control/signing-key/{id}" (id: SigningKeyId) json {
            /// Whether tokens signed with it are refused. Lets you see whether anyone still uses a key before you
            /// delete it.
            disabled?: bool,
            /// Human-readable name.
            name?: String,
        } -> (), retryable, id("updateSigningKey")
    }
    endpoint! {
        /// Deletes a signing key: tokens signed with it are refused from then on.
        pub Delete: Studio = DELETE "/access-control/signing-key/{id}" (id: SigningKeyId) -> (), id("deleteSigningKey")
    }
    endpoint! {
        /// Retrieves the public key with which to encrypt the keys of encrypted uploads.
        ///
        /// Not in the public specification.
        pub PublicKey: Studio = GET "/access-control/public-key" -> EncryptionKey, no_auth
    }
}

id! {
    /// Id of a signing key.
    pub struct SigningKeyId;
}

model! {
    /// A key with which tokens of viewers are signed.
    pub struct SigningKey: Studio {
        /// Id.
        id?: SigningKeyId,
        /// Human-readable name.
        name?: String,
        /// Account that it belongs to. Deprecated by the API.
        user_id?: UserId,
        /// When it was created.
        created_at?: Timestamp,
        /// When a token signed with it was last seen.
        last_seen?: Timestamp,
        /// Public half: an ECDSA P-256 key as PEM, in base64. Goes into each token as the claim `pub`, as it is.
        public_key: String,
        /// Private half: a PKCS#8 PEM, in base64. Only in the response to [`access_control.create`](Create).
        private_key?: Secret,
        /// Whether tokens signed with it are refused.
        disabled?: bool,
        /// Project that it belongs to.
        project_id?: ProjectId,
    }

    /// The public key (RSA) with which to encrypt the keys of encrypted uploads, in RSA-OAEP with SHA-256.
    pub struct EncryptionKey: Studio {
        /// The key.
        public_key as "public_key"?: String,
        /// The key as SPKI, encoded in base64 twice.
        spki_public_key as "spki_public_key"?: String,
        /// Machine that has responded.
        node_name as "node_name"?: String,
    }
}
