//! Requests by pages of other origins, as Studio treats them: an API key is accepted only from the origins that it names.

use http::request::Parts;
use livepeer::mock::Reply;

use super::accounts::Account;

/// Paths that pages of every origin may call.
const OPEN: [&str; 5] = ["/playback/", "/asset/upload/direct", "/asset/upload/tus", "/hls/", "/recordings/"];

/// The origin of a request that comes from a page of another origin.
pub fn foreign_origin(parts: &Parts) -> Option<String> {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let origin = header("origin")?;
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    (Some(host) != header("host")).then(|| origin.to_owned())
}

fn is_open(path: &str) -> bool {
    let path = path.strip_prefix("/api").unwrap_or(path);
    OPEN.iter().any(|start| path.starts_with(start))
}

/// The response in place of serving a request: to the question whether it may be sent, or that it may not.
pub fn instead(parts: &Parts, origin: &str, account: &Account) -> Option<Reply> {
    if parts.method == http::Method::OPTIONS {
        let asked = parts.headers.get("access-control-request-headers").and_then(|value| value.to_str().ok());
        let reply = Reply::status(204)
            .header("access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
            .header("access-control-allow-headers", asked.unwrap_or("*"));
        return Some(allow(reply, origin));
    }
    let is_allowed = is_open(parts.uri.path())
        || !parts.headers.contains_key("authorization")
        || account.origins.iter().any(|own| own == "*" || own == origin);
    (!is_allowed).then(|| Reply::error(403, format!("credential disallows CORS access from origin {origin}")))
}

/// Lets the page read a response.
pub fn allow(mut reply: Reply, origin: &str) -> Reply {
    // Uploads and the film are open by themselves.
    if reply.headers.contains_key("access-control-allow-origin") {
        return reply;
    }
    reply = reply.header("access-control-allow-origin", origin).header("access-control-allow-credentials", "true");
    reply.header("access-control-expose-headers", "*").header("vary", "Origin")
}
