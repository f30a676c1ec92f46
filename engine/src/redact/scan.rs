//! Finds secrets in a text, however JSON, URLs and HTML spell them, in a number of steps that is bounded by the length
//! of the text.
//!
//! All secrets are looked for at once: they are sorted, and a position in all of them is the range of those that agree
//! with what was read. A text and secrets that a server made to be slow run out of steps; the rest of the text is then
//! withheld.

use std::borrow::Cow;

/// Anything shorter is no secret worth the name, and would redact parts of ordinary words.
const SHORTEST: usize = 6;

/// How much of a secret is looked for, in bytes. Of a longer one this is enough to know it, and what follows is redacted
/// to the end of the text.
const LONGEST: usize = 4 * 1024;

/// How many steps each byte of a text is good for. Ordinary texts take two or three.
const STEPS_PER_BYTE: usize = 16;

/// The steps of a short text.
const STEPS: usize = 4 * 1024;

/// How many backslashes before an escaped letter are read: JSON four times inside JSON has 15.
const BACKSLASHES: usize = 16;

/// The longest entity of HTML that is read, and the longest of all escapes but for backslashes.
const LONGEST_ESCAPE: usize = 12;

/// What stands in place of a secret.
pub(crate) const MARK: &str = "[key]";

/// The secrets to look for.
pub(super) struct Scanner<'s> {
    /// Sorted, each once.
    patterns: Vec<Pattern<'s>>,
    /// Whether a letter may begin a secret, as it is or escaped.
    begins: [bool; 256],
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern<'s> {
    text: &'s [u8],
    /// Whether the secret continues after it.
    goes_on: bool,
}

/// How far a reading has come: in the text, and in the patterns `from..to`, which agree up to `depth`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reading {
    at: usize,
    from: usize,
    to: usize,
    depth: usize,
}

/// The steps taken and those that are left.
pub(super) struct Steps {
    left: usize,
    pub(super) taken: usize,
}

impl Steps {
    pub(super) fn for_bytes(len: usize) -> Self {
        Self { left: len.saturating_mul(STEPS_PER_BYTE).saturating_add(STEPS), taken: 0 }
    }

    /// Takes some; `false` when none are left.
    fn take(&mut self, steps: usize) -> bool {
        self.taken += steps.min(self.left);
        let enough = steps <= self.left;
        self.left = self.left.saturating_sub(steps);
        enough
    }
}

impl<'s> Scanner<'s> {
    pub(super) fn new(secrets: impl Iterator<Item = &'s str>) -> Self {
        let mut patterns: Vec<_> = secrets
            .filter(|secret| secret.len() >= SHORTEST)
            .map(|secret| Pattern { text: known_part(secret), goes_on: secret.len() > LONGEST })
            .collect();
        patterns.sort_unstable();
        patterns.dedup();
        let mut begins = [false; 256];
        for first in patterns.iter().filter_map(|pattern| pattern.text.first()).chain(b"%\\&+") {
            // There is a place for each byte.
            begins[usize::from(*first)] = true;
        }
        Self { patterns, begins }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The text without the secrets. `cut`: it may end in the middle of one.
    pub(super) fn redact<'t>(&self, text: &'t str, cut: bool, steps: &mut Steps) -> Cow<'t, str> {
        self.replace(text, cut, steps, |_| MARK)
    }

    /// The text with what stands in place of each secret, which is given as [`known_part`] has it; `None`: what was withheld.
    pub(super) fn replace<'t, 'w>(
        &self,
        text: &'t str,
        cut: bool,
        steps: &mut Steps,
        with: impl Fn(Option<&[u8]>) -> &'w str,
    ) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut kept, mut at) = (String::new(), 0, 0);
        let mut readings = Vec::new();
        while let Some(first) = text.as_bytes().get(at) {
            let enough = steps.take(1);
            // Continuation bytes begin nothing, as secrets are texts, too. There is a place for each byte.
            let found = match enough && self.begins[usize::from(*first)] && text.is_char_boundary(at) {
                true => self.match_at(text, at, cut, steps, &mut readings),
                false => Ok(None),
            };
            match found {
                Ok(None) if enough => at += 1,
                Ok(Some(Match { end, pattern })) => {
                    shown.push_str(text.get(kept..at).unwrap_or_default());
                    shown.push_str(with(pattern));
                    (at, kept) = (end, end);
                }
                Ok(None) | Err(OutOfSteps) => {
                    let at = (kept..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(kept);
                    shown.push_str(text.get(kept..at).unwrap_or_default());
                    shown.push_str(with(None));
                    return Cow::Owned(shown);
                }
            }
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        shown.push_str(text.get(kept..).unwrap_or_default());
        Cow::Owned(shown)
    }

    /// The longest secret that begins here.
    fn match_at(
        &self,
        text: &str,
        start: usize,
        cut: bool,
        steps: &mut Steps,
        readings: &mut Vec<Reading>,
    ) -> Result<Option<Match<'s>>, OutOfSteps> {
        let mut longest: Option<Match<'s>> = None;
        readings.clear();
        readings.push(Reading { at: start, from: 0, to: self.patterns.len(), depth: 0 });
        while let Some(reading) = readings.pop() {
            if !steps.take(1) {
                return Err(OutOfSteps);
            }
            let rest = text.get(reading.at..).unwrap_or_default();
            if cut && reading.depth >= SHORTEST && is_cut_here(rest) {
                longest = Some(Match { end: text.len(), pattern: None });
            }
            let mut go_on = |spelled: usize, bytes: &[u8]| {
                let next = self.narrow(Reading { at: reading.at + spelled, ..reading }, bytes);
                let Some(next) = next.filter(|next| readings.last() != Some(next)) else { return };
                if let Some(pattern) = self.patterns.get(next.from).filter(|own| own.text.len() == next.depth) {
                    let end = if pattern.goes_on { text.len() } else { next.at };
                    if longest.as_ref().is_none_or(|longest| longest.end < end) {
                        longest = Some(Match { end, pattern: Some(pattern.text) });
                    }
                }
                readings.push(next);
            };
            // A secret may itself hold what looks like an escape, so a letter may be read in two ways.
            if let Some(letter) = rest.chars().next() {
                go_on(letter.len_utf8(), letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            unescape(rest, &mut go_on);
        }
        Ok(longest)
    }

    /// The patterns that continue with these bytes.
    fn narrow(&self, mut reading: Reading, bytes: &[u8]) -> Option<Reading> {
        for byte in bytes {
            let range = self.patterns.get(reading.from..reading.to)?;
            // The shorter ones come first: they end here.
            let from = range.partition_point(|pattern| pattern.text.get(reading.depth) < Some(byte));
            let to = range.partition_point(|pattern| pattern.text.get(reading.depth) <= Some(byte));
            if from == to {
                return None;
            }
            reading = Reading { from: reading.from + from, to: reading.from + to, depth: reading.depth + 1, ..reading };
        }
        Some(reading)
    }
}

/// A secret that was found in a text.
struct Match<'s> {
    end: usize,
    /// Its [`known_part`]; `None` if the text ends before it does.
    pattern: Option<&'s [u8]>,
}

