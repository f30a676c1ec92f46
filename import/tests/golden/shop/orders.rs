//! What was ordered.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use typed_endpoint::codec::{Schema, Schemas};
use typed_endpoint::{ErrorBody, Page, codec, id, model, open_enum, operations, sse_json, union};

use super::Shop;
use super::types::*;

operations! {
    endpoint! {
        // guessed: `paged, cursor(cursor)`
        /// List orders.
        pub List: Shop = GET "/orders" query {
            cursor?: String,
            /// How many (default: 20).
            limit?: u32 [range = 1..=100],
            /// How far it is.
            order_state?: State,
            tag?: Vec<String> [lists = Comma],
            created?: OrderCreated [objects = Brackets],
        } headers {
            x_trace_id?: String,
        } -> OrderPage, id("listOrders"), paged, cursor(cursor)
    }
    endpoint! {
        /// Place an order.
        ///
        /// Places an order of `items`.
        pub Create: Shop = POST "/orders" json {
            const kind: String = "order",
            items: Vec<Item> [length = 1..],
            /// How it is paid.
            payment: Payment,
            /// A note.
            note_to_self: Option<String>,
            gift?: Nullable<bool>,
            deliver_at?: String [sample = "2026-01-02T03:04:05Z"],
            weight?: OrderWeight,
            labels?: BTreeMap<String, String>,
            /// Default: `none`.
            x_odd_name as "X-Odd Name"?: String,
        } -> match {
            201 => Created(Order),
            202 => Accepted,
        }, id("createOrder"), headers {
            location?: String,
        }, errors {
            409 => Conflict(SoldOut),
            _ => Other(Failure),
        }
    }
    endpoint! {
        /// Retrieve an order.
        pub Get: Shop = GET "/orders/{order_id}" (
            /// The order's id.
            order_id: OrderId,
        ) -> Order, id("getOrder")
    }
    endpoint! {
        /// `DELETE /orders/{order_id}`.
        #[deprecated]
        pub Delete: Shop = DELETE "/orders/{order_id}" (
            /// The order's id.
            order_id: OrderId,
        ) -> (), id("deleteOrder"), no_auth
    }
    endpoint! {
        /// `GET /orders/{order_id}/events`.
        pub Follow: Shop = GET "/orders/{order_id}/events" (order_id: OrderId) -> sse Event, id("followOrder")
    }
}

// guessed: an id of its own, by the name of a path parameter
id! {
    /// Id of an order.
    pub struct OrderId;
}

open_enum! {
    /// How far it is.
    pub enum State {
        Open = "open",
        InTransit = "in-transit",
        Delivered = "delivered",
    }
}

model! {
    /// Order created.
    pub struct OrderCreated: Shop, input {
        gte?: i64,
        lt?: i64,
    }
}

model! {
    /// Order page.
    pub struct OrderPage: Shop {
        data: Vec<Order>,
        next_cursor?: String,
        has_more?: bool,
    }
}

// guessed: the list of the page, and how the next one is found.
impl Page for OrderPage {
    type Item = Order;

    fn len(&self) -> usize {
        self.data.len()
    }

    fn into_items(self) -> Vec<Order> {
        self.data
    }

    fn next_cursor(&self) -> Option<String> {
        self.next_cursor.clone().filter(|next| !next.is_empty())
    }

    fn has_more(&self) -> Option<bool> {
        self.has_more
    }
}

model! {
    /// Order.
    pub struct Order: Shop {
        id: OrderId,
        order_id as "order_id"?: OrderId,
        /// How far it is.
        order_state: State,
        total_price?: f64,
        customer?: OrderCustomer,
        /// How it is paid.
        payment?: Payment,
        // any JSON: the description has no one type for it
        cannot_tell?: Value,
    }
}

union! {
    /// Order customer.
    pub enum OrderCustomer {
        text => Text(String),
        object => Customer(Customer),
    }
}

model! {
    /// Customer.
    pub struct Customer: Shop {
        name?: String,
    }
}

union! {
    /// How it is paid.
    pub enum Payment {
        object["type" = "card"] => Card(Card),
        object["type" = "transfer"] => Transfer(Transfer),
    }
}

model! {
    /// Card.
    pub struct Card: Shop, input {
        number: String,
    }
}

model! {
    /// Transfer.
    pub struct Transfer: Shop, input {
        iban: String,
    }
}

union! {
    /// Order weight.
    pub enum OrderWeight {
        text => Text(String),
        number => Number(f64),
    }
}

model! {
    /// Sold out.
    pub struct SoldOut: Shop {
        message: String,
        item: Item,
    }
}

impl ErrorBody for SoldOut {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        codec::from_json(std::str::from_utf8(body).ok()?).ok()
    }

    fn message(&self) -> String {
        self.message.clone()
    }

    fn encode(&self) -> Option<Vec<u8>> {
        Some(codec::to_json(self).into_bytes())
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as codec::Field>::schema(schemas)
    }
}

model! {
    /// Event.
    pub struct Event: Shop {
        /// How far it is.
        order_state?: State,
    }
}

sse_json!(Event);
