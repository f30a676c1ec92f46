//! The methods of HTTP.

macro_rules! methods {
    ($($name:ident = $method:literal),* $(,)?) => {
        /// The methods that a declaration can name without quotes, so that the compiler finds a misspelled one.
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Debug)]
        pub enum Methods {}

        #[allow(missing_docs)]
        impl Methods {
            $(pub const $name: &'static str = $method;)*
        }
    };
}

// Those that IANA lists, and what servers of secrets (Vault) and caches (Varnish) have besides.
methods! {
    ACL = "ACL", BAN = "BAN", BIND = "BIND", CHECKIN = "CHECKIN", CHECKOUT = "CHECKOUT", COPY = "COPY", DELETE = "DELETE",
    GET = "GET", HEAD = "HEAD", LABEL = "LABEL", LINK = "LINK", LIST = "LIST", LOCK = "LOCK", MERGE = "MERGE",
    MKACTIVITY = "MKACTIVITY", MKCALENDAR = "MKCALENDAR", MKCOL = "MKCOL", MKREDIRECTREF = "MKREDIRECTREF",
    MKWORKSPACE = "MKWORKSPACE", MOVE = "MOVE", OPTIONS = "OPTIONS", ORDERPATCH = "ORDERPATCH", PATCH = "PATCH", POST = "POST",
    PROPFIND = "PROPFIND", PROPPATCH = "PROPPATCH", PURGE = "PURGE", PUT = "PUT", QUERY = "QUERY", REBIND = "REBIND",
    REPORT = "REPORT", SEARCH = "SEARCH", TRACE = "TRACE", UNBIND = "UNBIND", UNCHECKOUT = "UNCHECKOUT", UNLINK = "UNLINK",
    UNLOCK = "UNLOCK", UPDATE = "UPDATE", UPDATEREDIRECTREF = "UPDATEREDIRECTREF",
}

/// A method that a declaration names in quotes.
#[doc(hidden)]
pub const fn method(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "the method is empty");
    let mut at = 0;
    while at < bytes.len() {
        let is_part = bytes[at].is_ascii_uppercase() || bytes[at].is_ascii_digit() || matches!(bytes[at], b'-' | b'_');
        assert!(is_part, "a method consists of capital letters, digits, `-` and `_`");
        at += 1;
    }
    name
}

/// Whether a request by this method changes nothing on the server, as the HTTP standard defines.
pub(crate) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PROPFIND" | "QUERY" | "REPORT" | "SEARCH")
}

/// Whether such a request may be carried out twice unless the declaration says otherwise.
pub(super) const fn is_retryable(method: &str) -> bool {
    matches!(method.as_bytes(), b"GET" | b"HEAD" | b"PUT" | b"DELETE" | b"OPTIONS")
}
