//! The attempts of a call before the one that it ended with.

use std::fmt;

use http::StatusCode;

use super::one_line::one_line;
use super::{ErrorInner, ErrorKind};

/// How many different failures are kept, and how much of what each says, in bytes.
const MOST: usize = 8;
pub(super) const MOST_TEXT: usize = 300;

/// An attempt that failed before the one that a call ended with; several in a row that failed alike are one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EarlierAttempt {
    /// What kind of failure it was.
    pub kind: ErrorKind,
    /// The response's status.
    pub status: Option<StatusCode>,
    /// What happened, in one line of at most 300 bytes, causes included; secrets are redacted.
    pub message: String,
    /// How many attempts in a row failed so.
    pub times: u32,
}

/// Without secrets, and never longer than a screen.
impl fmt::Display for EarlierAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.times {
            1 => Ok(()),
            times => write!(f, " ({times} times)"),
        }
    }
}

/// Adds a failure to those before it. Of many, the first and the last are kept.
pub(crate) fn note_attempt(earlier: &mut Vec<EarlierAttempt>, error: &ErrorInner) {
    let message = one_line(&error.what_happened(true), MOST_TEXT);
    match earlier.last_mut() {
        Some(last) if (last.kind, last.status) == (error.kind, error.status) && last.message == message => {
            last.times += 1;
        }
        _ => {
            if earlier.len() == MOST {
                earlier.remove(1);
            }
            earlier.push(EarlierAttempt { kind: error.kind, status: error.status, message, times: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_are_kept_in_bounds() {
        let mut earlier = Vec::new();
        for status in 500..600 {
            for _ in 0..3 {
                let mut error = ErrorInner::new(ErrorKind::Status, None);
                error.status = StatusCode::from_u16(status).ok();
                error.raw_body = format!("é{}", "x\n".repeat(100_000)).into();
                note_attempt(&mut earlier, &error);
            }
        }
        let statuses: Vec<_> =
            earlier.iter().filter_map(|attempt| attempt.status).map(|status| status.as_u16()).collect();
        assert_eq!(statuses, [500, 593, 594, 595, 596, 597, 598, 599]);
        assert!(earlier.iter().all(|attempt| attempt.times == 3 && attempt.message.len() <= MOST_TEXT));
        assert!(earlier[0].to_string().ends_with("(3 times)"), "{}", earlier[0]);
    }
}
