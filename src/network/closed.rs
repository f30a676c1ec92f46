//! Why a session is over.

use std::fmt;

/// Why a session is over, or will be soon because it is not paid for any longer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// By this client: the [`Session`](super::Session) was closed or dropped. Calls of a client that
    /// [`Session::client`](super::Session::client) has made fail with it afterwards.
    ByUs,
    /// The orchestrator does not know it any longer: it was stopped, or its credit was used up.
    Ended,
    /// The orchestrator does not know its runner any longer, or the runner takes no calls.
    RunnerGone,
    /// The signer has no more money for it.
    InsufficientBalance(String),
    /// The price is now above what may be paid.
    PriceTooHigh(String),
    /// The signer makes no more payments for it, with this reason.
    SignerRefused(String),
    /// The orchestrator does not accept its payments, with this reason.
    PaymentRefused(String),
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByUs => f.write_str("it was closed by this client"),
            Self::Ended => f.write_str("it was stopped, or its credit was used up"),
            Self::RunnerGone => f.write_str("its runner is gone"),
            Self::InsufficientBalance(reason) => write!(f, "there is not enough money ({reason})"),
            Self::PriceTooHigh(reason) => write!(f, "its price is too high ({reason})"),
            Self::SignerRefused(reason) => write!(f, "the signer does not pay for it ({reason})"),
            Self::PaymentRefused(reason) => write!(f, "its payments are not accepted ({reason})"),
        }
    }
}
