//! Pages that are asked for before they are wanted, and which those are.
//!
//! Its start is read from the response before it, or guessed by computing it. A guess is only that: the page counts if the
//! response before it, once it is there, leads to it, and is dropped otherwise.

use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use http::HeaderMap;

use super::Paginated;
use super::told::{position_of, told, told_by_headers};
use crate::api::Api;
use crate::call::{Call, ResponseFuture};
use crate::endpoint::Paging;
use crate::error::Error;
use crate::response::Response;

type Outcome<E> =
    Result<Response<<E as crate::endpoint::Endpoint>::Response>, Error<<E as crate::endpoint::Endpoint>::Error>>;

/// A page that has been asked for.
pub(super) struct Asked<E: Paginated> {
    /// Where it begins.
    pub(super) cursor: Option<String>,
    sending: ResponseFuture<E>,
    /// Brings the headers as soon as they are there.
    head: Option<oneshot::Receiver<HeaderMap>>,
    outcome: Option<Outcome<E>>,
    /// Where the next page begins, as far as it is known.
    told: Option<String>,
    /// For lists of links, which are seen from the page that they are in.
    call: Option<Call<E>>,
}

impl<E: Paginated> Asked<E> {
    /// Asks for the page when it is polled.
    pub(super) fn new(call: Call<E>, cursor: Option<String>, ahead: &Ahead<E>) -> Self {
        let followed = (E::OPERATION.paged == Some(Paging::Link) && ahead.is_on()).then(|| call.clone());
        let call = match &cursor {
            Some(cursor) => call.at_cursor(cursor),
            None => call,
        };
        let (sending, head) = match ahead.is_on() {
            true => call.send_telling_head(),
            false => (call.with_response().into_future(), None),
        };
        Self { cursor, sending, head, outcome: None, told: None, call: followed }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<E>> {
        match self.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => Pin::new(&mut self.sending).poll(cx),
        }
    }

    /// Where the next page begins, if the response says so and as much of it is there.
    fn told(&mut self, cx: &mut Context<'_>) -> Option<String> {
        if let Some(head) = &mut self.head
            && let Poll::Ready(head) = Pin::new(head).poll(cx)
        {
            self.head = None;
            self.told = head.ok().and_then(|head| told_by_headers::<E>(&head).ok().flatten());
            self.told = self.told.take().and_then(|told| self.position_of(told));
        }
        if self.told.is_none() && self.head.is_none() {
            if self.outcome.is_none()
                && let Poll::Ready(outcome) = Pin::new(&mut self.sending).poll(cx)
            {
                self.outcome = Some(outcome);
            }
            let page = self.outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
            let told = page.and_then(|page| told::<E>(&page.value, &page.headers).ok().flatten());
            self.told = told.and_then(|told| self.position_of(told));
        }
        self.told.clone()
    }
}

impl<E: Paginated> Asked<E> {
    fn position_of(&self, told: String) -> Option<String> {
        match &self.call {
            Some(call) => position_of(call, self.cursor.as_deref(), told).ok(),
            None => Some(told),
        }
    }
}

/// The pages after the one that is wanted.
pub(super) struct Ahead<E: Paginated> {
    asked: VecDeque<Asked<E>>,
    /// How many there may be.
    most: usize,
    /// Whether to guess where pages begin that no response has told of yet.
    guess: bool,
    /// How far it is from one page to the next.
    stride: u64,
}

impl<E: Paginated> Ahead<E> {
    pub(super) fn new(most: usize, guess: bool) -> Self {
        // Where cursors cannot be computed there is nothing to guess by.
        let computable =
            matches!(E::OPERATION.paged, Some(Paging::Offset | Paging::Number)) || <E::Api as Api>::OFFSET_CURSORS;
        // Then the page that is waited for is one of those side by side.
        let most = if guess && !computable { most.saturating_sub(1) } else { most };
        Self { asked: VecDeque::new(), most, guess: guess && computable, stride: 0 }
    }

    fn is_on(&self) -> bool {
        self.most > 0
    }

    /// Drops what has been asked for unless the next page, which begins there, is the first of it: the list goes on elsewhere
    /// than was guessed.
    pub(super) fn align(&mut self, cursor: Option<&str>) {
        if self.asked.front().is_some_and(|next| next.cursor.as_deref() != cursor) {
            self.asked.clear();
        }
    }

    /// The page that begins there, if it was asked for.
    pub(super) fn take(&mut self, cursor: Option<&str>) -> Option<Asked<E>> {
        self.align(cursor);
        self.asked.pop_front()
    }

    pub(super) fn clear(&mut self) {
        self.asked.clear();
    }

    /// Learns how far it is from one page to the next.
    pub(super) fn observe(&mut self, cursor: Option<&str>, next: Option<&str>) {
        let (here, next) = (position::<E>(cursor), next.and_then(|next| position::<E>(Some(next))));
        if let (true, Some(here), Some(next)) = (self.guess, here, next) {
            // Of a page that was cut short the next ones know nothing.
            self.stride = self.stride.max(next.saturating_sub(here));
        }
    }

    /// Asks for what may be asked for after the page that is under way, or else for the one at `next`, and those after it.
    /// `left` is how many pages there are at most.
    pub(super) fn fill(
        &mut self,
        call: &Call<E>,
        mut current: Option<&mut Asked<E>>,
        next: Option<&str>,
        left: u64,
        cx: &mut Context<'_>,
    ) {
        let underway = usize::from(current.is_some());
        // What is asked for side by side includes the page that is waited for.
        let most = if self.guess { self.most.saturating_sub(underway) } else { self.most };
        while self.asked.len() < most && ((self.asked.len() + underway) as u64) < left {
            let cursor = match self.asked.back_mut().or(current.as_deref_mut()) {
                None => next.map(str::to_owned),
                Some(last) => match counted_on::<E>(last.cursor.as_deref(), self.stride) {
                    Some(cursor) => Some(cursor),
                    None if matches!(E::OPERATION.paged, Some(Paging::Cursor | Paging::Link)) => last.told(cx),
                    None => None,
                },
            };
            let Some(cursor) = cursor else { return };
            let mut asked = Asked::new(call.clone(), Some(cursor), self);
            asked.sending.go_on_unpolled();
            self.asked.push_back(asked);
        }
    }
}

/// The offset or number at which a page begins; `None` if its cursor is neither.
fn position<E: Paginated>(cursor: Option<&str>) -> Option<u64> {
    match (E::OPERATION.paged, cursor) {
        (Some(Paging::Number), None) => Some(<E::Api as Api>::FIRST_PAGE),
        (Some(Paging::Number), Some(cursor)) => cursor.parse().ok(),
        (Some(Paging::Link), _) => None,
        (_, None) => Some(0),
        (_, Some(cursor)) => <E::Api as Api>::cursor_offset(cursor),
    }
}

/// The cursor so far behind another; `None` if it cannot be computed.
pub(super) fn counted_on<E: Paginated>(cursor: Option<&str>, by: u64) -> Option<String> {
    if by == 0 {
        return None;
    }
    let position = position::<E>(cursor)?.checked_add(by)?;
    Some(if E::OPERATION.paged == Some(Paging::Number) {
        position.to_string()
    } else {
        <E::Api as Api>::offset_cursor(position)
    })
}
