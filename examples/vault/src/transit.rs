//! Transit secrets engine: <https://developer.hashicorp.com/vault/api-docs/secret/transit>.

use std::collections::BTreeMap;

use typed_endpoint::{model, open_enum, operations, union};

use crate::{Done, Envelope, Keys, Vault};

operations! {
    endpoint! {
        /// Creates a key.
        pub CreateKey: Vault = POST "/{mount}/keys/{name}" (mount*: String, name: String) json {
            convergent_encryption?: bool, derived?: bool, exportable?: bool,
            allow_plaintext_backup?: bool, key_type as "type"?: KeyType,
            auto_rotate_period?: String,
        } -> Done<Key>
    }
    endpoint! {
        /// Reads a key.
        pub ReadKey: Vault = GET "/{mount}/keys/{name}" (mount*: String, name: String) -> Envelope<Key>
    }
    endpoint! {
        /// Lists keys.
        pub ListKeys: Vault = LIST "/{mount}/keys" (mount*: String) -> Envelope<Keys>
    }
    endpoint! {
        /// Updates the key configuration.
        pub UpdateKeyConfiguration: Vault = POST "/{mount}/keys/{name}/config" (mount*: String, name: String) json {
            min_decryption_version?: u64, min_encryption_version?: u64, deletion_allowed?: bool,
            exportable?: bool, allow_plaintext_backup?: bool, auto_rotate_period?: String,
        } -> Done<Key>
    }
    endpoint! {
        /// Deletes a key.
        pub DeleteKey: Vault = DELETE "/{mount}/keys/{name}" (mount*: String, name: String) -> Done
    }
    endpoint! {
        /// Rotates a key.
        pub RotateKey: Vault = POST "/{mount}/keys/{name}/rotate" (mount*: String, name: String) -> Done<Key>
    }
    endpoint! {
        /// Imports a key.
        pub ImportKey: Vault = POST "/{mount}/keys/{name}/import" (mount*: String, name: String) json {
            ciphertext?: String, hash_function?: HashFunction, key_type as "type": KeyType,
            public_key?: String, allow_rotation?: bool, derived?: bool, context?: String,
            exportable?: bool, allow_plaintext_backup?: bool, auto_rotate_period?: String,
        } -> Done
    }
    endpoint! {
        /// Imports a key version.
        pub ImportKeyVersion: Vault = POST "/{mount}/keys/{name}/import_version" (mount*: String, name: String) json {
            ciphertext?: String, hash_function?: HashFunction, public_key?: String, version?: u64,
        } -> Done
    }
    endpoint! {
        /// Exports all versions of a key.
        pub ExportKey: Vault = GET "/{mount}/export/{key_type}/{name}"
            (mount*: String, key_type: ExportedKind, name: String) -> Envelope<ExportedKey>
    }
    endpoint! {
        /// Exports one version of a key: its number, or `latest`.
        pub ExportKeyVersion: Vault = GET "/{mount}/export/{key_type}/{name}/{version}"
            (mount*: String, key_type: ExportedKind, name: String, version: String) -> Envelope<ExportedKey>
    }
    endpoint! {
        /// Encrypts data.
        pub Encrypt: Vault = POST "/{mount}/encrypt/{name}" (mount*: String, name: String) json {
            plaintext: String, associated_data?: String, context?: String, key_version?: u64,
            nonce?: String, key_type?: KeyType, convergent_encryption?: String,
        } -> Envelope<EncryptedData>
    }
    endpoint! {
        /// Decrypts data.
        pub Decrypt: Vault = POST "/{mount}/decrypt/{name}" (mount*: String, name: String) json {
            ciphertext: String, associated_data?: String, context?: String, nonce?: String,
        } -> Envelope<DecryptedData>
    }
    endpoint! {
        /// Encrypts a ciphertext again, by the latest version of the key.
        pub RewrapData: Vault = POST "/{mount}/rewrap/{name}" (mount*: String, name: String) json {
            ciphertext: String, context?: String, key_version?: u64, nonce?: String,
        } -> Envelope<EncryptedData>
    }
    endpoint! {
        /// Generates a data key.
        pub GenerateDataKey: Vault = POST "/{mount}/datakey/{key_type}/{name}"
            (mount*: String, key_type: DataKeyKind, name: String) json {
            context?: String, nonce?: String, bits?: u16,
        } -> Envelope<GeneratedDataKey>
    }
    endpoint! {
        /// Generates random bytes.
        pub GenerateRandomBytes: Vault = POST "/{mount}/random" (mount*: String) json {
            bytes?: u32, format: OutputFormat, source: RandomSource,
        } -> Envelope<GeneratedRandomBytes>
    }
    endpoint! {
        /// Hashes data.
        pub Hash: Vault = POST "/{mount}/hash" (mount*: String) json {
            algorithm?: HashAlgorithm, input: String, format?: OutputFormat,
        } -> Envelope<HashedData>
    }
    endpoint! {
        /// Generates an HMAC.
        pub GenerateHmac: Vault = POST "/{mount}/hmac/{name}" (mount*: String, name: String) json {
            key_version?: u64, algorithm?: HashAlgorithm, input: String,
        } -> Envelope<GeneratedHmac>
    }
    endpoint! {
        /// Signs data.
        pub Sign: Vault = POST "/{mount}/sign/{name}" (mount*: String, name: String) json {
            key_version?: u64, hash_algorithm?: HashAlgorithm, input: String, context?: String,
            prehashed?: bool, signature_algorithm?: SignatureAlgorithm,
            marshaling_algorithm?: MarshalingAlgorithm,
        } -> Envelope<SignedData>
    }
    endpoint! {
        /// Verifies a signature or an HMAC.
        pub Verify: Vault = POST "/{mount}/verify/{name}" (mount*: String, name: String) json {
            hash_algorithm?: HashAlgorithm, input: String, signature?: String, hmac?: String,
            context?: String, prehashed?: bool, signature_algorithm?: SignatureAlgorithm,
            marshaling_algorithm?: MarshalingAlgorithm,
        } -> Envelope<VerifiedSignedData>
    }
    endpoint! {
        /// Backs up a key.
        pub BackupKey: Vault = GET "/{mount}/backup/{name}" (mount*: String, name: String) -> Envelope<Backup>
    }
    endpoint! {
        /// Restores a key.
        pub RestoreKey: Vault = POST "/{mount}/restore" (mount*: String) json {
            backup: String, name?: String, force?: bool,
        } -> Done
    }
    endpoint! {
        /// Removes old versions of a key.
        pub TrimKey: Vault = POST "/{mount}/keys/{name}/trim" (mount*: String, name: String) json {
            min_available_version: u64,
        } -> Done<Key>
    }
    endpoint! {
        /// Configures the cache.
        pub ConfigureCache: Vault = POST "/{mount}/cache-config" (mount*: String) json {
            size?: u64,
        } -> Done<CacheConfiguration>
    }
    endpoint! {
        /// Reads the cache configuration.
        pub ReadCacheConfiguration: Vault = GET "/{mount}/cache-config" (mount*: String) -> Envelope<CacheConfiguration>
    }
    endpoint! {
        /// Reads the public key that wraps imported keys.
        pub ReadWrappingKey: Vault = GET "/{mount}/wrapping_key" (mount*: String) -> Envelope<WrappingKey>
    }
}

