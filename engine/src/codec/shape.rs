//! The names of a model's fields, ready to be compared with text.

use super::constraint::Constraint;
use super::reader::Reader;
use crate::case::Name;

/// What the loops over objects need to know of a model.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shape {
    /// Such as `an object (Asset)`.
    pub(super) what: &'static str,
    pub(super) keys: &'static [Key],
    /// Bit i: field i must be there.
    required: u128,
    /// Bit i: field i decodes `null` itself.
    nullable: u128,
    /// What the fields' values have to be, one for each; empty if there is nothing to check.
    constraints: &'static [Constraint],
    /// A hash table: one more than the index of the key, 0 for none.
    slots: [u8; SLOTS],
}

const SLOTS: usize = 256;

/// A field's name on the wire, as it stands in JSON before the value: `name":`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub(super) name: &'static str,
    /// The first eight bytes of `name":`, of which only those in the mask count.
    first: u64,
    mask: u64,
    /// The last eight bytes, where there are more than eight.
    last: u64,
    need: Need,
}

/// What it means that a field is not there, or null.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[expect(non_camel_case_types, reason = "spelled as the steps of `model!` spell them")]
pub enum Need {
    /// Then it has its default.
    required,
    /// Then it is none.
    optional,
    /// It distinguishes null from missing.
    nullable,
}

impl Key {
    const fn new(name: &'static str, need: Need) -> Self {
        let bytes = name.as_bytes();
        let len = bytes.len() + 2;
        let mask = if len >= 8 { u64::MAX } else { (1 << (8 * len)) - 1 };
        Self { name, first: word(bytes, 0), mask, last: word(bytes, len.saturating_sub(8)), need }
    }

    /// How long `name":` is, if it stands at a position.
    #[inline]
    fn matches(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let len = self.name.len() + 2;
        let here = bytes.get(at..)?;
        let first = u64::from_le_bytes(*here.first_chunk()?);
        if (first ^ self.first) & self.mask != 0 {
            return None;
        }
        if len > 8 && u64::from_le_bytes(*here.get(len - 8..)?.first_chunk()?) != self.last {
            return None;
        }
        // Between the first and the last eight.
        let is_same = len <= 16 || here.get(8..len - 8)? == self.name.as_bytes().get(8..len - 8)?;
        is_same.then_some(len)
    }
}

/// The keys of a model.
// All at once: the compiler evaluates one constant, not one for each.
#[doc(hidden)]
pub const fn keys<const N: usize>(names: &'static [Name; N], needs: [Need; N]) -> [Key; N] {
    let mut keys = [Key::new("", Need::optional); N];
    let mut index = 0;
    while index < N {
        keys[index] = Key::new(names[index].as_str(), needs[index]);
        index += 1;
    }
    keys
}

/// Eight bytes of `name":` from a position; zeros behind the end.
const fn word(name: &[u8], from: usize) -> u64 {
    let mut word = 0;
    let mut at = 0;
    while at < 8 {
        let index = from + at;
        let byte = if index < name.len() {
            name[index]
        } else if index == name.len() {
            b'"'
        } else if index == name.len() + 1 {
            b':'
        } else {
            0
        };
        word |= (byte as u64) << (8 * at);
        at += 1;
    }
    word
}

