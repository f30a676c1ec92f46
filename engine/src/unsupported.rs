//! Features that WebAssembly cannot have: an error for each, before those of what they bring.

macro_rules! unsupported {
    ($($feature:literal: $words:literal;)+) => {$(
        #[cfg(feature = $feature)]
        compile_error!(concat!("the feature `", $feature, "` does not work on WebAssembly: ", $words));
    )+};
}

unsupported! {
    "reqwest": "use the feature `fetch` instead, with `default-features = false` (`rustls`, a default, brings `reqwest`; so do \
                `native-tls`, `aws-lc`, `webpki-roots` and `http2`)";
    "tokio": "timers and tasks are JavaScript's there. `mock`, `replay`, `reqwest`, and features of crates that build on this one bring it";
    "blocking": "a page must not block. Calls are async";
}

#[cfg(all(feature = "fetch", not(target_os = "unknown")))]
compile_error!("the feature `fetch` is for the target wasm32-unknown-unknown: there is no JavaScript here");
