//! What the test runs: PostgreSQL, workers, and a Studio that kills them.

pub mod postgres;
pub mod studio;
pub mod workers;