/// As much of a secret as is looked for.
pub(super) fn known_part(secret: &str) -> &[u8] {
    secret.as_bytes().get(..LONGEST).unwrap_or(secret.as_bytes())
}

struct OutOfSteps;

/// Whether a text that was cut ends here, perhaps in the middle of a letter.
fn is_cut_here(rest: &str) -> bool {
    rest.is_empty()
        || rest == "\u{fffd}"
        || (rest.len() < BACKSLASHES + LONGEST_ESCAPE && rest.starts_with(['%', '\\', '&']))
}

/// What the beginning of a text may stand for, escaped as in URLs, JSON or HTML: how many bytes spell it, and which bytes
/// it is.
fn unescape(text: &str, found: &mut impl FnMut(usize, &[u8])) {
    let hex = |digits: &str| match digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true => u32::from_str_radix(digits, 16).ok(),
        false => None,
    };
    let mut letter = |spelled: usize, code: Option<u32>| {
        if let Some(letter) = code.and_then(char::from_u32) {
            found(spelled, letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    };
    match text.as_bytes().first() {
        Some(b'+') => letter(1, Some(u32::from(b' '))),
        // Of a letter of several bytes, one.
        Some(b'%') => {
            if let Some(byte) = text.get(1..3).and_then(hex).and_then(|code| u8::try_from(code).ok()) {
                found(3, &[byte]);
            }
        }
        Some(b'\\') => {
            // In a string of JSON that is in a string of JSON there are several.
            let run = text.bytes().take(BACKSLASHES).take_while(|byte| *byte == b'\\').count();
            let rest = text.get(run..).unwrap_or_default();
            let Some(short) = rest.chars().next() else { return };
            let code = match short {
                'n' => Some(u32::from(b'\n')),
                'r' => Some(u32::from(b'\r')),
                't' => Some(u32::from(b'\t')),
                'b' => Some(8),
                'f' => Some(12),
                'u' => rest.get(1..5).and_then(hex),
                _ => None,
            };
            letter(run + short.len_utf8(), Some(u32::from(short)));
            match (short, code) {
                // The two halves of a letter beyond U+FFFF.
                ('u', Some(high @ 0xD800..0xDC00)) => {
                    let rest = rest.get(5..).unwrap_or_default();
                    let again = rest.bytes().take(BACKSLASHES).take_while(|byte| *byte == b'\\').count();
                    let low = rest.get(again..).and_then(|rest| rest.strip_prefix('u')?.get(..4)).and_then(hex);
                    if let Some(low @ 0xDC00..0xE000) = low {
                        letter(run + 5 + again + 5, Some(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
                    }
                }
                ('u', code) => letter(run + 5, code),
                (short, code) => letter(run + short.len_utf8(), code),
            }
        }
        Some(b'&') => {
            let Some(end) = text.bytes().take(LONGEST_ESCAPE).position(|byte| byte == b';') else { return };
            let code = match text.get(1..end).unwrap_or_default() {
                "amp" => Some(u32::from(b'&')),
                "lt" => Some(u32::from(b'<')),
                "gt" => Some(u32::from(b'>')),
                "quot" => Some(u32::from(b'"')),
                "apos" => Some(u32::from(b'\'')),
                name => match name.strip_prefix('#') {
                    Some(code) => code.strip_prefix(['x', 'X']).map_or_else(|| code.parse().ok(), hex),
                    None => None,
                },
            };
            letter(end + 1, code);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps that it takes, and what is left.
    fn redact<'t>(text: &'t str, secrets: &[String]) -> (usize, Cow<'t, str>) {
        let scanner = Scanner::new(secrets.iter().map(String::as_str));
        // Without an end, so that the steps are those that the text needs.
        let mut steps = Steps { left: usize::MAX, taken: 0 };
        let shown = scanner.redact(text, false, &mut steps);
        (steps.taken, shown)
    }

    #[test]
    fn steps_grow_with_the_text_and_not_with_the_number_of_secrets() {
        let secret = || vec!["s3cr\\t-%26-&amp;/key".to_owned()];
        for unit in ["\\", "%", "&", "+", "s", "\\u", "%25", "&amp;", "\\\\n", "s3cr", "é", "a\\", "&#x2F;", "%5c"] {
            let steps = |len: usize| redact(&unit.repeat(len / unit.len()), &secret()).0;
            let (short, long) = (steps(10_000), steps(80_000));
            assert!(short <= 40_000 && long <= 8 * short + 100, "{unit}: {short}, {long}");
        }
        let many: Vec<_> = (0..5_000).map(|number| format!("secret-{number:05}-of-many")).collect();
        let text = "secret-0 secret-01 secret-049 ".repeat(1_000);
        let (one, all) = (redact(&text, &many[..1]).0, redact(&text, &many).0);
        assert!(all <= 2 * one && all <= 4 * text.len(), "{one}, {all}");
    }

    #[test]
    fn what_is_made_to_be_slow_is_withheld() {
        for (secret, unit) in
            [("a".repeat(4_000) + "b", "a"), ("%25".repeat(1_000) + "b", "%2525"), ("\\".repeat(4_000) + "b", "\\")]
        {
            let text = unit.repeat(60_000 / unit.len());
            let mut steps = Steps::for_bytes(text.len());
            let shown = Scanner::new([secret.as_str()].into_iter()).redact(&text, false, &mut steps);
            assert!(steps.taken <= STEPS_PER_BYTE * text.len() + STEPS, "{}", steps.taken);
            assert!(shown.ends_with(MARK) && shown.len() < text.len());
        }
    }

    #[test]
    fn of_several_the_longest_is_redacted() {
        let secrets = ["secret", "secret-key", "other-key"].map(str::to_owned);
        let shown = |text| redact(text, &secrets).1;
        assert_eq!(shown("secret-key secret-ke other%2Dkey"), "[key] [key]-ke [key]");
        let emoji = ["pass\u{1f600}word".to_owned()];
        assert_eq!(redact(r"a pass\ud83d\ude00word", &emoji).1, "a [key]");
        assert_eq!(redact("a pass%F0%9F%98%80word", &emoji).1, "a [key]");
    }

    #[test]
    fn a_secret_that_is_cut_off_is_redacted() {
        let scanner = Scanner::new(["secret/key-1234"].into_iter());
        let shown = |text, cut| scanner.redact(text, cut, &mut Steps::for_bytes(1_000)).into_owned();
        for text in [
            "no secret/key-12",
            "no secret",
            "no secret%2Fkey-1",
            "no secret%2",
            "no secret\\u00",
            "no secret&#4",
            "no secret\u{fffd}",
        ] {
            assert_eq!(shown(text, true), "no [key]", "{text}");
            assert_eq!(shown(text, false), text);
        }
        assert_eq!(shown("no secre", true), "no secre");
        assert_eq!(shown("no secret/other", true), "no secret/other");
        // Of a very long one, the beginning is enough.
        let long = "x1-".repeat(3_000);
        let scanner = Scanner::new([long.as_str()].into_iter());
        let text = format!("no {long} here");
        assert_eq!(scanner.redact(&text, false, &mut Steps::for_bytes(text.len())), "no [key]");
    }
}
