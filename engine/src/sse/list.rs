//! The items of a JSON array, cut out of its bytes as they arrive.

use bytes::{Buf, Bytes};

/// How much is kept of what is no array.
const MOST_OTHER: usize = 1024;

/// Where in an array the next byte stands. An item itself is not checked: whoever reads it does that.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    state: State,
    /// How many arrays and objects of the item are open.
    depth: usize,
    in_string: bool,
    escaped: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Nothing has come but spaces.
    #[default]
    Before,
    Inside,
    After,
    /// It is no array.
    Other,
}

impl List {
    /// Whether the array has ended.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::After
    }

    /// Whether the body is something else.
    pub(super) fn is_other(&self) -> bool {
        self.state == State::Other
    }

    /// Takes bytes off `chunk`, those of an item into `item`; `true` when that is whole.
    pub(super) fn take(&mut self, chunk: &mut Bytes, item: &mut Vec<u8>) -> bool {
        if self.state == State::Before {
            self.begin(chunk);
        }
        match self.state {
            State::Inside => {}
            State::Other => {
                item.extend(chunk.iter().take(MOST_OTHER.saturating_sub(item.len())));
                chunk.clear();
            }
            State::Before | State::After => chunk.clear(),
        }
        let end = chunk.iter().position(|byte| self.ends_item(*byte));
        let (own, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
        item.extend_from_slice(own);
        if rest.first() == Some(&b']') {
            self.state = State::After;
        }
        chunk.advance(own.len() + usize::from(end.is_some()));
        end.is_some() && !item.trim_ascii().is_empty()
    }

    fn begin(&mut self, chunk: &mut Bytes) {
        // A byte order mark may stand before it.
        let is_space = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF);
        let Some(at) = chunk.iter().position(|byte| !is_space(byte)) else { return };
        chunk.advance(at);
        self.state = State::Other;
        if chunk.first() == Some(&b'[') {
            self.state = State::Inside;
            chunk.advance(1);
        }
    }

    /// Whether a byte stands behind an item.
    fn ends_item(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'[' | b'{' => self.depth += 1,
            b',' | b']' if self.depth == 0 => return true,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}
