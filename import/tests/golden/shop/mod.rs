//! Shop API, declared.

use typed_endpoint::{Api, Auth, Case};

use types::Failure;

pub mod files;
#[allow(deprecated)]
pub mod orders;
pub mod pictures;
pub mod types;

/// A shop of everything. See its docs.
#[derive(Clone, Copy, Debug)]
pub enum Shop {}

impl Api for Shop {
    const NAME: &'static str = "Shop API";
    const VERSION: &'static str = "2.4";
    const SERVERS: &'static [&'static str] = &["https://eu.shop.example/v2"];
    const CASE: Case = Case::Camel;
    const AUTH: Auth = Auth::Header("X-Shop-Token");
    type Error = Failure;
}
