//! What the compiler refuses in a declaration: the facts of an operation are a constant, and these run while it is made.

use super::field::{Field, Place};
use super::operation::{Operation, Paging};

/// Refuses a list whose cursor, a parameter of this name, could not be written into the request.
pub(super) const fn cursor(operation: &Operation, name: &str) {
    let Operation { method, fields, .. } = *operation;
    if operation.cursor.is_some() || matches!(operation.paged, Some(Paging::Link)) {
        return;
    }
    let mut bodiless = same(method.as_bytes(), b"GET");
    let mut at = 0;
    while at < fields.len() {
        bodiless = bodiless && matches!(fields[at].place, Place::Path | Place::Query | Place::Header);
        at += 1;
    }
    assert!(
        bodiless || cursor_field(fields, name).is_some(),
        "a list that is no plain GET declares the field that takes the cursor: the one with the name `Api::CURSOR`"
    );
}

/// The field that a path begins with, by its name in Rust; a member of it only where there is JSON.
pub(super) const fn named_field(fields: &[Field], path: &str) -> Option<usize> {
    let path = path.as_bytes();
    let mut len = 0;
    while len < path.len() && path[len] != b'.' {
        len += 1;
    }
    let mut at = 0;
    while at < fields.len() {
        let has_place = !matches!(fields[at].place, Place::Path | Place::Body);
        let has_member = len == path.len() || matches!(fields[at].place, Place::Json | Place::JsonBody);
        if has_place && has_member && !fields[at].copy && same(fields[at].rust.as_bytes(), path.split_at(len).0) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The field that takes the cursor, wherever it stands in the request.
pub(crate) const fn cursor_field(fields: &[Field], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < fields.len() {
        let takes = !fields[at].copy && !matches!(fields[at].place, Place::Path | Place::JsonBody | Place::Body);
        if takes && same(fields[at].name.as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Refuses wire names that JSON would have to escape, and two fields of one place with the same name.
pub(super) const fn names(fields: &[Field]) {
    let mut at = 0;
    while at < fields.len() {
        let name = fields[at].name.as_bytes();
        let mut byte = 0;
        while byte < name.len() {
            let plain = name[byte] >= b' ' && name[byte] != b'"' && name[byte] != b'\\';
            assert!(plain, "a wire name has a quote, a backslash or a control character");
            byte += 1;
        }
        let mut other = 0;
        while other < at {
            let same_place = fields[other].place as u8 == fields[at].place as u8;
            assert!(
                !same_place || !same(fields[other].name.as_bytes(), name),
                "two fields have the same name on the wire"
            );
            other += 1;
        }
        at += 1;
    }
}

/// Refuses a template that does not name every path parameter. (The other direction, a name in the
/// template that is no parameter, the compiler finds itself: the macro passes the template to `format_args!`.)
pub(super) const fn path(path: &str, fields: &[Field]) {
    assert!(
        !path.is_empty() && (path.as_bytes()[0] == b'/' || is_url(path)),
        "a path starts with `/`, or is one parameter that holds the whole URL: `{{url}}`"
    );
    let mut at = 0;
    let mut parameters = 0;
    let mut slashes = 0;
    while at < fields.len() {
        if matches!(fields[at].place, Place::Path) {
            parameters += 1;
            slashes += fields[at].slashes as usize;
            assert!(
                has_parameter(path.as_bytes(), fields[at].rust.as_bytes()),
                "a path parameter is declared in `(…)` but not named in the path"
            );
        }
        at += 1;
    }
    let mut named = 0;
    at = 0;
    while at < path.len() {
        if path.as_bytes()[at] == b'{' {
            named += 1;
        }
        at += 1;
    }
    assert!(named == parameters, "the path names a parameter that is not declared in `(…)` after it");
    assert!(
        slashes < 2,
        "two parameters of a path keep their slashes, and no server could tell where one ends: only one may have `*`"
    );
}

/// Whether a path is nothing but a parameter, which then holds the whole URL.
pub(super) const fn is_url(path: &str) -> bool {
    let path = path.as_bytes();
    if path.len() < 3 || path[0] != b'{' {
        return false;
    }
    let mut at = 0;
    while at + 1 < path.len() && path[at] != b'}' {
        at += 1;
    }
    at + 1 == path.len()
}

/// Refuses a request with two bodies.
pub(super) const fn body(fields: &[Field]) {
    let mut at = 0;
    let mut body = None;
    while at < fields.len() {
        let place = fields[at].place;
        at += 1;
        if matches!(place, Place::Path | Place::Query | Place::Header) {
            continue;
        }
        let whole = matches!(place, Place::JsonBody | Place::Body);
        match body {
            Some(other) => assert!(other as u8 == place as u8 && !whole, "a request has one body"),
            None => body = Some(place),
        }
    }
}

/// Refuses a status that two responses have.
pub(super) const fn statuses(statuses: &[u16]) {
    let mut at = 0;
    while at < statuses.len() {
        assert!(statuses[at] >= 200 && statuses[at] < 600, "a response has a status of 200 to 599");
        let mut other = 0;
        while other < at {
            assert!(statuses[other] != statuses[at], "two responses have the same status");
            other += 1;
        }
        at += 1;
    }
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn has_parameter(path: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while at < path.len() {
        if path[at] == b'{' && at + name.len() + 1 < path.len() && path[at + name.len() + 1] == b'}' {
            let mut same = 0;
            while same < name.len() && path[at + 1 + same] == name[same] {
                same += 1;
            }
            if same == name.len() {
                return true;
            }
        }
        at += 1;
    }
    false
}
