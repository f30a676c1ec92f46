//! What `{:#}` adds to an error's own text: the causes.

use std::error::Error as StdError;
use std::fmt;

use super::one_line::one_line;

/// How many causes are shown; more are a circle.
const MAX_CAUSES: usize = 16;

/// How much of one cause's text is shown, in bytes.
const MAX_CAUSE: usize = 1000;

/// Writes what `{:#}` adds to the text of an error: each of its causes after a colon, in one line. Without `#` it writes
/// nothing.
///
/// For the `Display` of an error that has a [`source`](StdError::source): its own text must then say nothing of that.
///
/// ```
/// use std::{error::Error, fmt, io};
///
/// #[derive(Debug)]
/// struct NoConfig(io::Error);
///
/// impl fmt::Display for NoConfig {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("there is no configuration")?;
///         typed_endpoint::write_causes(self, f)
///     }
/// }
///
/// impl Error for NoConfig {
///     fn source(&self) -> Option<&(dyn Error + 'static)> {
///         Some(&self.0)
///     }
/// }
///
/// let error = NoConfig(io::Error::other("the disk is gone"));
/// assert_eq!(error.to_string(), "there is no configuration");
/// assert_eq!(format!("{error:#}"), "there is no configuration: the disk is gone");
/// ```
///
/// # Errors
/// Those of the formatter.
pub fn write_causes(error: &dyn StdError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !f.alternate() {
        return Ok(());
    }
    each_cause(error.source(), |text| write!(f, ": {text}"))
}

/// Implements `Debug` of error types as their text with its causes: a `main` that returns an error prints that.
macro_rules! debug_as_text {
    ($($error:ty),+) => {
        $(impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::write!(f, "{self:#}")
            }
        })+
    };
}
pub(crate) use debug_as_text;

/// Visits each cause of a chain that does not only repeat the one before it.
pub(super) fn each_cause<E>(
    first: Option<&(dyn StdError + 'static)>,
    mut tell: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let (mut cause, mut told) = (first, String::new());
    for _ in 0..MAX_CAUSES {
        let Some(current) = cause else { break };
        let text = one_line(&current.to_string(), MAX_CAUSE);
        // One that prints its causes itself may have something to say after them: a call's error, advice.
        let whole = one_line(&format!("{current:#}"), MAX_CAUSE * MAX_CAUSES);
        let next = current.source().map(|next| one_line(&next.to_string(), MAX_CAUSE));
        if whole != text && next.is_some_and(|next| whole.contains(&next)) {
            return tell(&whole);
        }
        // Those of other crates may print their own causes, too.
        if !told.ends_with(&text) {
            tell(&text)?;
            told = text;
        }
        cause = current.source();
    }
    Ok(())
}
