//! What handlers give, and what many of them do.

use typed_endpoint::mock::Reply;

/// What a handler gives: the response, or an error response.
pub(super) type HandlerResult<T> = Result<T, Reply>;

pub(super) fn not_found() -> Reply {
    Reply::error(404, "not found")
}

/// The server's response where its own code fails, even because of the client's mistake, with this class of JavaScript.
pub(super) fn crashed(class: &str) -> Reply {
    Reply::error(500, format!("Internal server error: {class}"))
}

/// The server's response where its database refuses a statement.
pub(super) fn database_failed() -> Reply {
    crashed("error")
}

/// The database fails with a NUL in a text.
pub(super) fn check_text(text: &str) -> HandlerResult<()> {
    if text.contains('\0') { Err(database_failed()) } else { Ok(()) }
}

/// The first that is it, or 404.
pub(super) fn find<T>(items: &mut [T], is_it: impl Fn(&T) -> bool) -> HandlerResult<&mut T> {
    items.iter_mut().find(|item| is_it(item)).ok_or_else(not_found)
}

/// Takes the first that is it out of the list, or 404.
pub(super) fn remove<T>(items: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> HandlerResult<T> {
    let at = items.iter().position(is_it).ok_or_else(not_found)?;
    Ok(items.remove(at))
}

/// The response for something that was there already, of an operation that usually makes it.
pub(super) fn already_there<T, R>(value: &T) -> HandlerResult<R>
where
    T: serde::Serialize,
{
    Err(Reply::json(200, value))
}
