//! The time, where WebAssembly has none of `std`'s.

use std::time::SystemTime;

#[cfg(not(target_family = "wasm"))]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(target_family = "wasm")]
pub(crate) fn now() -> SystemTime {
    web_time::web::SystemTimeExt::to_std(web_time::SystemTime::now())
}
