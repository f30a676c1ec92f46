//! What handlers give, and what many of them do.

use typed_endpoint::mock::Reply;

/// What a handler gives: the response, or an error response.
pub(super) type HandlerResult<T> = Result<T, Reply>;

pub(super) fn not_found() -> Reply {
    Reply::error(404, "not found")
}

/// The server's response where its own code fails, even because of the client's mistake.
pub(super) fn crashed() -> Reply {
    Reply::error(500, "Internal server error: Error")
}

/// The database fails with a NUL in a text.
pub(super) fn check_text(text: &str) -> HandlerResult<()> {
    if text.contains('\0') { Err(crashed()) } else { Ok(()) }
}

/// An error of the server's schema checker: of the field at a path such as `/pull/source`, by a rule.
pub(super) fn invalid(path: &str, keyword: &str, params: serde_json::Value, message: &str) -> Reply {
    Reply::error(422, schema_error(path, keyword, params, message))
}

/// What the schema checker says, which is JSON.
pub(super) fn schema_error(path: &str, keyword: &str, params: serde_json::Value, message: &str) -> String {
    let error = serde_json::json!({
        "instancePath": path,
        "schemaPath": format!("#/properties{path}/{keyword}"),
        "keyword": keyword,
        "params": params,
        "message": message,
    });
    error.to_string()
}

/// Refuses what does not begin with one of these schemes.
pub(super) fn check_scheme(path: &str, url: &str, schemes: &[&str], pattern: &str) -> HandlerResult<()> {
    match url.split_once("://").is_some_and(|(scheme, _)| schemes.contains(&scheme)) {
        true => Ok(()),
        false => {
            let message = format!("must match pattern \"{pattern}\"");
            Err(invalid(path, "pattern", serde_json::json!({ "pattern": pattern }), &message))
        }
    }
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
