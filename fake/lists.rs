//! Lists: filters, order, pages, and where the next page is.

use std::cmp::Ordering;

use http::HeaderValue;
use http::header::LINK;
use serde::Serialize;
use serde_json::Value;

use super::fields::{Fields, Kind};
use super::handler::{HandlerResult, database_failed};
use super::json_error::json_error;
use super::query::Query;
use super::state::StudioState;
use typed_endpoint::mock::Reply;

/// A list of the API.
#[derive(Clone, Copy)]
pub(super) struct List {
    /// What it can be filtered and ordered by; none: it ignores filters, order and count.
    pub fields: Fields,
    /// The order unless the request has one, as a request writes it; none: by id.
    pub order: &'static str,
    pub last: LastPage,
}

/// How a list says that there are no more pages.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LastPage {
    /// It has no link.
    Unlinked,
    /// Its link has the cursor `undefined`, if there is anything on the page.
    Undefined,
    /// No page has a link.
    NeverLinked,
}

impl StudioState {
    /// Gives the page of a list that the request asks for.
    pub(crate) fn page<T: Serialize, R>(&self, items: impl IntoIterator<Item = T>, list: List) -> HandlerResult<R> {
        let query = &self.asked.query;
        let to_json = |item| serde_json::to_value(item).map_err(|error| Reply::error(500, error.to_string()));
        let mut items = items.into_iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
        // The newest first among equals.
        items.reverse();
        let mut order = Vec::new();
        if !list.fields.is_empty() {
            for filter in filters(list.fields, query)? {
                items.retain(|item| filter.passes(item));
            }
            order = parse_order(list.fields, query.get("order").unwrap_or(list.order));
        } else if !list.order.is_empty() {
            order = vec![(list.order, Kind::Number, true)];
        }
        if order.is_empty() {
            order.push(("id", Kind::Plain, false));
        }
        items.sort_by(|a, b| {
            let compared = order.iter().map(|(name, kind, descending)| compare(a, b, name, *kind, *descending));
            compared.fold(Ordering::Equal, Ordering::then)
        });

        let limit = query.number("limit").filter(|limit| *limit > 0).unwrap_or(20).min(1000);
        let limit = usize::try_from(limit).unwrap_or_default();
        let skip = match query.get("cursor") {
            None => 0,
            Some(cursor) if cursor.contains("skip") => {
                cursor.replacen("skip", "", 1).parse().map_err(|_| database_failed())?
            }
            // Any other cursor is an id, such as that of the end of some lists: `undefined`.
            Some(cursor) => {
                items.retain(|item| item["id"].as_str().is_some_and(|id| id > cursor));
                0
            }
        };
        let total = items.len();
        let page: Vec<_> = items.into_iter().skip(skip).take(limit).collect();
        let next = match (page.len() == limit, list.last) {
            (_, LastPage::NeverLinked) => None,
            (true, _) => Some(format!("skip{}", skip + limit)),
            (false, LastPage::Undefined) if !page.is_empty() => Some("undefined".to_owned()),
            (false, _) => None,
        };
        let mut reply = Reply::json(200, &page);
        if let Some(link) = next.and_then(|cursor| HeaderValue::try_from(self.link(&cursor)).ok()) {
            reply.headers.insert(LINK, link);
        }
        // The database counts in each row.
        if query.has("count") && !list.fields.is_empty() && !page.is_empty() {
            reply.headers.insert("x-total-count", HeaderValue::from(total));
        }
        Err(reply)
    }

    fn link(&self, cursor: &str) -> String {
        let asked = &self.asked;
        let host = self.settings.link_host.as_deref().unwrap_or(&asked.origin);
        let others = asked.raw_query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
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
        ("resourceId", "/request/body"),
        ("pull.source", "/pull/source"),
    ];
    let deeper = DEEPER.iter().find(|(own, _)| *own == name).and_then(|(_, path)| item.pointer(path));
    deeper.or_else(|| item.get(name)).unwrap_or(&Value::Null)
}

fn parse_order(fields: Fields, order: &str) -> Vec<(&str, Kind, bool)> {
    let parts = order.split(',').filter_map(|part| {
        let (name, direction) = part.split_once('-')?;
        let (_, kind) = fields.iter().find(|(own, _)| *own == name)?;
        (!direction.contains('-')).then_some((name, *kind, direction == "true"))
    });
    parts.collect()
}

