//! localstripe, which behaves like Stripe and checks its forms, and for what it does not have, emulate.

use apis::stripe::*;
use typed_endpoint::{Secret, endpoint, model};

use super::{call, client};

model! {
    /// A card.
    struct Card: Stripe, input { number: String, exp_month: u32, exp_year: u32, cvc: String }

    /// What has an id.
    struct Created: Stripe { id: String }

}

endpoint! {
    /// Has a token stand for a card.
    Tokenize: Stripe = POST "/tokens" form { card: Card } -> Created
}

endpoint! {
    /// Creates a customer who pays by a card.
    WithCard: Stripe = POST "/customers" form { source: Secret } -> Created
}

endpoint! {
    /// Sells something.
    CreateProduct: Stripe = POST "/products" form { name: String } -> Created
}

endpoint! {
    /// Says what something costs.
    CreatePrice: Stripe = POST "/prices" form { product: String, currency: String, unit_amount: u64 } -> Created
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn customers() {
    let client = client::<Stripe>("STRIPE_URL").key("sk_test_12345");
    let mut ids = Vec::new();
    for number in 0..5 {
        let create = CreateCustomer::new()
            .email(format!("{number}@x.example"))
            .address(Address::new().city("Vienna").country("AT"))
            .metadata([("number", number.to_string())]);
        let customer = client.call(create).await.unwrap();
        assert_eq!(customer.metadata.unwrap()["number"], number.to_string());
        ids.push(customer.id);
    }
    let listed = client.pages(ListCustomers::new().limit(2u32)).items().collect().await.unwrap();
    for id in &ids {
        assert_eq!(listed.iter().filter(|customer| customer.id == *id).count(), 1, "{id}");
    }
    let changed = client.call(UpdateCustomer::new(ids[0].as_str()).email("new@x.example")).await.unwrap();
    assert_eq!(changed.email.as_deref(), Some("new@x.example"));
    assert!(client.call(DeleteCustomer::new(ids[1].as_str())).await.unwrap().deleted);
    let error = client.call(GetCustomer::new("cus_none")).await.unwrap_err();
    assert!(error.is_not_found() && error.body().unwrap().error.r#type == "invalid_request_error", "{error:#}");
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn charges() {
    let client = client::<Stripe>("STRIPE_URL").key("sk_test_12345");
    let customer = async |number: &str| {
        let card = Card::new(number, 12u32, 2050u32, "123");
        let token = call(&client, Tokenize::new(card)).await.id;
        call(&client, WithCard::new(token)).await.id
    };
    let pays = customer("4242424242424242").await;
    let charge = call(&client, CreateCharge::new(500u64, "eur").customer(pays.as_str()).idempotency_key("k")).await;
    assert_eq!((charge.amount, charge.customer), (500, Some(Expandable::Id(pays.clone()))));
    let read = call(&client, GetCharge::new(charge.id.as_str()).expand(["customer"])).await;
    assert!(matches!(read.customer, Some(Expandable::Object(customer)) if customer.id == pays));
    let declined = customer("4000000000000341").await;
    let error = client.call(CreateCharge::new(500u64, "eur").customer(declined)).await.unwrap_err();
    assert!(matches!(error.body(), Some(CreateChargeError::Card(_))), "{error:#}");
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn checkouts() {
    let client = client::<Stripe>("STRIPE_CHECKOUT_URL").key("sk_test_12345");
    let product = call(&client, CreateProduct::new("book")).await.id;
    let price = call(&client, CreatePrice::new(product, "eur", 500u64)).await.id;
    let items = [LineItem::new(price.as_str(), 2u32), LineItem::new(price.as_str(), 1u32)];
    let checkout = call(&client, CreateCheckout::new("payment", "https://x.example/?a=b&c", items)).await;
    assert!(checkout.url.is_some_and(|url| url.as_str().contains(&checkout.id)));
}