model! {
    /// Response to [`ReadKey`].
    pub struct Key: Vault {
        key_type as "type": KeyType, deletion_allowed: bool, derived: bool, exportable: bool,
        allow_plaintext_backup: bool, keys: BTreeMap<String, KeyVersion>, min_decryption_version: u64,
        min_encryption_version: u64, name: String, supports_encryption: bool,
        supports_decryption: bool, supports_derivation: bool, supports_signing: bool,
        imported_key?: bool,
    }

    /// The public part of a key.
    pub struct PublicKey: Vault {
        creation_time: String, name: String, public_key: String, certificate_chain?: String,
    }

    /// Response to [`ExportKey`].
    pub struct ExportedKey: Vault { name: String, keys: BTreeMap<String, String> }

    /// Response to [`Encrypt`].
    pub struct EncryptedData: Vault { ciphertext: String }

    /// Response to [`Decrypt`].
    pub struct DecryptedData: Vault { plaintext: String }

    /// Response to [`GenerateDataKey`].
    pub struct GeneratedDataKey: Vault { plaintext?: String, ciphertext: String }

    /// Response to [`GenerateRandomBytes`].
    pub struct GeneratedRandomBytes: Vault { random_bytes: String }

    /// Response to [`Hash`].
    pub struct HashedData: Vault { sum: String }

    /// Response to [`GenerateHmac`].
    pub struct GeneratedHmac: Vault { hmac: String }

    /// Response to [`Sign`].
    pub struct SignedData: Vault { signature: String }

    /// Response to [`Verify`].
    pub struct VerifiedSignedData: Vault { valid: bool }

    /// Response to [`BackupKey`].
    pub struct Backup: Vault { backup: String }

    /// Response to [`ReadCacheConfiguration`].
    pub struct CacheConfiguration: Vault { size: u64 }

    /// Response to [`ReadWrappingKey`].
    pub struct WrappingKey: Vault { public_key: String }
}

