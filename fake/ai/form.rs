//! A multipart form, as far as a schema checks it: the texts, and which files there are.

/// A form.
#[derive(Default)]
pub(super) struct Form {
    pub(super) texts: Vec<(String, String)>,
    pub(super) files: Vec<String>,
}

impl Form {
    pub(super) fn read(content_type: &str, body: &[u8]) -> Self {
        let mut form = Self::default();
        let boundary = content_type.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="));
        let Some(boundary) = boundary.map(|boundary| format!("--{}", boundary.trim_matches('"'))) else { return form };
        let mut rest = body;
        while let Some((part, after)) = split(rest, boundary.as_bytes()) {
            rest = after;
            let Some((head, content)) = split(part, b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(head);
            let Some(name) = parameter(&head, "name") else { continue };
            let content = content.strip_suffix(b"\r\n").unwrap_or(content);
            match parameter(&head, "filename") {
                Some(_) => form.files.push(name),
                None => form.texts.push((name, String::from_utf8_lossy(content).into_owned())),
            }
        }
        form
    }
}

/// What is before and after something.
fn split<'a>(bytes: &'a [u8], by: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(by.len()).position(|window| window == by)?;
    Some((bytes.get(..at)?, bytes.get(at + by.len()..)?))
}

/// A parameter of the disposition of a part.
fn parameter(head: &str, name: &str) -> Option<String> {
    let mut parameters = head.split([';', '\r', '\n']).map(str::trim);
    let value = parameters.find_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim_matches('"').into())
}
