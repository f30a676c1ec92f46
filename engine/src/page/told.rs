//! Where the next page of a list begins, as its API says.

use http::HeaderMap;

use super::{Page, Paginated};
use crate::api::Api;
use crate::call::Call;
use crate::codec::DecodeError;
use crate::endpoint::Paging;
use crate::link::{next_link, query_param};

/// What the body and the headers of a page say of the next one; `None` if nothing.
pub(super) fn told<E: Paginated>(page: &E::Response, headers: &HeaderMap) -> Result<Option<String>, DecodeError> {
    let told = match page.next_cursor() {
        Some(cursor) => Some(cursor),
        None => told_by_headers::<E>(headers)?,
    };
    match (page.has_more(), told) {
        (Some(false), _) => Ok(None),
        (Some(true), None) => {
            Err(DecodeError::custom("it says that the list has more items, but not where the next page begins"))
        }
        (_, told) => Ok(told),
    }
}

/// What the headers say of it.
pub(super) fn told_by_headers<E: Paginated>(headers: &HeaderMap) -> Result<Option<String>, DecodeError> {
    if E::OPERATION.paged == Some(Paging::Link) {
        return Ok(next_link(headers));
    }
    match E::OPERATION.cursor.and_then(|_| next_link(headers)) {
        // The parameter is the operation's own.
        Some(url) => {
            let name = E::OPERATION.cursor_name(<E::Api as Api>::CURSOR);
            query_param(&url, name).map(Some).ok_or_else(|| {
                DecodeError::custom(format!("it links to a next page, but the link has no parameter `{name}`"))
            })
        }
        None => <E::Api as Api>::next_cursor(headers),
    }
}

/// The position that stands for it: a link as an absolute URL, seen from the page that it is in.
pub(super) fn position_of<E: Paginated>(
    call: &Call<E>,
    here: Option<&str>,
    told: String,
) -> Result<String, DecodeError> {
    match E::OPERATION.paged {
        Some(Paging::Link) => call.linked(here, &told).map_err(DecodeError::custom),
        _ => Ok(told),
    }
}
