//! Lists in pages, to their true end.

mod ahead;
mod told;

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::api::Api;
use crate::call::Call;
use crate::client::Client;
use crate::codec::{DecodeError, Encode};
use crate::endpoint::{Endpoint, HostedBy, Paging, check_cursor};
use crate::error::{Error, ErrorInner, ErrorKind};
use crate::response::Response;
use ahead::{Ahead, Asked, counted_on};
use told::{position_of, told};

/// A list that comes in pages: an operation declared as `paged`.
pub trait Paginated: Endpoint<Response: Page> {}

/// One page of a list, as the API sends it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no page of a list",
    note = "a `paged` operation gives a `Vec`, or a type that implements `Page`"
)]
pub trait Page: Send + 'static {
    /// An item of the list.
    type Item: Encode + Send + 'static;

    /// The number of items.
    fn len(&self) -> usize;

    /// Whether the page is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items.
    fn into_items(self) -> Vec<Self::Item>;

    /// Where the next page begins, for an API that has it in the body; `None` otherwise and on the last page (also where
    /// the API marks that by an empty text: an empty cursor ends the list with an error).
    ///
    /// For an API that continues after the last item, that is the item's id, and [`has_more`](Self::has_more) says whether the list
    /// does. For a list that is declared `paged(Link)` it is the URL of the next page.
    fn next_cursor(&self) -> Option<String> {
        None
    }

    /// Whether the list has more items after this page, for an API that says so in the body; `None` (the default) otherwise. `false` ends
    /// a list of any kind; where it is `true`, a list that says nothing of its next page is an error, and one that the client counts
    /// does not end with a short page.
    fn has_more(&self) -> Option<bool> {
        None
    }

    /// The number of items that the whole list holds, for an API that has it in the body; `None` (the default) otherwise. See
    /// [`Api::TOTAL`].
    fn total(&self) -> Option<u64> {
        None
    }
}

impl<T: Encode + Send + 'static> Page for Vec<T> {
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
    /// The pages of a list, one request each, as a [`Stream`]; [`Pages::items`] yields the items one by one. A page is
    /// requested only when it is polled for, and not kept.
    ///
    /// A list that cannot be followed to its end fails, after the items received: for instance with an empty or repeated
    /// cursor, or a link to the next page without the cursor.
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
    pub fn pages<E: Paginated + HostedBy<A>>(&self, list: E) -> Pages<E> {
        const { check_cursor::<E>() }
        pages(self.call(list))
    }
}

/// The pages of a list, each asked for as this call is.
pub(crate) fn pages<E: Paginated>(call: Call<E>) -> Pages<E> {
    Pages {
        call,
        begun: false,
        from_start: false,
        received: 0,
        cursor: None,
        visited: Visited::default(),
        last_page: None,
        same: 0,
        state: PagesState::Ready,
        ahead: Ahead::new(0, false),
        total: None,
        page_len: 0,
    }
}

/// The pages of a list: a [`Stream`], or [`next`](Self::next) by hand. Ends after the last page and after an error.
#[must_use = "nothing is asked for before it is wanted"]
pub struct Pages<E: Paginated> {
    call: Call<E>,
    begun: bool,
    /// Whether the first page was the list's own first.
    from_start: bool,
    /// How many items came.
    received: u64,
    cursor: Option<String>,
    visited: Visited,
    /// Of the last page, the hash, and how often it came in a row.
    last_page: Option<u64>,
    same: u32,
    state: PagesState<E>,
    ahead: Ahead<E>,
    total: Option<u64>,
    /// How many items the last page held.
    page_len: u64,
}

enum PagesState<E: Paginated> {
    Ready,
    Asking(Box<Asked<E>>),
    /// The last page has been yielded, but its error has not.
    Failed(Box<ErrorInner>),
    Done,
}

impl<E: Paginated> Pages<E> {
    /// Sets options of each request: any of [`Call`].
    pub fn with(mut self, settings: impl FnOnce(Call<E>) -> Call<E>) -> Self {
        self.call = settings(self.call);
        self
    }