open_enum! {
    /// Kind of a key.
    pub enum KeyType {
        Aes128Gcm96 = "aes128-gcm96", Aes256Gcm96 = "aes256-gcm96", Chacha20Poly1305 = "chacha20-poly1305",
        Ed25519 = "ed25519", EcdsaP256 = "ecdsa-p256", EcdsaP384 = "ecdsa-p384", EcdsaP521 = "ecdsa-p521",
        Rsa2048 = "rsa-2048", Rsa3072 = "rsa-3072", Rsa4096 = "rsa-4096",
    }

    /// What of a key is exported.
    pub enum ExportedKind {
        Encryption = "encryption-key", Signing = "signing-key", Hmac = "hmac-key", Public = "public-key",
        CertificateChain = "certificate-chain", Cmac = "cmac-key",
    }

    /// Whether a data key is returned in plain text, too.
    pub enum DataKeyKind { Plaintext = "plaintext", Wrapped = "wrapped" }

    /// How bytes are written as text.
    pub enum OutputFormat { Base64 = "base64", Hex = "hex" }

    /// A hash algorithm.
    pub enum HashAlgorithm {
        Sha2_224 = "sha2-224", Sha2_256 = "sha2-256", Sha2_384 = "sha2-384", Sha2_512 = "sha2-512",
        Sha3_224 = "sha3-224", Sha3_256 = "sha3-256", Sha3_384 = "sha3-384", Sha3_512 = "sha3-512",
    }

    /// How RSA signatures are padded.
    pub enum SignatureAlgorithm { Pss = "pss", Pkcs1v15 = "pkcs1v15" }

    /// How ECDSA signatures are written.
    pub enum MarshalingAlgorithm { Asn1 = "asn1", Jws = "jws" }

    /// The hash function that wrapped an imported key.
    pub enum HashFunction {
        Sha1 = "SHA1", Sha224 = "SHA224", Sha256 = "SHA256", Sha384 = "SHA384", Sha512 = "SHA512",
    }

    /// Where random bytes come from.
    pub enum RandomSource { Platform = "platform", Seal = "seal", All = "all" }
}

union! {
    /// A version of a key: when it was made, or its public part.
    pub enum KeyVersion {
        /// Of a symmetric key: seconds since 1970.
        number => Created(u64),
        /// Of an asymmetric key.
        object => Public(PublicKey),
    }
}
