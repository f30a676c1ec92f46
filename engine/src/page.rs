//! Lists in pages, to their true end.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::call::{Call, ResponseFuture};
use crate::client::Client;
use crate::endpoint::{Endpoint, On, Paging};
use crate::error::Error;
use crate::response::Response;

/// A list that comes in pages: an operation whose line says `paged`.
pub trait Paginated: Endpoint<Response: Page> {}

/// One page of a list, as the API sends it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no page of a list",
    note = "a `paged` operation gives a `Vec`, or a type that implements `Page`"
)]
pub trait Page: Send + 'static {
    /// What the list holds.
    type Item: Send + 'static;

    /// How many items the page holds.
    fn len(&self) -> usize;

    /// Whether the page holds nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items.
    fn into_items(self) -> Vec<Self::Item>;

    /// Where the next page begins, for an API that tells it in the body; `None` otherwise and on the last page.
    fn next_cursor(&self) -> Option<String> {
        None
    }
}

impl<T: Send + 'static> Page for Vec<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.len()
    }

    fn into_items(self) -> Vec<T> {
        self
    }
}

/// A page of the list `E`, or why there is none.
pub type PageOf<E> = Result<Vec<<<E as Endpoint>::Response as Page>::Item>, Error<<E as Endpoint>::Error>>;

/// An item of the list `E`, or why there is none.
pub type ItemOf<E> = Result<<<E as Endpoint>::Response as Page>::Item, Error<<E as Endpoint>::Error>>;

impl<A: Api> Client<A> {
    /// The pages of a list, one request each, as a [`Stream`]; [`Pages::items`] gives the items one by one. No page is
    /// asked for before it is wanted, and none is kept.
    ///
    /// ```no_run
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # async fn example() -> Result<(), typed_endpoint::Error> {
    /// # use typed_endpoint::Client;
    /// let client = Client::<Library>::new().key("12345");
    /// let mut books = client.pages(ListBooks::new().limit(100)).items();
    /// while let Some(book) = books.next().await {
    ///     println!("{}", book?.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages<E: Paginated + On<A>>(&self, list: E) -> Pages<E> {
        Pages { call: self.call(list), begun: false, full: None, cursor: None, state: PagesState::Ready, total: None }
    }
}

/// The pages of a list: a [`Stream`], or [`next`](Self::next) by hand. Ends after the last page and after an error.
#[must_use = "nothing is asked for before it is wanted"]
pub struct Pages<E: Paginated> {
    call: Call<E>,
    begun: bool,
    /// How many items a full page holds, once known; only lists by offset need it.
    full: Option<usize>,
    cursor: Option<String>,
    state: PagesState<E>,
    total: Option<u64>,
}

enum PagesState<E> {
    Ready,
    Asking(ResponseFuture<E>),
    Done,
}

impl<E: Paginated> Pages<E> {
    /// Says how each page is asked for: any setting of [`Call`].
    pub fn with(mut self, settings: impl FnOnce(Call<E>) -> Call<E>) -> Self {
        self.call = settings(self.call);
        self
    }

    /// Begins at this cursor instead of at the first page, to go on where an earlier run stopped.
    pub fn from_cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Where the next page begins; `None` before the first and after the last. With
    /// [`from_cursor`](Self::from_cursor), a later run can go on from here.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// How many items the whole list holds, if the server said so with the last page ([`Api::TOTAL`]).
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<PageOf<E>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    /// The items of all pages, one by one.
    pub fn items(self) -> Items<E> {
        Items { pages: self, items: VecDeque::new() }
    }

