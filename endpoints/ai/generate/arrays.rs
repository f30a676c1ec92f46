//! Values that the API wants as text inside a text: JSON in a form field, arrays of numbers in a string.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::endpoints::prelude::*;

/// An array of numbers as the API writes it: lists in lists, as a text.
///
/// Kept as that text, which can be many megabytes, until [`parse`](Self::parse) is called.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ArrayText(String);

field_newtype!(ArrayText(String));

impl ArrayText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the numbers.
    ///
    /// # Errors
    /// [`ArrayError`] if the text is no array, or one whose lists differ in length.
    pub fn parse(&self) -> Result<Array, ArrayError> {
        self.0.parse()
    }
}

impl From<String> for ArrayText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&Array> for ArrayText {
    fn from(array: &Array) -> Self {
        Self(array.to_string())
    }
}

impl IntoField<ArrayText> for &Array {
    fn into_field(self) -> ArrayText {
        self.into()
    }
}

impl IntoField<ArrayText> for Array {
    fn into_field(self) -> ArrayText {
        (&self).into()
    }
}

/// Shows how the text begins and how long it is.
impl fmt::Debug for ArrayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::endpoints::ai::media::debug_cut(f, &self.0)
    }
}

/// Numbers in any number of dimensions, stored row after row.
///
/// For the `ndarray` crate: `ArrayD::from_shape_vec(array.shape(), array.into_values())`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Array {
    /// Numbers, stored row after row, and their number along each dimension; `None` if these do not agree.
    pub fn new(shape: impl Into<Vec<usize>>, values: Vec<f32>) -> Option<Self> {
        let shape = shape.into();
        let size = shape.iter().try_fold(1_usize, |size, length| size.checked_mul(*length))?;
        (size == values.len()).then_some(Self { shape, values })
    }

    /// How many numbers there are along each dimension, the outermost first: for masks their count, the height
    /// and the width. Empty for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The numbers, row after row.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The number at this position, which has an index for each dimension; `None` if there is none.
    pub fn get(&self, position: &[usize]) -> Option<f32> {
        if position.len() != self.shape.len() {
            return None;
        }
        let mut offset = 0;
        for (index, length) in position.iter().zip(&self.shape) {
            if index >= length {
                return None;
            }
            offset = offset * length + index;
        }
        self.values.get(offset).copied()
    }

    /// A part along the outermost dimension, such as `0..1` for the first mask alone; the number of dimensions
    /// stays. `None` if the range goes beyond the end.
    pub fn part(&self, range: std::ops::Range<usize>) -> Option<Self> {
        let &length = self.shape.first()?;
        if range.start > range.end || range.end > length {
            return None;
        }
        // Not the product of the lengths, which can be larger than any number if one of them is 0.
        let size = self.values.len().checked_div(length).unwrap_or(0);
        let values = self.values.get(range.start * size..range.end * size)?.to_vec();
        let mut shape = self.shape.clone();
        shape[0] = range.len();
        Some(Self { shape, values })
    }
}

/// Reads what JSON and Python write: `[[0.5, 1e-3], [nan, True]]`. Booleans become 1 and 0.
impl FromStr for Array {
    type Err = ArrayError;

    // Not by serde, because Python's `nan`, `inf` and `True` are no JSON, and because nested lists of some
    // million numbers would have to be copied together afterwards.
    fn from_str(text: &str) -> Result<Self, ArrayError> {
        let mut reader = Reader { text, at: 0, values: Vec::new(), shape: Vec::new(), open: Vec::new() };
        reader.read()?;
        Ok(Self { shape: reader.shape.into_iter().map(Option::unwrap_or_default).collect(), values: reader.values })
    }
}

/// As many as NumPy has, on the other side.
const MOST_DIMENSIONS: usize = 64;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: Vec<f32>,
    /// The length of the lists at each depth, as soon as one of them has been read to its end.
    shape: Vec<Option<usize>>,
    /// How many items each list that is open has so far.
    open: Vec<usize>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), ArrayError> {
        // At which depth the numbers stand, once there is one.
        let mut depth_of_numbers = None;
        loop {
            match self.peek() {
                Some(b'[') if depth_of_numbers.is_none_or(|depth| self.open.len() < depth) => {
                    self.at += 1;
                    if self.shape.len() == self.open.len() {
                        if self.shape.len() == MOST_DIMENSIONS {
                            return Err(self.error("too many dimensions"));
                        }
                        self.shape.push(None);
                    }
                    self.open.push(0);
                    if self.peek() != Some(b']') {
                        continue;
                    }
                    // An empty list holds no lists, so that nothing may be deeper than it.
                    depth_of_numbers = Some(self.open.len());
                }
                Some(b'[') => return Err(self.error("a list where numbers stood before")),
                None => return Err(self.error("the text ends too early")),
                Some(_) if *depth_of_numbers.get_or_insert(self.open.len()) != self.open.len() => {
                    return Err(self.error("a number where lists stood before"));
                }
                Some(_) => {
                    let number = self.number()?;
                    self.values.push(number);
                    self.item_done();
                }
            }
            // After an item: a comma, or the end of one list or several.
            loop {
                match (self.peek(), self.open.len()) {
                    (None, 0) => return Ok(()),
                    (Some(b','), 1..) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b']'), depth @ 1..) => {
                        self.at += 1;
                        self.close(depth)?;
                    }
                    (None, _) => return Err(self.error("the text ends too early")),
                    (Some(_), _) => return Err(self.error("expected `,` or `]`")),
                }
            }
        }
    }

    fn close(&mut self, depth: usize) -> Result<(), ArrayError> {
        let length = self.open.pop().unwrap_or_default();
        let expected = self.shape[depth - 1].get_or_insert(length);
        if *expected != length {
            return Err(self.error("lists of different lengths"));
        }
        self.item_done();
        Ok(())
    }

    fn item_done(&mut self) {
        if let Some(items) = self.open.last_mut() {
            *items += 1;
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn number(&mut self) -> Result<f32, ArrayError> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '[', ' ', '\n', '\r', '\t']).unwrap_or(rest.len());
        let number = match &rest[..end] {
            "True" | "true" => 1.0,
            "False" | "false" => 0.0,
            word => word.parse().map_err(|_| self.error("not a number"))?,
        };
        self.at += end;
        Ok(number)
    }

    fn error(&self, problem: &'static str) -> ArrayError {
        ArrayError { problem, offset: self.at }
    }
}

