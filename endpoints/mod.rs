//! The APIs of Livepeer, one folder an API and one file a resource: the declarations of its operations first, their
//! models below. What is built on them lives in `src/`.

pub(crate) mod ai;
pub mod daydream;
#[cfg(feature = "network")]
pub(crate) mod network;
pub(crate) mod prelude;
pub(crate) mod studio;
