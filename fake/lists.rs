//! Lists: filters, order, pages, and where the next page is.

use std::cmp::Ordering;

use http::HeaderValue;
use http::header::LINK;
use serde::Serialize;
use serde_json::Value;

use super::fields::{Fields, Kind};
use super::handler::{HandlerResult, crashed};
use super::state::StudioState;
use crate::endpoints::studio::list::{Cursor, Filters, Order};
use typed_endpoint::mock::Reply;

/// What every list takes.
pub(super) struct Listing {
    pub limit: Option<u32>,
    pub cursor: Option<Cursor>,
    pub order: Option<Order>,
    pub filters: Option<Filters>,
    pub count: Option<bool>,
}

/// The part of a list request that all of them have.
macro_rules! listing {
    ($list:expr) => {
        $crate::fake::lists::Listing {
            limit: $list.limit,
            cursor: $list.cursor.clone(),
            order: $list.order.clone(),
            filters: $list.filters.clone(),
            count: $list.count,
        }
    };
}
pub(super) use listing;

/// How a list says that there are no more pages.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LastPage {
    /// It has no link.
    Unlinked,
    /// Its link has the cursor `undefined`.
    Undefined,
    /// No page has a link.
    NeverLinked,
}

impl StudioState {
    /// Gives a page of a list. The items come oldest first; `by` is the order unless the request says otherwise.
    pub(crate) fn page<T: Serialize, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        list: &Listing,
        fields: Fields,
        by: &str,
        last: LastPage,
    ) -> HandlerResult<R> {
        let is_given = self.asked.query.split('&').any(|pair| pair.starts_with("filters=") && pair != "filters=");
        if list.filters.is_none() && is_given && !fields.is_empty() {
            return Err(Reply::error(400, "error parsing filters: SyntaxError: the filters are no JSON"));
        }
        let to_json = |item| serde_json::to_value(item).map_err(|error| Reply::error(500, error.to_string()));
        let mut items = items.into_iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
        if let Some(filters) = list.filters.as_ref().filter(|_| !fields.is_empty()) {
            filters.iter().try_for_each(|(name, wanted)| check(fields, name, wanted))?;
            items.retain(|item| filters.iter().all(|(name, wanted)| passes(name, field(item, name), wanted)));
        }
        // The newest first among equals.
        items.reverse();
        let given = list.order.clone().filter(|order| order.iter().next().is_some());
        let order = given.unwrap_or_else(|| Order::by(by).descending());
        items.sort_by(|a, b| {
            let compared = order.iter().map(|(name, descending)| {
                let ordering = compare(field(a, name), field(b, name));
                if descending { ordering.reverse() } else { ordering }
            });
            compared.fold(Ordering::Equal, Ordering::then)
        });

        let limit = list.limit.filter(|limit| *limit > 0).map_or(20, |limit| limit.min(1000)) as usize;
        let skip =
            list.cursor.as_ref().and_then(|cursor| cursor.as_str().strip_prefix("skip")?.parse().ok()).unwrap_or(0);
        let total = items.len();
        let page: Vec<_> = items.into_iter().skip(skip).take(limit).collect();
        let next = match (page.len() == limit, last) {
            (_, LastPage::NeverLinked) => None,
            (true, _) => Some(format!("skip{}", skip + limit)),
            (false, LastPage::Undefined) => Some("undefined".to_owned()),
            (false, LastPage::Unlinked) => None,
        };
        let mut reply = Reply::json(200, &page);
        if let Some(link) = next.and_then(|cursor| HeaderValue::try_from(self.link(&cursor)).ok()) {
            reply.headers.insert(LINK, link);
        }
        if list.count == Some(true) {
            reply.headers.insert("x-total-count", HeaderValue::from(total));
        }
        Err(reply)
    }

    fn link(&self, cursor: &str) -> String {
        let asked = &self.asked;
        let host = self.settings.link_host.as_deref().unwrap_or(&asked.origin);
        let others = asked.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: String = others.map(|pair| format!("&{pair}")).collect();
        format!("<{host}{}?cursor={cursor}{query}>; rel=\"next\"", asked.path)
    }
}

/// A field by the name that filters and orders have for it.
fn field<'a>(item: &'a Value, name: &str) -> &'a Value {
    const DEEPER: &[(&str, &str)] = &[
        ("phase", "/status/phase"),
        ("updatedAt", "/status/updatedAt"),
        ("cid", "/storage/ipfs/cid"),
        ("nftMetadataCid", "/storage/ipfs/nftMetadata/cid"),
        ("sourceType", "/source/type"),
        ("sourceUrl", "/source/url"),
        ("sourceSessionId", "/source/sessionId"),
        ("sourceAssetId", "/source/assetId"),
        ("sourcePlaybackId", "/source/playbackId"),
        ("creatorId", "/creatorId/value"),
        ("statusCode", "/response/status"),
        ("pull.source", "/pull/source"),
    ];
    let deeper = DEEPER.iter().find(|(own, _)| *own == name).and_then(|(_, path)| item.pointer(path));
    deeper.or_else(|| item.get(name)).unwrap_or(&Value::Null)
}

/// Whether a list can be filtered so.
fn check(fields: Fields, name: &str, wanted: &Value) -> HandlerResult<()> {
    let Some((_, kind)) = fields.iter().find(|(own, _)| *own == name) else {
        return Err(Reply::error(400, format!("error parsing filters: Error: unknown field: \"{name}\"")));
    };
    let values = wanted.as_object().map_or_else(|| vec![wanted], |bounds| bounds.values().collect());
    if *kind == Kind::Flag && !wanted.is_boolean() {
        let message =
            format!("error parsing filters: Error: expected boolean value for field \"{name}\", got: {wanted}");
        return Err(Reply::error(400, message));
    }
    let is_unknown = |how: &&String| !["gt", "gte", "lt", "lte"].contains(&how.as_str());
    let bounds = wanted.as_object().filter(|_| *kind == Kind::Number);
    if let Some(how) = bounds.and_then(|bounds| bounds.keys().find(is_unknown)) {
        return Err(Reply::error(400, format!("error parsing filters: Error: unknown comparison: \"{how}\"")));
    }
    let has_nul = values.iter().any(|value| value.as_str().is_some_and(|text| text.contains('\0')));
    let is_no_number = |value: &&Value| value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_err());
    if has_nul || (*kind == Kind::Number && values.iter().any(is_no_number)) {
        return Err(crashed());
    }
    Ok(())
}

fn passes(name: &str, value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (value, Value::Object(bounds)) => bounds.iter().all(|(how, bound)| {
            let ordering = compare(value, bound);
            match how.as_str() {
                "gt" => ordering.is_gt(),
                "gte" => ordering.is_ge(),
                "lt" => ordering.is_lt(),
                "lte" => ordering.is_le(),
                _ => false,
            }
        }),
        (Value::String(text), Value::String(part)) if name == "name" => {
            text.to_lowercase().contains(&part.to_lowercase())
        }
        // A flag that was never set is missing.
        (Value::Null, Value::Bool(wanted)) => !wanted,
        (value, wanted) => value == wanted || compare_numbers(value, wanted) == Some(Ordering::Equal),
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    if let Some(ordering) = compare_numbers(a, b) {
        return ordering;
    }
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => b.is_null().cmp(&a.is_null()),
    }
}

fn compare_numbers(a: &Value, b: &Value) -> Option<Ordering> {
    a.as_f64()?.partial_cmp(&b.as_f64()?)
}
