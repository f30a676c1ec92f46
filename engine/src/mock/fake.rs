//! A fake of a whole API, without a handler.

use std::future::ready;
use std::mem::discriminant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Mock, OperationVisitor, Operations};
use crate::api::Api;
use crate::codec::{Detail, to_json};
use crate::endpoint::{Endpoint, HostedBy, Paging, Place};
use crate::link;
use crate::serve::{EncodeResponse, Received, Reply};

/// Makes a fake server that responds to every operation of an API with a sample of its declared response.
///
/// A request that is not as declared is refused. A member of the response that the request names, such as the id in its path, has
/// the value of the request. A list has one page of items. [`Mock::on`] puts a handler in place of a sample.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), typed_endpoint::Error> {
/// use typed_endpoint::mock::{self, Operations, OperationVisitor, Reply};
///
/// impl Operations for Library {
///     fn visit(visitor: &mut impl OperationVisitor) {
///         library::visit_operations(visitor); // One call for each `operations!`.
///     }
/// }
///
/// let fake = mock::fake::<Library>().on(async |_: RemoveBook| Err(Reply::error(403, "books stay here")));
/// let client = fake.client::<typed_endpoint::Client<Library>>();
///
/// assert_eq!(client.call(GetBook::new("emma")).await?.id, "emma");
/// assert_eq!(client.call(AddBook::new("Moby-Dick").page_count(635)).await?.page_count, Some(635));
/// assert_eq!(client.call(RemoveBook::new("emma")).await.unwrap_err().status().unwrap(), 403);
/// # Ok(())
/// # }
/// ```
pub fn fake<A: Operations>() -> Mock {
    let mut faker = Faker { mock: Mock::new().check_values(true), api: A::NAME };
    A::visit(&mut faker);
    faker.mock
}

struct Faker {
    mock: Mock,
    api: &'static str,
}

impl OperationVisitor for Faker {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        let mut hosts = E::OPERATION.hosted.iter().map(|host| host.api).chain([E::OPERATION.api]);
        if hosts.any(|host| host == self.api) {
            let mock = std::mem::take(&mut self.mock);
            self.mock = mock.route(|received: Received<E>| ready(Err(respond(&received))), true);
        }
    }
}

fn respond<E: Endpoint>(received: &Received<E>) -> Reply
where
    E::Format: EncodeResponse<E::Response>,
{
    // Less than a full page has no next one.
    let detail = if is_later_page(received) { Detail::Minimal } else { Detail::Full };
    let reply = E::Format::encode(E::Format::sample(detail)).success(E::OPERATION.status);
    match reply.body.as_bytes().and_then(|body| serde_json::from_slice(body).ok()) {
        Some(Value::Object(mut members)) => {
            echo(&received.request, &mut members);
            reply.with_body(Value::Object(members).to_string())
        }
        _ => reply,
    }
}

fn is_later_page<E: Endpoint>(received: &Received<E>) -> bool {
    let start = match E::OPERATION.paged {
        None => return false,
        // A link would have to lead somewhere.
        Some(Paging::Link) => return true,
        Some(Paging::Cursor) => None,
        Some(Paging::Offset) => Some(E::Api::offset_cursor(0)),
        Some(Paging::Number) => Some(E::Api::FIRST_PAGE.to_string()),
    };
    let own_name = E::OPERATION.cursor_name(E::Api::CURSOR);
    let mut cursor = link::query_param(&received.parts.uri.to_string(), own_name);
    named(&received.request, &mut |name, value| {
        if name == own_name {
            cursor = Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    });
    cursor.is_some() && cursor != start
}

/// Takes over the values of a request that the response has, too, if it can still be read with them.
fn echo<E: Endpoint>(request: &E, response: &mut Map<String, Value>)
where
    E::Format: EncodeResponse<E::Response>,
{
    named(request, &mut |name, value| {
        let Some(sample) = response.get_mut(name).filter(|sample| discriminant(*sample) == discriminant(&value)) else {
            return;
        };
        let sample = std::mem::replace(sample, value);
        let json = to_json(response);
        if !matches!(E::Format::parse(json.as_bytes()), Some(Ok(_))) {
            response.insert(name.to_owned(), sample);
        }
    });
}

/// Shows the texts, numbers and booleans of a request, each with its name on the wire.
fn named<E: Endpoint>(request: &E, each: &mut dyn FnMut(&str, Value)) {
    let mut show = |name: &str, value: Value| {
        if matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)) {
            each(name, value);
        }
    };
    request.values(&mut |values| {
        for (field, value) in E::OPERATION.fields.iter().zip(values) {
            let (Some(value), false) = (value, matches!(field.place, Place::Header | Place::Body)) else { continue };
            match (field.place, serde_json::from_str(&to_json(*value))) {
                (Place::JsonBody, Ok(Value::Object(members))) => {
                    members.into_iter().for_each(|(name, value)| show(&name, value))
                }
                (_, Ok(value)) => show(field.name, value),
                (_, Err(_)) => {}
            }
        }
    });
}
