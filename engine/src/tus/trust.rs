//! How far a server is believed.

/// How often the server may contradict itself (take back what it had confirmed, confirm what was never sent) without
/// getting any further before it is not believed any more.
const CONTRADICTIONS: u32 = 3;

/// How often in a row the server may take less than a sixteenth of a part that it has read: otherwise one that takes a
/// byte at a time is sent the whole content for each.
const SLIVERS: u32 = 16;

/// Counts the contradictions of a server since it was last further than ever, and knows what it can have at most.
#[derive(Debug)]
pub(super) struct Trust {
    furthest: u64,
    contradictions: u32,
    /// Up to where anybody can have sent it anything; `None` before it was asked about an upload that was begun elsewhere.
    sent: Option<u64>,
    slivers: u32,
}

impl Trust {
    pub(super) fn new(offset: u64) -> Self {
        Self { furthest: offset, contradictions: 0, sent: None, slivers: 0 }
    }

    /// Notes an offset that the server is at. One that is further than ever forgives what was before.
    pub(super) fn reached(&mut self, offset: u64) {
        if offset > self.furthest {
            (self.furthest, self.contradictions) = (offset, 0);
        }
    }

    /// Notes that bytes up to this offset are sent. (Of an upload that is new, none.)
    pub(super) fn sent(&mut self, to: u64) {
        self.sent = self.sent.max(Some(to));
    }

    /// Notes that the server was asked, and how much it says it has. When that is more than it was sent, it is how much
    /// that was. The first time, the upload may be further than this side knows: a checkpoint can be an old one.
    pub(super) fn told(&mut self, offset: u64) -> Result<(), u64> {
        let sent = *self.sent.get_or_insert(offset);
        if offset > sent { Err(sent) } else { Ok(()) }
    }

    /// Notes how much the server has taken of what it has read; `false` if it was too little once too often.
    pub(super) fn takes_enough(&mut self, taken: u64, of: u64) -> bool {
        self.slivers = if taken < of / 16 { self.slivers + 1 } else { 0 };
        self.slivers < SLIVERS
    }

    /// Whether one more contradiction is believed to be an accident.
    pub(super) fn is_left(&self) -> bool {
        self.contradictions < CONTRADICTIONS
    }

    /// Notes a contradiction; `false` if it was one too many.
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
        assert_eq!((trust.told(10), trust.told(11)), (Ok(()), Err(10)));
        // Begun elsewhere: what it says at first is what it was sent.
        let mut trust = Trust::new(5);
        assert_eq!((trust.told(7), trust.told(8)), (Ok(()), Err(7)));
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
