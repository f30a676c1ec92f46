//! What values have to be, as their declarations say.

mod library {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs"));

    typed_endpoint::model! {
        /// A part of an order.
        pub struct Part: Library, input {
            /// How many.
            count: u32 [range = 1..=12],
            /// Words on the cover.
            cover?: Vec<Cover>,
        }

        /// Words on a cover.
        pub struct Cover: Library, input {
            /// The words.
            words: String [length = 1..=5],
        }
    }

    pub mod shop {
        use super::*;

        typed_endpoint::operations! {
            endpoint! {
                /// Orders books.
                pub Order: Library = POST "/order/{number}" (number: i32 [range = -5..=5]) query {
                    /// Pages.
                    pages?: Vec<u8> [length = ..=2],
                } headers {
                    /// Reader.
                    reader?: String [length = 2..],
                } json {
                    /// Shop.
                    shop?: String [starts_with = "https://" | "http+unix://"] [sample = "https://shop.example"],
                    /// Parts.
                    parts?: Vec<Part> [length = 1..=3],
                    /// Discount.
                    discount?: f64 [range = 0..=1],
                } -> Part
            }
        }
    }
}

use library::shop::Order;
use library::{Cover, Library, Part};
use typed_endpoint::dynamic::{self, Catalog, Entry};
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Client, RequestError};

impl Catalog for Library {
    const ENTRIES: &'static [&'static [Entry]] = &[library::shop::ENTRIES];
}

#[tokio::test]
async fn a_value_that_cannot_be_right_is_not_sent() {
    let covers = |words: &str| Part::new(1_u32).cover(vec![Cover::new("fine"), Cover::new(words)]);
    let cases = [
        (Order::new(6), "number", "is to be -5 to 5"),
        (Order::new(-6), "number", "is to be -5 to 5"),
        (Order::new(0).pages(vec![1, 2, 3]), "pages", "is to have at most 2 items, and has 3"),
        (Order::new(0).reader("I"), "reader", "is to have at least 2 characters, and has 1"),
        (Order::new(0).shop("ftp://secret"), "shop", "is to begin with `https://` or `http+unix://`"),
        (Order::new(0).parts(vec![]), "parts", "is to have 1 to 3 items, and has 0"),
        (Order::new(0).parts(vec![Part::new(1_u32), Part::new(13_u32)]), "parts[1].count", "is to be 1 to 12"),
        (
            Order::new(0).parts(vec![Part::new(1_u32), covers("sechse")]),
            "parts[1].cover[1].words",
            "is to have 1 to 5 characters, and has 6",
        ),
        (Order::new(0).discount(1.5), "discount", "is to be 0 to 1"),
    ];
    for (order, path, reason) in cases {
        let mock = Mock::new();
        let error = mock.client::<Client<Library>>().call(order).await.unwrap_err();
        assert!(mock.seen().is_empty());
        let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<RequestError>());
        let Some(RequestError::Constraint { path: own, reason: words }) = source else { panic!("{error:#}") };
        assert_eq!((own.as_str(), words.as_str()), (path, reason));
        assert!(!format!("{error:#} {error:?}").contains("secret"));
    }
}

#[tokio::test]
async fn what_is_right_is_sent_and_what_servers_send_is_not_checked() {
    let mock = Mock::new().on(async |_: Order| Err(Reply::json(200, &serde_json::json!({ "count": 99 }))));
    let five = "fünf!";
    let parts = vec![Part::new(12_u32).cover(vec![Cover::new(five)]); 3];
    let order = Order::new(-5).pages(vec![1, 2]).reader("It").shop("http+unix://x").parts(parts).discount(0.5);
    assert_eq!(mock.client::<Client<Library>>().call(order).await.unwrap().count, 99);
}

#[tokio::test]
async fn a_client_can_leave_it_to_the_server() {
    let mock = Mock::new().on(async |_: Order| Err(Reply::error(422, "too many")));
    let client = mock.client::<Client<Library>>().check_values(false);
    assert_eq!(client.call(Order::new(6)).await.unwrap_err().status().unwrap().as_u16(), 422);
}

#[test]
fn the_document_says_so() {
    let document = dynamic::openapi::<Library>();
    let order = &document["paths"]["/order/{number}"]["post"];
    assert_eq!(order["parameters"][0]["schema"]["minimum"], -5);
    assert_eq!(order["parameters"][1]["schema"]["maxItems"], 2);
    assert_eq!(order["parameters"][2]["schema"]["minLength"], 2);
    let body = &document["components"]["schemas"]["ShopOrderRequest"]["properties"];
    assert_eq!(body["shop"]["pattern"], r"^(https:\/\/|http\+unix:\/\/)");
    assert_eq!((&body["discount"]["minimum"], &body["discount"]["maximum"]), (&0.into(), &1.into()));
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Part"]["properties"]["count"]["maximum"], 12);
    assert_eq!(schemas["Cover"]["properties"]["words"]["maxLength"], 5);
}