fn compare(a: &Value, b: &Value, name: &str, kind: Kind, descending: bool) -> Ordering {
    let (a, b) = (field(a, name), field(b, name));
    let ordering = match kind {
        // What is missing counts as zero.
        Kind::Number => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
        Kind::Flag => a.as_bool().unwrap_or_default().cmp(&b.as_bool().unwrap_or_default()),
        // What is missing comes last, either way.
        _ if a.is_null() || b.is_null() => return a.is_null().cmp(&b.is_null()),
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => text(a).cmp(&text(b)),
        },
    };
    if descending { ordering.reverse() } else { ordering }
}

/// A filter of a list.
struct Filter {
    name: String,
    kind: Kind,
    wanted: Value,
}

/// The filters of a request, all of which fit the list.
fn filters(fields: Fields, query: &Query) -> HandlerResult<Vec<Filter>> {
    let Some(given) = query.get("filters") else { return Ok(Vec::new()) };
    let refused = |reason: String| Reply::error(400, format!("error parsing filters: {reason}"));
    let json: Value =
        serde_json::from_str(given).map_err(|error| refused(format!("SyntaxError: {}", json_error(given, &error))))?;
    let list = json.as_array().ok_or_else(|| refused("Error: must be an array".into()))?;
    let filters = list.iter().map(|filter| {
        let name = filter.get("id").map_or_else(|| "undefined".into(), text);
        let wanted = filter.get("value");
        let wanted =
            wanted.cloned().ok_or_else(|| refused(format!("Error: missing filter value for id \"{name}\"")))?;
        let known = fields.iter().find(|(own, _)| *own == name);
        let (_, kind) = known.ok_or_else(|| refused(format!("Error: unknown field: \"{name}\"")))?;
        let filter = Filter { name, kind: *kind, wanted };
        filter.check().map_err(|reason| refused(format!("Error: {reason}")))?;
        Ok(filter)
    });
    let filters = filters.collect::<HandlerResult<Vec<_>>>()?;
    match filters.iter().all(Filter::is_valid) {
        true => Ok(filters),
        false => Err(database_failed()),
    }
}

impl Filter {
    /// What the server says about a value that does not fit the field.
    fn check(&self) -> Result<(), String> {
        match self.kind {
            Kind::Flag if !self.wanted.is_boolean() => {
                Err(format!("expected boolean value for field \"{}\", got: {}", self.name, self.wanted))
            }
            Kind::Number => {
                let known = ["gt", "gte", "lt", "lte"];
                let mut given = self.wanted.as_object().into_iter().flat_map(|bounds| bounds.keys());
                match given.find(|how| !known.contains(&how.as_str())) {
                    Some(how) => Err(format!("unknown comparison: \"{how}\"")),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether the database can compare with it: no NUL, and for numbers no other text.
    fn is_valid(&self) -> bool {
        let is_valid = |wanted: &Value| match (self.kind, wanted) {
            (_, Value::String(text)) if text.contains('\0') => false,
            (Kind::Number | Kind::Json, Value::String(text)) => serde_json::from_str::<Value>(text).is_ok(),
            _ => true,
        };
        match &self.wanted {
            Value::Object(bounds) if self.kind == Kind::Number => bounds.values().all(is_valid),
            wanted => is_valid(wanted),
        }
    }

    fn passes(&self, item: &Value) -> bool {
        let value = field(item, &self.name);
        match (self.kind, &self.wanted) {
            // What was never set is not.
            (Kind::Flag, wanted) => value.as_bool().unwrap_or_default() == wanted.as_bool().unwrap_or_default(),
            _ if value.is_null() || self.wanted.is_null() => false,
            (Kind::Name, wanted) => text(value).to_lowercase().contains(&text(wanted).to_lowercase()),
            (Kind::Number, Value::Object(bounds)) => bounds.iter().all(|(how, bound)| {
                let Some(ordering) = as_json(bound).as_f64().and_then(|bound| value.as_f64()?.partial_cmp(&bound))
                else {
                    return false;
                };
                match how.as_str() {
                    "gt" => ordering.is_gt(),
                    "gte" => ordering.is_ge(),
                    "lt" => ordering.is_lt(),
                    _ => ordering.is_le(),
                }
            }),
            (Kind::Number | Kind::Json, wanted) => {
                let wanted = as_json(wanted);
                *value == wanted || value.as_f64().is_some_and(|value| wanted.as_f64() == Some(value))
            }
            (Kind::Plain, wanted) => text(value) == text(wanted),
        }
    }
}

/// The database reads a text as JSON where it compares with JSON.
fn as_json(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
