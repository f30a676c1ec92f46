//! An API crate next to the engine: it uses the engine's macros as anyone's crate does. The tests call it, and the mistakes
//! in `tests/ui` are mistakes in declarations of its APIs.

pub mod depot;
pub mod library;
