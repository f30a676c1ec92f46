//! What handlers give, and what many of them do.

use typed_endpoint::mock::Reply;

/// What a handler gives: the response, or an error response.
pub(super) type Answer<T> = Result<T, Reply>;

pub(super) fn not_found() -> Reply {
    Reply::error(404, "not found")
}

/// The first that is it, or 404.
pub(super) fn find<T>(items: &mut [T], is_it: impl Fn(&T) -> bool) -> Answer<&mut T> {
    items.iter_mut().find(|item| is_it(item)).ok_or_else(not_found)
}

/// Takes the first that is it out of the list, or 404.
pub(super) fn remove<T>(items: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Answer<T> {
    let at = items.iter().position(is_it).ok_or_else(not_found)?;
    Ok(items.remove(at))
}

/// The response for something that was made.
pub(super) fn created<T, R>(value: &T) -> Answer<R>
where
    T: serde::Serialize,
{
    Err(Reply::json(201, value))
}
