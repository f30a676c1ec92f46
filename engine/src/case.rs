//! Wire names: a field's Rust name turned into the API's spelling, at compile time.

/// How an API spells the names of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Case {
    /// `creator_id` stays `creator_id`.
    Snake,
    /// `creator_id` becomes `creatorId`.
    Camel,
    /// `creator_id` becomes `CreatorId`.
    Pascal,
    /// `creator_id` becomes `creator-id`.
    Kebab,
}

const LONGEST: usize = 96;

/// The wire name of a field: spelled as the API does, or as the declaration says.
#[doc(hidden)]
#[derive(Debug)]
pub struct Name {
    given: Option<&'static str>,
    bytes: [u8; LONGEST],
    len: usize,
}

impl Name {
    /// The name that a declaration gives.
    pub const fn given(name: &'static str) -> Self {
        Self { given: Some(name), bytes: [0; LONGEST], len: 0 }
    }

    /// The name as text.
    #[expect(clippy::panic, reason = "runs in the compiler")]
    pub const fn as_str(&self) -> &str {
        if let Some(given) = self.given {
            return given;
        }
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // Only whole UTF-8 names go in, and only ASCII bytes are changed on the way.
            Err(_) => panic!("a field name is not UTF-8"),
        }
    }
}

/// Spells the Rust name of a field as the API does.
#[doc(hidden)]
pub const fn name(case: Case, rust: &str) -> Name {
    let rust = rust.as_bytes();
    assert!(rust.len() <= LONGEST, "a field name is longer than 96 bytes");
    let raw = rust.len() > 2 && rust[0] == b'r' && rust[1] == b'#';
    let mut bytes = [0; LONGEST];
    let mut len = 0;
    let mut from = if raw { 2 } else { 0 };
    let mut upper = matches!(case, Case::Pascal);
    while from < rust.len() {
        let byte = rust[from];
        from += 1;
        if byte == b'_' && !matches!(case, Case::Snake) {
            if matches!(case, Case::Kebab) {
                bytes[len] = b'-';
                len += 1;
            } else {
                upper = true;
            }
            continue;
        }
        bytes[len] = if upper { byte.to_ascii_uppercase() } else { byte };
        upper = false;
        len += 1;
    }
    Name { given: None, bytes, len }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_api_does() {
        for (case, want) in [
            (Case::Snake, "creator_id"),
            (Case::Camel, "creatorId"),
            (Case::Pascal, "CreatorId"),
            (Case::Kebab, "creator-id"),
        ] {
            assert_eq!(name(case, "creator_id").as_str(), want);
        }
        assert_eq!(name(Case::Camel, "r#type").as_str(), "type");
    }
}
