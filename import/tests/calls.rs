//! The golden output compiles without a warning, and its requests arrive as they were meant.
#![deny(warnings)]
#![allow(dead_code, reason = "not all of it is called")]
#![allow(clippy::single_component_path_imports)]

#[path = "golden/legacy.rs"]
mod legacy;
#[path = "golden/shop/mod.rs"]
mod shop;

use shop::{Shop, files, orders, types::Item};
use typed_endpoint::codec::{Detail, from_json};
use typed_endpoint::mock::{EncodeResponse, Mock, OperationVisitor, Operations, sample_request};
use typed_endpoint::{Client, Endpoint, HostedBy, WithHeaders};

#[tokio::test]
async fn calls_are_what_the_document_says() {
    let mock = Mock::new()
        .on(async |list: orders::List| {
            let page = match list.cursor.as_deref() {
                None => r#"{"data":[{"id":"a","orderState":"open"}],"nextCursor":"2","hasMore":true}"#,
                Some(_) => r#"{"data":[{"id":"b","orderState":"lost","customer":{"name":"Ann"}}],"nextCursor":null,"hasMore":false}"#,
            };
            Ok(from_json::<orders::OrderPage>(page).unwrap())
        })
        .on(async |create: orders::Create| {
            assert!(matches!(&create.payment, orders::Payment::Card(card) if card.number == "42"));
            match create.note_to_self {
                None => Err(orders::CreateError::Conflict(from_json(r#"{"message":"sold out","item":{"sku":"x"}}"#).unwrap()))?,
                Some(_) => Ok(WithHeaders::new(
                    orders::CreateOutcome::Accepted,
                    orders::CreateHeaders::new().location("/orders/a"),
                )),
            }
        })
        .on(async |put: files::Put| Ok(put.path));
    let client = mock.client::<Client<Shop>>().key("key");

    let mut items = client.pages(orders::List::new().limit(1)).items();
    let mut ids = Vec::new();
    while let Some(order) = items.next().await {
        ids.push(order.unwrap().id.into_string());
    }
    assert_eq!(ids, ["a", "b"]);

    let card = orders::Payment::Card(orders::Card::new("42"));
    let create = orders::Create::new([Item::new("x")], card, "soon".to_owned());
    let created = client.call(create.clone()).await.unwrap();
    assert!(matches!(created.value, orders::CreateOutcome::Accepted));
    assert_eq!(created.headers.location.as_deref(), Some("/orders/a"));
    let curl = client.call(create.clone()).to_curl().unwrap();
    for member in [r#""kind":"order""#, r#""payment":{"number":"42","type":"card"}"#, r#""noteToSelf":"soon""#] {
        assert!(curl.contains(member), "{curl}");
    }

    let mut without = create;
    without.note_to_self = None;
    let error = client.call(without).await.unwrap_err();
    assert!(matches!(error.body(), Some(orders::CreateError::Conflict(sold_out)) if sold_out.item.sku == "x"));

    let stored = client.call(files::Put::new("a/b.txt", typed_endpoint::File::bytes("text"))).await.unwrap();
    assert_eq!(stored, "a/b.txt");
}

impl Operations for Shop {
    fn visit(visitor: &mut impl OperationVisitor) {
        orders::visit_operations(visitor);
        files::visit_operations(visitor);
        shop::pictures::visit_operations(visitor);
    }
}

impl Operations for legacy::Legacy {
    fn visit(visitor: &mut impl OperationVisitor) {
        legacy::users::visit_operations(visitor);
        legacy::general::visit_operations(visitor);
    }
}

/// Makes a sample of each operation.
#[derive(Default)]
struct Counted(usize);

impl OperationVisitor for Counted {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api>,
        E::Format: EncodeResponse<E::Response>,
    {
        let _: E = sample_request(Detail::Full).unwrap();
        self.0 += 1;
    }
}

#[test]
fn each_operation_has_a_sample() {
    let mut counted = Counted::default();
    Shop::visit(&mut counted);
    legacy::Legacy::visit(&mut counted);
    assert_eq!(counted.0, 12);
}
