//! How far a server's reports are trusted.

/// How often the server may contradict itself (report less than it had confirmed, or more than was sent) without progress
/// before the upload fails.
const CONTRADICTIONS: u32 = 3;

/// How often in a row the server may accept less than a sixteenth of a part that it has read. Without a limit, a server that
/// accepts a byte at a time would be sent the whole content for each.
const SLIVERS: u32 = 16;

/// Counts the contradictions of a server since its last progress, and knows the most that it can have.
#[derive(Debug)]
pub(super) struct Trust {
    furthest: u64,
    contradictions: u32,
    /// The offset up to which bytes may have been sent; `None` before the first report of an upload that was begun elsewhere.
    sent: Option<u64>,
    slivers: u32,
}

impl Trust {
    pub(super) fn new(offset: u64) -> Self {
        Self { furthest: offset, contradictions: 0, sent: None, slivers: 0 }
    }

    /// Records an offset that the server is at. A new maximum resets the counts.
    pub(super) fn reached(&mut self, offset: u64) {
        if offset > self.furthest {
            (self.furthest, self.contradictions) = (offset, 0);
        }
    }

    /// Records that bytes up to this offset are sent (0 for a new upload).
    pub(super) fn sent(&mut self, to: u64) {
        self.sent = self.sent.max(Some(to));
    }

    /// Records an offset that the server has reported. If it exceeds what was sent, the error is how much that was. The first
    /// report may be ahead of this side: a checkpoint can be old.
    pub(super) fn reported(&mut self, offset: u64) -> Result<(), u64> {
        let sent = *self.sent.get_or_insert(offset);
        if offset > sent { Err(sent) } else { Ok(()) }
    }

    /// Records how much the server has accepted of what it has read; `false` if it was too little too often.
    pub(super) fn takes_enough(&mut self, taken: u64, of: u64) -> bool {
        self.slivers = if taken < of / 16 { self.slivers + 1 } else { 0 };
        self.slivers < SLIVERS
    }

    /// Whether one more contradiction is tolerated.
    pub(super) fn is_left(&self) -> bool {
        self.contradictions < CONTRADICTIONS
    }

    /// Records a contradiction; `false` if it was one too many.
    pub(super) fn survives_contradiction(&mut self) -> bool {
        let left = self.is_left();
        self.contradictions += 1;
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_what_was_never_sent() {
        let mut trust = Trust::new(0);
        trust.sent(0);
        trust.sent(10);
        assert_eq!((trust.reported(10), trust.reported(11)), (Ok(()), Err(10)));
        // Begun elsewhere: its first report is taken as what was sent.
        let mut trust = Trust::new(5);
        assert_eq!((trust.reported(7), trust.reported(8)), (Ok(()), Err(7)));
    }

    #[test]
    fn slivers_are_counted_in_a_row() {
        let mut trust = Trust::new(0);
        for enough in [16, 8, 1] {
            assert!((0..15).all(|_| trust.takes_enough(1, 100)));
            assert!(trust.takes_enough(enough, 16));
        }
        assert!((0..15).all(|_| trust.takes_enough(0, 100)));
        assert!(!trust.takes_enough(1, 100));
    }

    #[test]
    fn three_contradictions_are_believed_and_only_new_ground_forgives_them() {
        let mut trust = Trust::new(10);
        for again in [true, true, true, false] {
            assert_eq!(trust.is_left(), again);
            assert_eq!(trust.survives_contradiction(), again);
            // Where it was before, or back.
            trust.reached(10);
            trust.reached(5);
        }
        trust.reached(11);
        assert!(trust.survives_contradiction());
    }
}
