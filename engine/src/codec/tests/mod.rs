//! The codec against models of every kind.

mod describing;
mod differential;
mod formats;
mod models;
mod reading;
mod skipping;
mod writing;