/// Writes lists in lists, as JSON does; `NaN` and `Infinity`, which JSON does not have, as Python does.
impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.values.is_empty() {
            return write_empty(f, &self.shape);
        }
        // A list begins before each number whose place is a multiple of the list's size, and ends likewise.
        let sizes: Vec<usize> = (0..self.shape.len()).map(|depth| self.shape[depth..].iter().product()).collect();
        for (place, value) in self.values.iter().enumerate() {
            if place > 0 {
                f.write_char(',')?;
            }
            for _ in sizes.iter().filter(|size| place % **size == 0) {
                f.write_char('[')?;
            }
            if value.is_finite() {
                write!(f, "{value}")?;
            } else {
                f.write_str(if value.is_nan() {
                    "NaN"
                } else if *value > 0.0 {
                    "Infinity"
                } else {
                    "-Infinity"
                })?;
            }
            for _ in sizes.iter().filter(|size| (place + 1) % **size == 0) {
                f.write_char(']')?;
            }
        }
        Ok(())
    }
}

/// Lists that hold no number at all, such as `[[],[]]`.
fn write_empty(f: &mut fmt::Formatter<'_>, shape: &[usize]) -> fmt::Result {
    let Some((&length, inner)) = shape.split_first() else { return Ok(()) };
    f.write_char('[')?;
    for index in 0..length {
        if index > 0 {
            f.write_char(',')?;
        }
        write_empty(f, inner)?;
    }
    f.write_char(']')
}

/// A text is no array of numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct ArrayError {
    problem: &'static str,
    offset: usize,
}

impl ArrayError {
    /// Where in the text the problem was noticed, in bytes.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an array of numbers: {} (at byte {})", self.problem, self.offset)
    }
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ArrayError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Array, ArrayError> {
        text.parse()
    }

    #[test]
    fn reads_what_python_and_json_write() -> Result<(), ArrayError> {
        let array = parse(" [[0.5, 1e-3, -2], [nan, inf, True]] ")?;
        assert_eq!(array.shape(), [2, 3]);
        assert_eq!(array.values()[..3], [0.5, 1e-3, -2.0]);
        assert!(array.values()[3].is_nan());
        assert_eq!(array.values()[4..], [f32::INFINITY, 1.0]);
        assert_eq!(parse("0.75")?, Array { shape: vec![], values: vec![0.75] });
        assert_eq!(parse("[]")?.shape(), [0]);
        assert_eq!(parse("[[],[]]")?.shape(), [2, 0]);
        assert_eq!(parse("[[[1],[2]],[[3],[4]]]")?.shape(), [2, 2, 1]);
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_array() {
        for text in [
            "",
            "[",
            "]",
            "[1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1]]",
            "[1][2]",
            "[x]",
            "[[1],[2,3]]",
            "[1,[2]]",
            "[[1],2]",
            "[[],[[]]]",
            "[[[]],[]]",
            "é",
            "[1,é]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(1 << 20)).is_err());
    }

    #[test]
    fn writes_what_it_reads() -> Result<(), ArrayError> {
        for text in ["0.75", "[]", "[[],[]]", "[1,-2.5]", "[[[1],[2]],[[3],[4]]]", "[Infinity,-Infinity]"] {
            assert_eq!(parse(text)?.to_string(), text);
        }
        assert_eq!(parse("[nan]")?.to_string(), "[NaN]");
        Ok(())
    }

    #[test]
    fn positions_and_parts() -> Result<(), ArrayError> {
        let array = parse("[[1,2],[3,4],[5,6]]")?;
        assert_eq!(array.get(&[1, 1]), Some(4.0));
        assert_eq!(array.get(&[1, 2]), None);
        assert_eq!(array.get(&[1]), None);
        assert_eq!(array.part(1..2).map(|part| part.to_string()).as_deref(), Some("[[3,4]]"));
        assert_eq!(array.part(2..4), None);
        assert_eq!(Array::new([2, 2], vec![0.0; 3]), None);
        Ok(())
    }
}
