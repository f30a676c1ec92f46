//! JSON-RPC, as nodes of Ethereum have it: one path, methods in the body, errors with status 200, batches.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use typed_endpoint::{Api, Case, codec, model, operations};

/// A node of Ethereum.
#[derive(Clone, Copy, Debug)]
pub enum Ethereum {}

impl Api for Ethereum {
    const NAME: &'static str = "Ethereum";
    const SERVERS: &'static [&'static str] = &["http://localhost:8545"];
    const CASE: Case = Case::Camel;
    type Error = Failure;

    /// An object with an error, but not a batch, whose parts have errors of their own.
    fn error_status(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
        let failure: Failure = codec::from_json(std::str::from_utf8(body).ok()?).ok()?;
        match failure.error.code {
            0 => None,
            -32601 => Some(StatusCode::NOT_IMPLEMENTED),
            -32005 => Some(StatusCode::TOO_MANY_REQUESTS),
            _ => Some(StatusCode::BAD_REQUEST),
        }
    }
}

operations! {
    endpoint! {
        /// The number of the newest block.
        pub BlockNumber: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_blockNumber",
            const params: Vec<u32> = [],
        } -> Reply<String>, retryable
    }
    endpoint! {
        /// The number of the chain.
        pub ChainId: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_chainId",
            const params: Vec<u32> = [],
        } -> Reply<String>, retryable
    }
    endpoint! {
        /// The accounts that the node has keys of.
        pub Accounts: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_accounts",
            const params: Vec<u32> = [],
        } -> Reply<Vec<String>>, retryable
    }
    endpoint! {
        /// What an account holds, at a block: parameters have places.
        pub Balance: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_getBalance",
            params: [String; 2],
        } -> Reply<String>, retryable
    }
    endpoint! {
        /// A block, with the hashes of its transactions or with all of them.
        pub GetBlock: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_getBlockByNumber",
            params: Vec<Value>,
        } -> Reply<Option<Block>>, retryable
    }
    endpoint! {
        /// Sends money: not to be sent twice.
        pub SendTransaction: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            const id: u32 = 1,
            const method: String = "eth_sendTransaction",
            params: Vec<Transaction>,
        } -> Reply<String>
    }
    endpoint! {
        /// Any method.
        pub Call: Ethereum = POST "/" json {
            const jsonrpc: String = "2.0",
            id: u64,
            method: String,
            params?: Vec<Value>,
        } -> Reply<Value>
    }
    endpoint! {
        /// Several methods at once.
        pub Batch: Ethereum = POST "/" json(calls: Vec<One>) -> Vec<Part>
    }
}

model! {
    /// A successful response.
    pub struct Reply<T>: Ethereum {
        id?: Value,
        result: T,
    }

    /// A block.
    pub struct Block: Ethereum {
        number: String,
        hash: String,
        parent_hash: String,
        transactions?: Vec<Value>,
    }

    /// A transfer.
    pub struct Transaction: Ethereum, input {
        from: String,
        to: String,
        value: String,
    }

    /// A part of a batch.
    pub struct One: Ethereum, input {
        jsonrpc: String,
        id: u64,
        method: String,
        params: Vec<Value>,
    }

    /// The response to a part.
    pub struct Part: Ethereum {
        id: u64,
        result?: Value,
        error?: FailureDetail,
    }

    /// Why a request has failed.
    pub struct Failure: Ethereum {
        error: FailureDetail,
    }

    /// What exactly.
    pub struct FailureDetail: Ethereum {
        code: i64,
        message: String,
        data?: Value,
    }
}

crate::errors::json_error!(Failure, |failure| failure.error.message.clone());
