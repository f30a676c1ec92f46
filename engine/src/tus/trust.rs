//! How far a server is believed.

/// How often the server may contradict itself (take back what it had confirmed, confirm what was never sent) without
/// getting any further before it is not believed any more.
const CONTRADICTIONS: u32 = 3;

/// Counts the contradictions of a server since it was last further than ever.
#[derive(Debug)]
pub(super) struct Trust {
    furthest: u64,
    contradictions: u32,
}

impl Trust {
    pub(super) fn new(offset: u64) -> Self {
        Self { furthest: offset, contradictions: 0 }
    }

    /// Notes an offset that the server is at. One that is further than ever forgives what was before.
    pub(super) fn reached(&mut self, offset: u64) {
        if offset > self.furthest {
            *self = Self::new(offset);
        }
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
