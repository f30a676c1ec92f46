//! JavaScript's global scope.

use js_sys::{Function, Reflect, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};

/// Whether this runs in a page of a browser, or in a worker of one. Both have an address, from which anybody can load the same
/// code; servers and edge workers have none. Deno gives its workers one all the same.
///
/// `WorkerGlobalScope` does not tell: edge workers have it, too, and so has a page's worker. Nor does the name in `navigator`:
/// programs that show pages choose their own.
pub(crate) fn is_page() -> bool {
    has("location") && !has("Deno")
}

/// Whether the global scope has something of this name.
pub(crate) fn has(name: &str) -> bool {
    Reflect::get(&global(), &name.into()).is_ok_and(|value| !value.is_undefined())
}

/// Whether the browser knows that there is no network.
pub(crate) fn is_offline() -> bool {
    let navigator = Reflect::get(&global(), &"navigator".into()).unwrap_or_default();
    Reflect::get(&navigator, &"onLine".into()).is_ok_and(|online| online == JsValue::FALSE)
}

/// Calls a function of the global scope.
pub(crate) fn call(name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let global = global();
    Reflect::get(&global, &name.into())?.dyn_into::<Function>()?.call1(&global, argument)
}

/// An error as text.
pub(crate) fn text_of(error: &JsValue) -> String {
    let text = |name: &str| Reflect::get(error, &name.into()).ok().and_then(|text| text.as_string());
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => format!("{error:?}"),
    }
}

/// Random bits. WebAssembly itself has none, so that `std` and `fastrand` would give the same in every page.
pub(crate) fn random() -> Option<u128> {
    let crypto = Reflect::get(&global(), &"crypto".into()).ok()?;
    let fill = Reflect::get(&crypto, &"getRandomValues".into()).ok()?.dyn_into::<Function>().ok()?;
    let bytes = Uint8Array::new_with_length(16);
    fill.call1(&crypto, &bytes).ok()?;
    Some(u128::from_le_bytes(bytes.to_vec().try_into().ok()?))
}

/// Makes back-offs of different pages differ.
pub(crate) fn seed() {
    if let Some(random) = random() {
        // Half of it is enough.
        fastrand::seed(random as u64);
    }
}
