//! `NaN`, `Infinity` and `-Infinity`, which are no JSON, but which Python writes as such unless set otherwise.

/// A text with `null` in the place of these.
pub(super) struct Replaced {
    pub(super) json: String,
    /// Where each `null` ends, and where what it stands for ends in the text.
    ends: Vec<(usize, usize)>,
}

impl Replaced {
    /// Where in the text a position in the JSON is.
    pub(super) fn position(&self, at: usize) -> usize {
        let before = self.ends.partition_point(|(end, _)| *end <= at);
        let (end, original) = before.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default();
        original + (at - end)
    }
}

/// Replaces these; `None` if none of them stands in the place of a value.
#[cold]
pub(super) fn as_null(text: &str) -> Option<Replaced> {
    let (mut json, mut ends) = (String::new(), Vec::new());
    // How far the text has been copied, and whether a value can begin here.
    let (mut copied, mut at, mut is_place) = (0, 0, false);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at + 1);
                is_place = false;
                continue;
            }
            b':' | b'[' | b',' => is_place = true,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'N' | b'I' | b'-' if is_place => {
                let rest = text.get(at..)?;
                if let Some(word) = ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word)) {
                    json.push_str(text.get(copied..at)?);
                    json.push_str("null");
                    at += word.len();
                    copied = at;
                    ends.push((json.len(), at));
                    is_place = false;
                    continue;
                }
                is_place = false;
            }
            _ => is_place = false,
        }
        at += 1;
    }
    json.push_str(text.get(copied..)?);
    (copied > 0).then_some(Replaced { json, ends })
}

/// The position behind the quote that ends a string.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::as_null;

    #[test]
    fn only_what_stands_in_the_place_of_a_value_is_replaced() {
        for (text, json) in [
            (r#"{"a":NaN}"#, r#"{"a":null}"#),
            (r#"[NaN, -Infinity,Infinity]"#, r#"[null, null,null]"#),
            (r#"{"a: NaN":"b,NaN","c":[1,NaN,"\",NaN"]}"#, r#"{"a: NaN":"b,NaN","c":[1,null,"\",NaN"]}"#),
            (r#"{"é": NaN }"#, r#"{"é": null }"#),
        ] {
            let replaced = as_null(text).unwrap();
            assert_eq!(replaced.json, json);
            // All else stands where it stood.
            for (at, character) in json.char_indices().filter(|(_, character)| !"nul".contains(*character)) {
                assert!(text[replaced.position(at)..].starts_with(character), "{text}: {at}");
            }
        }
        for text in ["", "NaN", r#"{"a":-1}"#, r#"{"a":"NaN"}"#, r#"{"a":xNaN}"#, r#"{NaN:1}"#, "\"", "[\"\\"] {
            assert!(as_null(text).is_none(), "{text}");
        }
    }
}