/// The first slot to try for a name, by its first eight bytes.
#[inline]
const fn hash(first: u64) -> usize {
    // The high bits of a product depend on all bits below.
    (first.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

/// The first eight bytes of a name; zeros behind its end.
const fn start(name: &[u8]) -> u64 {
    let mut word = 0;
    let mut at = 0;
    while at < 8 && at < name.len() {
        word |= (name[at] as u64) << (8 * at);
        at += 1;
    }
    word
}

impl Shape {
    pub const fn new(what: &'static str, keys: &'static [Key]) -> Self {
        assert!(keys.len() < SLOTS / 2, "a model has at most 127 fields");
        let mut slots = [0; SLOTS];
        let (mut required, mut nullable) = (0, 0);
        let mut index = 0;
        while index < keys.len() {
            let name = keys[index].name.as_bytes();
            let mut slot = hash(start(name));
            while slots[slot] != 0 {
                slot = (slot + 1) % SLOTS;
            }
            match keys[index].need {
                Need::required => required |= 1 << index,
                Need::nullable => nullable |= 1 << index,
                Need::optional => {}
            }
            index += 1;
            slots[slot] = index as u8;
        }
        Self { what, keys, required, nullable, constraints: &[], slots }
    }

    /// With what the fields' values have to be, one for each.
    pub const fn constrained(mut self, constraints: &'static [Constraint]) -> Self {
        let mut index = 0;
        while index < constraints.len() {
            if !constraints[index].is_none() {
                self.constraints = constraints;
            }
            index += 1;
        }
        self
    }

    /// What a field's values have to be; `None` if there is nothing to check.
    #[inline]
    pub fn constraint(&self, index: usize) -> Option<&'static Constraint> {
        self.constraints.get(index)
    }

    /// The bits of required fields, except those beyond the 64th, which are not recorded as missing.
    #[inline]
    pub(super) fn required(&self) -> u64 {
        self.required as u64
    }

    pub(super) fn is_required(&self, index: usize) -> bool {
        self.required >> index & 1 == 1
    }

    /// The names of the fields that may be left out.
    pub(super) fn optional(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| !matches!(key.need, Need::required)).map(|key| key.name)
    }

    pub(super) fn is_nullable(&self, index: usize) -> bool {
        self.nullable >> index & 1 == 1
    }

    pub fn name(&self, index: usize) -> &'static str {
        self.keys.get(index).map_or("", |key| key.name)
    }

    /// The index of a name.
    #[inline]
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let bytes = name.as_bytes();
        let first = match bytes.first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => start(bytes),
        };
        let mut slot = hash(first);
        loop {
            let index = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            if self.keys.get(index)?.name == name {
                return Some(index);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Reads the name whose quote stands here, with the colon, if it is that of a field; its index. Where there are escapes
    /// or spaces it is not found, and not near the end of the text.
    #[inline]
    pub(super) fn find_here(&self, reader: &mut Reader<'_>) -> Option<usize> {
        const ONES: u64 = u64::MAX / 255;
        let bytes = reader.text.as_bytes();
        let first = u64::from_le_bytes(*bytes.get(reader.at + 1..)?.first_chunk()?);
        // Only the bytes before the quote, if there is one among them.
        let quotes = first ^ (ONES * b'"' as u64);
        let quotes = quotes.wrapping_sub(ONES) & !quotes & (ONES << 7);
        let before = (quotes & quotes.wrapping_neg()).wrapping_sub(1) >> 7;
        let name = if quotes == 0 { first } else { first & before };
        let mut slot = hash(name);
        loop {
            let index = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            if self.predicted(index, reader) {
                return Some(index);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Reads the name whose quote stands here, with the colon, if it is that of this field.
    #[inline]
    pub(super) fn predicted(&self, index: usize, reader: &mut Reader<'_>) -> bool {
        let key = self.keys.get(index);
        match key.and_then(|key| key.matches(reader.text.as_bytes(), reader.at + 1)) {
            Some(len) => {
                reader.at += 1 + len;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] =
        ["a", "type", "userId", "playback", "playbackId", "playbackUrl", "a longer name than that", "ä", ""];

    static SHAPE: Shape = Shape::new(
        "an object",
        const {
            const GIVEN: [Name; 9] = {
                let mut names = [const { Name::given("") }; 9];
                let mut index = 0;
                while index < names.len() {
                    names[index] = Name::given(NAMES[index]);
                    index += 1;
                }
                names
            };
            &keys(const { &GIVEN }, [Need::optional; 9])
        },
    );

    #[test]
    fn each_name_is_found_and_no_other() {
        for (index, name) in NAMES.iter().enumerate() {
            assert_eq!(SHAPE.find(name), Some(index));
            for text in [format!("\"{name}\":"), format!("\"{name}\":                ")] {
                let mut reader = Reader::new(&text);
                let near_the_end = text.len() < 9;
                assert_eq!(SHAPE.predicted(index, &mut reader), !near_the_end, "{text}");
                assert_eq!(reader.at, if near_the_end { 0 } else { name.len() + 3 });
            }
            for other in [format!("{name}x"), format!("x{name}"), name.to_uppercase()] {
                let own = NAMES.iter().position(|name| *name == other);
                assert_eq!(SHAPE.find(&other), own, "{other}");
                let text = format!("\"{other}\":                ");
                assert_eq!(SHAPE.predicted(index, &mut Reader::new(&text)), own == Some(index), "{text}");
            }
        }
    }

    #[test]
    fn a_name_that_differs_in_its_middle_is_another() {
        let text = "\"a longer nAme than that\":        ";
        assert!(!SHAPE.predicted(6, &mut Reader::new(text)));
    }
}
