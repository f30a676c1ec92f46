//! The bookshop by rustify.

use derive_builder::Builder;
use rustify::clients::reqwest::Client;
use rustify::endpoint::{Endpoint, EndpointResult, MiddleWare};
use rustify::errors::ClientError;
use rustify_derive::Endpoint;
use serde::{Deserialize, Serialize};

/// Where a book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Shelved,
    Lent,
    Lost,
}

/// A book.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Book {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    pub state: State,
}

/// A page of books.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Books {
    pub items: Vec<Book>,
    pub next: Option<String>,
}

/// A loan.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Loan {
    pub id: String,
    pub book: String,
    pub reader: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// Lists books.
#[derive(Builder, Debug, Default, Endpoint)]
#[endpoint(path = "books", response = "Books", builder = "true")]
#[builder(setter(into, strip_option), default)]
pub struct ListBooks {
    #[endpoint(query)]
    pub author: Option<String>,
    #[endpoint(query)]
    pub limit: Option<u32>,
    #[endpoint(query)]
    pub cursor: Option<String>,
}

/// Adds a book.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "books", method = "POST", response = "Book", builder = "true")]
#[builder(setter(into))]
pub struct AddBook {
    pub title: String,
    #[builder(setter(strip_option), default)]
    pub pages: Option<u32>,
}

/// Retrieves a book.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "books/{self.id}", response = "Book", builder = "true")]
#[builder(setter(into))]
pub struct GetBook {
    #[endpoint(skip)]
    pub id: String,
}

/// Replaces what is known of a book.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "books/{self.id}", method = "PUT", response = "Book", builder = "true")]
#[builder(setter(into))]
pub struct ReplaceBook {
    #[endpoint(skip)]
    pub id: String,
    pub title: String,
    #[builder(setter(strip_option), default)]
    pub pages: Option<u32>,
}

/// Removes a book.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "books/{self.id}", method = "DELETE", builder = "true")]
#[builder(setter(into))]
pub struct RemoveBook {
    #[endpoint(skip)]
    pub id: String,
}

/// Lends a book.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "books/{self.id}/loan", method = "POST", response = "Loan", builder = "true")]
#[builder(setter(into))]
pub struct LendBook {
    #[endpoint(skip)]
    pub id: String,
    pub reader: String,
    #[builder(setter(strip_option), default)]
    pub days: Option<u32>,
}

/// Lists the loans of a reader.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "loans", response = "Vec<Loan>", builder = "true")]
#[builder(setter(into))]
pub struct ListLoans {
    #[endpoint(query)]
    pub reader: String,
}

/// Brings a book back.
#[derive(Builder, Debug, Endpoint)]
#[endpoint(path = "loans/{self.id}", method = "DELETE", builder = "true")]
#[builder(setter(into))]
pub struct EndLoan {
    #[endpoint(skip)]
    pub id: String,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
}

/// Sends the key.
pub struct Key(pub String);

impl MiddleWare for Key {
    fn request<E: Endpoint>(&self, _: &E, request: &mut http::Request<Vec<u8>>) -> Result<(), ClientError> {
        let key = self.0.parse().expect("the key is a header's value");
        request.headers_mut().insert("x-api-key", key);
        Ok(())
    }

    fn response<E: Endpoint>(&self, _: &E, _: &mut http::Response<Vec<u8>>) -> Result<(), ClientError> {
        Ok(())
    }
}

/// Calls an operation.
pub async fn call<E: Endpoint>(client: &Client, key: &Key, endpoint: E) -> Result<E::Response, ClientError> {
    let result: EndpointResult<E::Response> = endpoint.with_middleware(key).exec(client).await?;
    result.parse()
}

/// What the server says of an error.
pub fn message(error: &ClientError) -> String {
    match error {
        ClientError::ServerResponseError { code, content } => {
            let text = content.clone().unwrap_or_default();
            let message = serde_json::from_str::<Problem>(&text).map_or(text, |problem| problem.message);
            format!("{code}: {message}")
        }
        error => error.to_string(),
    }
}