    /// What the list's own request says in a query parameter.
    fn request_param<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let at = E::OPERATION.fields.iter().position(|field| field.name == name)?;
        let mut json = Vec::new();
        self.call.endpoint().values(&mut |values| {
            if let Some(value) = values[at] {
                // What cannot be written fails the call itself, which says so.
                let _ = value.json(&mut json);
            }
        });
        serde_json::from_slice(&json).ok()
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<PageOf<E>>> {
        loop {
            match &mut self.state {
                PagesState::Done => return Poll::Ready(None),
                PagesState::Ready => {
                    let mut call = self.call.clone();
                    if let Some(cursor) = &self.cursor {
                        call = call.query(<E::Api as Api>::CURSOR, cursor);
                    }
                    self.state = PagesState::Asking(call.with_response().into_future());
                }
                PagesState::Asking(asking) => {
                    let response = ready!(Pin::new(asking).poll(cx));
                    self.state = PagesState::Done;
                    return Poll::Ready(match response {
                        Err(error) => Some(Err(error)),
                        Ok(page) => self.handle_page(page).map(Ok),
                    });
                }
            }
        }
    }

    /// Takes a page in; `None` when the list was at its end already.
    fn handle_page(&mut self, page: Response<E::Response>) -> Option<Vec<<E::Response as Page>::Item>> {
        let total = <E::Api as Api>::TOTAL.and_then(|name| page.headers.get(name));
        self.total = total.and_then(|total| total.to_str().ok()?.trim().parse().ok()).or(self.total);
        let len = page.value.len();
        let first = !std::mem::replace(&mut self.begun, true);
        let next = match E::OPERATION.paged {
            Some(Paging::Offset) => {
                let full = self.full.unwrap_or_else(|| {
                    match (self.request_param(<E::Api as Api>::LIMIT), <E::Api as Api>::MAX_LIMIT) {
                        (Some(limit), Some(most)) => most.min(limit),
                        // The first page shows how long a full one is: a server may hold to less than it is asked for.
                        _ => len,
                    }
                });
                self.full = Some(full);
                let here = self.cursor.clone().or_else(|| self.request_param(<E::Api as Api>::CURSOR));
                let offset = here.and_then(|cursor| <E::Api as Api>::cursor_offset(&cursor)).unwrap_or(0);
                (len > 0 && len >= full).then(|| <E::Api as Api>::offset_cursor(offset + len as u64))
            }
            _ => page.value.next_cursor().or_else(|| <E::Api as Api>::next_cursor(&page.headers)),
        };
        // A cursor that stands still would be asked for without end.
        let moved = next.is_some() && next != self.cursor;
        let ended = len == 0 && <E::Api as Api>::EMPTY_PAGE_ENDS;
        self.cursor = next.filter(|_| moved && !ended);
        if self.cursor.is_some() {
            self.state = PagesState::Ready;
        }
        (len > 0 || first || self.cursor.is_some()).then(|| page.value.into_items())
    }
}

impl<E: Paginated> Stream for Pages<E> {
    type Item = PageOf<E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

impl<E: Paginated> Unpin for Pages<E> {}

impl<E: Paginated> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &self.call)
            .field("cursor", &self.cursor)
            .field("total", &self.total)
            .field("done", &matches!(self.state, PagesState::Done))
            .finish_non_exhaustive()
    }
}

/// The items of a list, page after page: a [`Stream`], or [`next`](Self::next) by hand.
#[must_use = "nothing is asked for before it is wanted"]
pub struct Items<E: Paginated> {
    pages: Pages<E>,
    items: VecDeque<<E::Response as Page>::Item>,
}

impl<E: Paginated> Items<E> {
    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<ItemOf<E>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await
    }

    /// All items that are left, in memory.
    ///
    /// # Errors
    /// The first error; the items before it are lost.
    pub async fn collect(mut self) -> Result<Vec<<E::Response as Page>::Item>, Error<E::Error>> {
        let mut all = Vec::from(std::mem::take(&mut self.items));
        while let Some(page) = self.pages.next().await {
            all.extend(page?);
        }
        Ok(all)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<ItemOf<E>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(page)) => self.items = page.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<E: Paginated> Stream for Items<E> {
    type Item = ItemOf<E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<E: Paginated> Unpin for Items<E> {}

impl<E: Paginated> fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("at_hand", &self.items.len()).finish()
    }
}
