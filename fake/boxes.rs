//! The boxes that MP4 files consist of.

pub(super) fn boxed(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [&num(content.len() as u32 + 8)[..], kind, &content].concat()
}

pub(super) fn num(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

pub(super) fn nums(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}
