//! The text of strings, as JSON spells it.

/// Where from a position the plain part of a string ends: at a quote, a backslash, a control character or the end.
#[inline]
pub(super) fn plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        // The highest bit of a byte is set if the byte ends the plain part, or by the borrow of an earlier one that does.
        // With its second bit flipped, a quote is the number after the control characters.
        let word = u64::from_le_bytes(*word);
        let control_or_quote = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        let stops = (control_or_quote | backslash) & !word & (ONES << 7);
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    plain_at_end(bytes, at)
}

#[cold]
fn plain_at_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| !matches!(byte, ..0x20 | b'"' | b'\\')) {
        at += 1;
    }
    at
}

/// Writes a string with its quotes.
pub(super) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// Writes what stands between the quotes of a string.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let end = plain(bytes, from);
        out.push_str(text.get(from..end).unwrap_or_default());
        let Some(byte) = bytes.get(end) else { return };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            control => {
                let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
                out.push_str("\\u00");
                out.push(digit(control >> 4));
                out.push(digit(control & 15));
            }
        }
        from = end + 1;
    }
}
