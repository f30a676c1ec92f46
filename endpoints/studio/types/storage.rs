//! How files are encrypted, stored and exported.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use typed_endpoint::DecodeError;
use typed_endpoint::codec::{Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer};

use super::{Studio, TaskId};
use typed_endpoint::{IntoField, Secret, model, open_enum, serde_via_codec};

model! {
    /// How an uploaded file is encrypted (AES-256-CBC with PKCS#7 padding, the IV in front).
    pub struct Encryption: Studio, input {
        /// The file's key, itself encrypted with Studio's public key, in base64.
        encrypted_key: Secret,
        /// What the server shows in place of the key: `***`.
        key?: Secret,
    }

    /// The task that an operation has started.
    pub struct TaskRef: Studio {
        /// Its id.
        id: TaskId,
    }

    /// What goes to IPFS in addition to the file.
    pub struct IpfsSpec: Studio, input {
        /// Template of the NFT metadata (default: [`file`](NftMetadataTemplate::File)).
        nft_metadata_template?: NftMetadataTemplate,
        /// Anything, merged deeply into the NFT metadata that the server makes.
        nft_metadata?: Map<String, Value>,
    }

    /// Asks for an export to IPFS, with its details.
    pub struct IpfsStorage: Studio, input {
        /// What goes there (default: the file and plain metadata).
        spec?: IpfsSpec,
    }

    /// Where else an asset shall be stored.
    pub struct Storage: Studio, input {
        /// Whether and how the asset goes to IPFS.
        ipfs?: StorageIpfs,
    }

    /// How a file is exported to IPFS.
    pub struct IpfsExport: Studio, input {
        /// Template of the NFT metadata (default: [`file`](NftMetadataTemplate::File)).
        nft_metadata_template?: NftMetadataTemplate,
        /// Anything, merged deeply into the NFT metadata that the server makes.
        nft_metadata?: Map<String, Value>,
        /// Your own account at the pinning service Piñata (default: Studio's).
        pinata?: Pinata,
    }

    /// An account at the pinning service Piñata: a token, or a key and its secret.
    pub struct Pinata: Studio, input {
        /// Token.
        jwt?: Secret,
        /// Key.
        api_key?: Secret,
        /// Secret of the key.
        api_secret?: Secret,
    }

    /// Exports a file to a URL.
    pub struct CustomExport: Studio, input {
        /// Where to send the file, such as a pre-signed URL (which is why it is a secret).
        url: Secret [starts_with = "http://" | "https://"] [sample = "https://example.com/secret-url"],
        /// HTTP method (default: `PUT`).
        method?: String [sample = "PUT"],
        /// HTTP headers to send.
        headers?: BTreeMap<String, Secret>,
    }

    /// Where to export an asset: exactly one of these is set.
    pub struct ExportParams: Studio, one_of {
        /// To a URL.
        custom?: CustomExport,
        /// To IPFS.
        ipfs?: IpfsExport,
    }
}

impl Pinata {
    /// An account given by a token.
    pub fn with_jwt(jwt: impl Into<Secret>) -> Self {
        Self::new().jwt(jwt.into())
    }

    /// An account given by a key and its secret.
    pub fn with_key(api_key: impl Into<Secret>, api_secret: impl Into<Secret>) -> Self {
        Self::new().api_key(api_key.into()).api_secret(api_secret.into())
    }
}

impl From<CustomExport> for ExportParams {
    fn from(custom: CustomExport) -> Self {
        Self::new().custom(custom)
    }
}

impl From<IpfsExport> for ExportParams {
    fn from(ipfs: IpfsExport) -> Self {
        Self::new().ipfs(ipfs)
    }
}

open_enum! {
    /// Template of the metadata of an NFT.
    pub enum NftMetadataTemplate {
        /// Refers to the file.
        File = "file",
        /// Embeds a player.
        Player = "player",
    }
}

/// Whether an asset goes to IPFS: `true` is all it takes, an [`IpfsStorage`] gives details.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StorageIpfs {
    /// Export with the defaults (`true`); `false` would remove it, which the server cannot do yet.
    Enabled(bool),
    /// Export with these details.
    Custom(IpfsStorage),
    /// A form that this version does not know.
    Other(Value),
}

impl Default for StorageIpfs {
    fn default() -> Self {
        Self::Enabled(false)
    }
}

impl From<bool> for StorageIpfs {
    fn from(enabled: bool) -> Self {
        Self::Enabled(enabled)
    }
}

impl From<IpfsStorage> for StorageIpfs {
    fn from(details: IpfsStorage) -> Self {
        Self::Custom(details)
    }
}

impl IntoField<StorageIpfs> for bool {
    fn into_field(self) -> StorageIpfs {
        self.into()
    }
}

impl IntoField<StorageIpfs> for IpfsStorage {
    fn into_field(self) -> StorageIpfs {
        self.into()
    }
}

impl Encode for StorageIpfs {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Enabled(enabled) => writer.bool(*enabled),
            Self::Custom(details) => details.encode(writer),
            Self::Other(value) => value.encode(writer),
        }
    }
}

impl Field for StorageIpfs {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.kind() {
            Kind::Bool => Self::Enabled(reader.read()?),
            Kind::Object => Self::Custom(reader.read()?),
            _ => Self::Other(reader.read()?),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(2) {
            0 => Self::Enabled(true),
            _ => Self::Custom(sampler.sample()),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([bool::schema(schemas), IpfsStorage::schema(schemas)])
    }
}

serde_via_codec!(StorageIpfs);
