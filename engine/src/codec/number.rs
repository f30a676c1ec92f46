//! Numbers as JSON spells them.

use super::error::DecodeError;
use super::reader::Reader;

/// A number that was read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

/// Digits that always fit into 64 bits.
const SAFE_DIGITS: usize = 18;

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The powers of ten by which up to eight digits move others.
const STEPS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// How many of eight bytes, from the start, are digits, and the number that these stand for.
#[inline]
fn up_to_eight_digits(chunk: &[u8; 8]) -> (usize, u64) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let word = u64::from_le_bytes(*chunk);
    // The highest bit of each byte is set if it is above `9`, below `0`, or after such a byte.
    let others = (word.wrapping_add(0x4646_4646_4646_4646) | word.wrapping_sub(ZEROS) | word) & 0x8080_8080_8080_8080;
    let count = (others.trailing_zeros() / 8) as usize;
    // Zeros are put in front until there are eight digits.
    let missing = 8 * (8 - count as u32);
    let digits = word.checked_shl(missing).unwrap_or(0) & 0x0f0f_0f0f_0f0f_0f0f;
    // Neighbours are joined: two digits, then four, then eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let low = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    (count, high.wrapping_add(low) >> 32)
}

impl<'a> Reader<'a> {
    /// Reads digits, which are appended to a number, and gives the position after them. More digits than fit overflow.
    #[inline]
    fn digits(&self, mut at: usize, number: &mut u64) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let (count, digits) = up_to_eight_digits(chunk);
            let step = STEPS.get(count).copied().unwrap_or(1);
            *number = number.wrapping_mul(step).wrapping_add(digits);
            at += count;
            if count < 8 {
                return at;
            }
        }
        self.digits_at_end(at, number)
    }

    #[cold]
    fn digits_at_end(&self, mut at: usize, number: &mut u64) -> usize {
        while let digit @ b'0'..=b'9' = self.byte(at) {
            *number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            at += 1;
        }
        at
    }

    /// The natural number that comes next, if it is spelled with digits alone, and the position after it.
    #[inline(always)]
    pub(super) fn natural(&mut self) -> Option<(u64, usize)> {
        let start = match self.next() {
            b'0'..=b'9' => self.at,
            _ => return None,
        };
        let mut number = 0;
        let end = self.digits(start, &mut number);
        let digits = end - start;
        let has_form = digits == 1 || (digits <= SAFE_DIGITS && self.byte(start) != b'0');
        let is_alone = has_form && !matches!(self.byte(end), b'.' | b'e' | b'E');
        is_alone.then_some((number, end))
    }

    /// The number that stands here.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<Number, DecodeError> {
        let negative = self.byte(self.at) == b'-';
        let from = self.at + usize::from(negative);
        let mut mantissa = 0;
        let mut end = self.digits(from, &mut mantissa);
        let whole = end - from;
        if !(1..=SAFE_DIGITS).contains(&whole) || (self.byte(from) == b'0' && (whole > 1 || negative)) {
            return self.unusual_number();
        }
        match self.byte(end) {
            b'e' | b'E' => self.unusual_number(),
            b'.' => {
                let start = end + 1;
                end = self.digits(start, &mut mantissa);
                let places = end - start;
                // Such a mantissa and such a power are exact, and so the quotient is rounded once.
                let is_exact = whole + places <= SAFE_DIGITS && mantissa <= 1 << 53;
                match POWERS.get(places) {
                    Some(power) if places > 0 && is_exact && !matches!(self.byte(end), b'e' | b'E') => {
                        self.at = end;
                        let number = mantissa as f64 / power;
                        Ok(Number::Float(if negative { -number } else { number }))
                    }
                    _ => self.unusual_number(),
                }
            }
            _ => {
                self.at = end;
                Ok(match negative {
                    // It has too few digits to overflow.
                    true => Number::Negative(-(mantissa as i64)),
                    false => Number::Natural(mantissa),
                })
            }
        }
    }

    /// A number that is large, has an exponent or a zero in front, or is none.
    #[cold]
    fn unusual_number(&mut self) -> Result<Number, DecodeError> {
        let text = self.number_text()?;
        if !text.contains(['.', 'e', 'E']) {
            match (text.parse(), text.parse()) {
                (Ok(number), _) => return Ok(Number::Natural(number)),
                // No integer is a negative zero.
                (_, Ok(number)) if number != 0 => return Ok(Number::Negative(number)),
                _ => {}
            }
        }
        match text.parse() {
            Ok(number) if f64::is_finite(number) => Ok(Number::Float(number)),
            _ => Err(self.syntax("number out of range")),
        }
    }

    /// The text of the number that stands here, which is checked by JSON's grammar.
    pub(super) fn number_text(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.at;
        let mut at = start + usize::from(self.byte(start) == b'-');
        let count = |at: &mut usize| {
            let from = *at;
            while self.byte(*at).is_ascii_digit() {
                *at += 1;
            }
            *at - from
        };
        let leading_zero = self.byte(at) == b'0';
        let whole = count(&mut at);
        let mut is_valid = whole == 1 || (whole > 1 && !leading_zero);
        if is_valid && self.byte(at) == b'.' {
            at += 1;
            is_valid = count(&mut at) > 0;
        }
        if is_valid && matches!(self.byte(at), b'e' | b'E') {
            at += 1;
            at += usize::from(matches!(self.byte(at), b'+' | b'-'));
            is_valid = count(&mut at) > 0;
        }
        self.at = at;
        match self.text.get(start..at) {
            Some(text) if is_valid => Ok(text),
            _ => Err(self.syntax("invalid number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::up_to_eight_digits;

    #[test]
    fn up_to_eight_digits_are_read_at_once() {
        for number in [0_u64, 1, 9, 10, 12_345_678, 87_654_321, 99_999_999, 10_000_000, 1_020_304] {
            for len in 1..=8 {
                let text = format!("{number:08}");
                let digits = &text[8 - len..];
                for stop in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
                    let mut chunk = [stop; 8];
                    chunk[..len].copy_from_slice(digits.as_bytes());
                    // What follows does not matter, not even digits.
                    if len < 7 {
                        chunk[7] = b'7';
                    }
                    assert_eq!(up_to_eight_digits(&chunk), (len, digits.parse().unwrap()), "{chunk:?}");
                }
            }
        }
        for stop in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
            assert_eq!(up_to_eight_digits(&[stop, b'1', b'2', b'3', b'4', b'5', b'6', b'7']), (0, 0));
        }
    }
}
