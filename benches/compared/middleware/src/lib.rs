//! The bookshop by hand, on reqwest with reqwest-middleware and reqwest-retry.

use reqwest::{Method, Response, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, RequestBuilder};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use serde::de::DeserializeOwned;
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

/// Which books are listed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListBooks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A book to be added.
#[derive(Clone, Debug, Serialize)]
pub struct NewBook {
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
}

/// Who borrows a book.
#[derive(Clone, Debug, Serialize)]
pub struct NewLoan {
    pub reader: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
}

/// Why a call failed.
#[derive(Debug)]
pub enum Error {
    Http(reqwest_middleware::Error),
    Status(StatusCode, String),
    Json(serde_json::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Status(status, message) => write!(f, "{status}: {message}"),
            Self::Json(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<reqwest_middleware::Error> for Error {
    fn from(error: reqwest_middleware::Error) -> Self {
        Self::Http(error)
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.into())
    }
}

/// A client of the bookshop.
#[derive(Clone, Debug)]
pub struct Client {
    http: ClientWithMiddleware,
    base: String,
    key: String,
}

impl Client {
    pub fn new(base: &str, key: &str) -> Self {
        let policy = ExponentialBackoff::builder().build_with_max_retries(3);
        let retry = RetryTransientMiddleware::new_with_policy(policy);
        let http = ClientBuilder::new(reqwest::Client::new()).with(retry).build();
        Self { http, base: base.into(), key: key.into() }
    }

    fn request(&self, method: Method, segments: &[&str]) -> RequestBuilder {
        let mut url = reqwest::Url::parse(&self.base).expect("the base is a URL");
        url.path_segments_mut().expect("it has a path").extend(segments);
        self.http.request(method, url).header("x-api-key", &self.key)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().await?;
        let message = serde_json::from_str::<Problem>(&text).map_or(text, |problem| problem.message);
        Err(Error::Status(status, message))
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let bytes = self.send(request).await?.bytes().await?;
        serde_json::from_slice(&bytes).map_err(Error::Json)
    }

    /// Lists books.
    pub async fn list_books(&self, list: &ListBooks) -> Result<Books, Error> {
        self.json(self.request(Method::GET, &["books"]).query(list)).await
    }

    /// Adds a book.
    pub async fn add_book(&self, book: &NewBook) -> Result<Book, Error> {
        self.json(self.request(Method::POST, &["books"]).json(book)).await
    }

    /// Retrieves a book.
    pub async fn get_book(&self, id: &str) -> Result<Book, Error> {
        self.json(self.request(Method::GET, &["books", id])).await
    }

    /// Replaces what is known of a book.
    pub async fn replace_book(&self, id: &str, book: &NewBook) -> Result<Book, Error> {
        self.json(self.request(Method::PUT, &["books", id]).json(book)).await
    }

    /// Removes a book.
    pub async fn remove_book(&self, id: &str) -> Result<(), Error> {
        self.send(self.request(Method::DELETE, &["books", id])).await.map(drop)
    }

    /// Lends a book.
    pub async fn lend_book(&self, id: &str, loan: &NewLoan) -> Result<Loan, Error> {
        self.json(self.request(Method::POST, &["books", id, "loan"]).json(loan)).await
    }

    /// Lists the loans of a reader.
    pub async fn list_loans(&self, reader: &str) -> Result<Vec<Loan>, Error> {
        self.json(self.request(Method::GET, &["loans"]).query(&[("reader", reader)])).await
    }

    /// Brings a book back.
    pub async fn end_loan(&self, id: &str) -> Result<(), Error> {
        self.send(self.request(Method::DELETE, &["loans", id])).await.map(drop)
    }
}