    /// Begins at this cursor instead of at the first page, to resume where an earlier run stopped.
    pub fn from_cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Requests up to this many pages in advance (default: 0). The next request is sent as soon as the cursor is known: with the
    /// response's headers if it is one of them, otherwise when the page is yielded. The next page then arrives while the items
    /// of this one are processed. Off by default, because a loop that stops early would have requested pages in vain, and
    /// because a new connection costs more than it saves if no work is done between pages.
    ///
    /// Each page in advance is held in memory. Dropping `Pages` cancels all pending requests.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.ahead = Ahead::new(pages, false);
        self
    }

    /// Requests up to this many pages at once, and yields them in order and to the true end of the list (default: 1).
    ///
    /// The cursors after the first page are computed, for lists that are paged by offset or page number, and for those of an API
    /// with [`OFFSET_CURSORS`](Api::OFFSET_CURSORS); for other lists this is [`prefetch`](Self::prefetch). The responses decide:
    /// a page that starts elsewhere than they lead to is discarded and requested again. At the end of a list up to `pages - 1`
    /// requests are in vain, and none where [`total`](Self::total) is known.
    ///
    /// At most this many pages are held in memory. Dropping `Pages` cancels all pending requests.
    pub fn concurrent(mut self, pages: usize) -> Self {
        self.ahead = Ahead::new(if pages < 2 { 0 } else { pages }, true);
        self
    }

    /// Where the next page begins; `None` before the first and after the last. With
    /// [`from_cursor`](Self::from_cursor), a later run can resume from here.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The length of the whole list, if the server reported it with the last page ([`Api::TOTAL`]).
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

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<PageOf<E>>> {
        loop {
            match std::mem::replace(&mut self.state, PagesState::Done) {
                PagesState::Done => return Poll::Ready(None),
                PagesState::Failed(error) => return Poll::Ready(Some(Err(Error::new(error)))),
                PagesState::Ready => {
                    let asked = self.ahead.take(self.cursor.as_deref());
                    let asked =
                        asked.unwrap_or_else(|| Asked::new(self.call.clone(), self.cursor.clone(), &self.ahead));
                    self.state = PagesState::Asking(asked.into());
                }
                PagesState::Asking(mut asked) => match asked.poll(cx) {
                    Poll::Pending => {
                        self.ahead.fill(&self.call, Some(&mut asked), None, self.pages_left(), cx);
                        self.state = PagesState::Asking(asked);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => {
                        self.ahead.clear();
                        return Poll::Ready(Some(Err(error)));
                    }
                    Poll::Ready(Ok(page)) => {
                        let items = self.handle_page(page);
                        match self.state {
                            PagesState::Ready => {
                                self.ahead.align(self.cursor.as_deref());
                                let left = self.pages_left();
                                self.ahead.fill(&self.call, None, self.cursor.as_deref(), left, cx);
                            }
                            _ => self.ahead.clear(),
                        }
                        if let Some(items) = items {
                            return Poll::Ready(Some(Ok(items)));
                        }
                    }
                },
            }
        }
    }

    /// The most pages that can follow.
    fn pages_left(&self) -> u64 {
        match self.total.filter(|_| self.from_start && self.page_len > 0) {
            Some(total) => total.saturating_sub(self.received).div_ceil(self.page_len),
            None => u64::MAX,
        }
    }

    /// Takes a page in; `None` when there is nothing in it to yield.
    fn handle_page(&mut self, page: Response<E::Response>) -> Option<Vec<<E::Response as Page>::Item>> {
        let first = !std::mem::replace(&mut self.begun, true);
        if first && self.cursor.is_none() {
            self.cursor = self.call.own_cursor();
            self.from_start = self.cursor.is_none();
        }
        let len = page.value.len();
        let next = self.next_position(&page);
        self.page_len = self.page_len.max(len as u64);
        if let Ok(next) = &next {
            self.ahead.observe(self.cursor.as_deref(), next.as_deref());
        }
        self.cursor = None;
        match next {
            Ok(None) => {}
            Ok(next) => {
                self.cursor = next;
                self.state = PagesState::Ready;
            }
            // The items received are yielded before.
            Err(error) => {
                let mut inner = ErrorInner::new(ErrorKind::Decode, Some(error.into()));
                inner.operation = Some(E::OPERATION);
                inner.status = Some(page.status);
                inner.attempts = page.attempts;
                self.state = PagesState::Failed(inner);
            }
        }
        (len > 0 || self.cursor.is_some() || (first && matches!(self.state, PagesState::Done)))
            .then(|| page.value.into_items())
    }

    /// Where the next page begins; `None` when this one is the last.
    fn next_position(&mut self, page: &Response<E::Response>) -> Result<Option<String>, DecodeError> {
        let total = <E::Api as Api>::TOTAL.and_then(|name| page.headers.get(name));
        let total = total.and_then(|total| total.to_str().ok()?.trim().parse().ok());
        self.total = total.or_else(|| page.value.total()).or(self.total);
        let len = page.value.len();
        self.received = self.received.saturating_add(len as u64);
        let complete = self.from_start && self.total == Some(self.received);
        match E::OPERATION.paged {
            Some(Paging::Offset | Paging::Number) => {
                self.count_on(len, complete, page.value.has_more(), &page.raw_body)
            }
            // Such an API names pages that are not there.
            _ if <E::Api as Api>::EMPTY_PAGE_ENDS && (len == 0 || complete) => Ok(None),
            _ => {
                let Some(next) = told::<E>(&page.value, &page.headers)? else { return Ok(None) };
                if next.is_empty() {
                    return Err(DecodeError::custom("it gives an empty text for where the next page begins"));
                }
                let next = position_of(&self.call, self.cursor.as_deref(), next)?;
                if let Some(here) = &self.cursor {
                    self.visited.insert(here);
                }
                if self.visited.contains(&next) {
                    let text = "the next page is one that was there before: the list would never end";
                    return Err(DecodeError::custom(text));
                }
                Ok(Some(next))
            }
        }
    }

    /// Counts on from a page, for a server that does not say where the next one begins.
    fn count_on(
        &mut self,
        len: usize,
        complete: bool,
        has_more: Option<bool>,
        raw: &[u8],
    ) -> Result<Option<String>, DecodeError> {
        let full = match (self.call.param(<E::Api as Api>::LIMIT), <E::Api as Api>::MAX_LIMIT) {
            // Otherwise nobody knows how long a full page is: a server may hold to less than it is asked for.
            (Some(limit), Some(most)) => limit.parse().ok().map(|limit: usize| most.min(limit)),
            _ => None,
        };
        let more = has_more.unwrap_or(self.from_start && self.total.is_some_and(|total| total > self.received));
        let ended = has_more == Some(false) || (len == 0 && has_more.is_none());
        if ended || complete || (full.is_some_and(|full| len < full) && !more) {
            return Ok(None);
        }
        // A server that does not know the parameter returns its first page forever.
        let hash = self.visited.hash(raw);
        self.same = if self.last_page == Some(hash) { self.same + 1 } else { 1 };
        self.last_page = Some(hash);
        if self.same > SAME_PAGES {
            let text = format!(
                "the same page came again and again, whatever `{}` asked for",
                E::OPERATION.cursor_name(<E::Api as Api>::CURSOR)
            );
            return Err(DecodeError::custom(text));
        }
        let by = if E::OPERATION.paged == Some(Paging::Offset) { len as u64 } else { 1 };
        let next = counted_on::<E>(self.cursor.as_deref(), by).ok_or_else(|| {
            let text = "where the next page begins is counted, and from where this one began it cannot be counted on";
            DecodeError::custom(text)
        })?;
        Ok(Some(next))
    }
}

/// How often the same page may come in a row.
const SAME_PAGES: u32 = 2;

/// The cursors of a list so far, as hashes: a server may send very long ones, and very many.
#[derive(Default)]
struct Visited {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Visited {
    /// Then it starts again, which finds every cycle that is not longer, only later: half a megabyte to a megabyte.
    const MOST: usize = 1 << 16;

    fn hash(&self, of: impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }

    fn insert(&mut self, cursor: &str) {
        if self.hashes.len() == Self::MOST {
            self.hashes.clear();
        }
        self.hashes.insert(self.hash(cursor));
    }

    fn contains(&self, cursor: &str) -> bool {
        self.hashes.contains(&self.hash(cursor))
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

    /// Collects all remaining items in memory.
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
