//! Stripe: nested forms, expansion, idempotency keys, lists after the last item, errors with a code.

use std::collections::BTreeMap;

use typed_endpoint::operation::{Lists, Objects};
use typed_endpoint::{Api, Auth, Case, File, Page, Secret, codec, field_via_serde, model, operations};

/// Stripe's API.
#[derive(Clone, Copy, Debug)]
pub enum Stripe {}

impl Api for Stripe {
    const NAME: &'static str = "Stripe";
    const SERVERS: &'static [&'static str] = &["https://api.stripe.com/v1"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Bearer;
    const CURSOR: &'static str = "starting_after";
    const OBJECTS: Objects = Objects::Brackets;
    const LISTS: Lists = Lists::Index;
    type Error = Failure;
}

operations! {
    endpoint! {
        /// Creates a customer; with a key of idempotency it may be sent again.
        pub CreateCustomer: Stripe = POST "/customers" headers {
            idempotency_key?: String,
        } form {
            email?: String,
            name?: String,
            address?: Address,
            metadata?: BTreeMap<String, String>,
        } -> Customer, retryable_if(|request| request.idempotency_key.is_some())
    }
    endpoint! {
        /// Changes a customer.
        pub UpdateCustomer: Stripe = POST "/customers/{id}" (id: String) form {
            email?: String,
            metadata?: BTreeMap<String, String>,
        } -> Customer
    }
    endpoint! {
        /// Retrieves a customer.
        pub GetCustomer: Stripe = GET "/customers/{id}" (id: String) query {
            expand?: Vec<String> [lists = Brackets],
        } -> Customer
    }
    endpoint! {
        /// Deletes a customer.
        pub DeleteCustomer: Stripe = DELETE "/customers/{id}" (id: String) -> Deleted
    }
    endpoint! {
        /// Lists customers, each page after the last one of the page before.
        pub ListCustomers: Stripe = GET "/customers" query {
            created?: Range,
            email?: String,
            limit?: u32 [range = 1..=100],
            starting_after?: String,
        } -> List<Customer>, paged
    }
    endpoint! {
        /// Searches for customers: the pages have tokens.
        pub SearchCustomers: Stripe = GET "/customers/search" query {
            query: String,
            limit?: u32,
            page?: String,
        } -> Search<Customer>, paged, cursor(page)
    }
    endpoint! {
        /// Charges a customer.
        pub CreateCharge: Stripe = POST "/charges" headers {
            idempotency_key?: String,
        } form {
            amount: u64,
            currency: String,
            customer?: String,
            source?: Secret,
        } -> Charge, errors { 402 => Card(Failure), _ => Other(Failure) },
            retryable_if(|request| request.idempotency_key.is_some())
    }
    endpoint! {
        /// Retrieves a charge, with its customer if that is expanded.
        pub GetCharge: Stripe = GET "/charges/{id}" (id: String) query {
            expand?: Vec<String> [lists = Brackets],
        } -> Charge
    }
    endpoint! {
        /// Creates a checkout of several items.
        pub CreateCheckout: Stripe = POST "/checkout/sessions" form {
            mode: String,
            success_url: String,
            line_items: Vec<LineItem>,
        } -> Checkout
    }
    endpoint! {
        /// Uploads a file, to a server of its own.
        pub UploadFile: Stripe = POST "/files" multipart {
            purpose: String,
            file: File,
        } -> Uploaded, server("https://files.stripe.com/v1")
    }
}

model! {
    /// A customer.
    pub struct Customer: Stripe {
        id: String,
        email?: String,
        name?: String,
        address?: Address,
        metadata?: BTreeMap<String, String>,
        created?: u64,
    }

    /// A postal address.
    pub struct Address: Stripe, input {
        line1?: String,
        city?: String,
        country?: String,
    }

    /// What has been deleted.
    pub struct Deleted: Stripe {
        id: String,
        deleted: bool,
    }

    /// A range of times.
    pub struct Range: Stripe, input {
        gte?: u64,
        lt?: u64,
    }

    /// A charge.
    pub struct Charge: Stripe {
        id: String,
        amount: u64,
        currency?: String,
        customer?: Expandable<Customer>,
    }

    /// What is bought.
    pub struct LineItem: Stripe, input {
        price: String,
        quantity: u32,
    }

    /// A checkout.
    pub struct Checkout: Stripe {
        id: String,
        url?: String,
    }

    /// A file.
    pub struct Uploaded: Stripe {
        id: String,
        size: u64,
    }

    /// A page of a list.
    pub struct List<T>: Stripe {
        data: Vec<T>,
        has_more: bool,
    }

    /// A page of a search.
    pub struct Search<T>: Stripe {
        data: Vec<T>,
        has_more: bool,
        next_page?: String,
    }

    /// Why a request has failed.
    pub struct Failure: Stripe {
        error: FailureDetail,
    }

    /// What exactly.
    pub struct FailureDetail: Stripe {
        r#type: String,
        code?: String,
        decline_code?: String,
        param?: String,
        message?: String,
    }
}

crate::errors::json_error!(Failure, |failure| failure
    .error
    .message
    .clone()
    .unwrap_or_else(|| failure.error.r#type.clone()));

/// The id of an object, or the whole object where the request asks to expand it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    /// Its id.
    Id(String),
    /// All of it.
    Object(T),
}

impl<T> Default for Expandable<T> {
    fn default() -> Self {
        Self::Id(String::new())
    }
}

field_via_serde!(Expandable<Customer>);

/// What has an id, after which a list can go on.
pub trait HasId {
    /// The id.
    fn id(&self) -> &str;
}

impl HasId for Customer {
    fn id(&self) -> &str {
        &self.id
    }
}

impl<T: HasId + codec::Parameter + Send + 'static> Page for List<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.data.len()
    }

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn next_cursor(&self) -> Option<String> {
        self.data.last().map(|last| last.id().to_owned())
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.has_more)
    }
}

impl<T: codec::Parameter + Send + 'static> Page for Search<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.data.len()
    }

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn next_cursor(&self) -> Option<String> {
        self.next_page.clone()
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.has_more)
    }
}
