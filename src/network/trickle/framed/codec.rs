//! Frames: how a message is written into segments, and found in them.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Begins every frame.
const MAGIC: [u8; 4] = *b"LPF1";
/// Magic, kind and three zeros, run, id, length, checksum of the content, checksum of all that.
pub(crate) const HEADER: usize = 32;
/// How many frames of a segment may be broken until the rest of it is given up: each one costs the reading of its content.
const MAX_BROKEN: u32 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message = 0,
    /// There are no more messages; its id is their number.
    End = 1,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// Which run of which publisher it is of: a random number.
    pub(crate) run: u32,
    pub(crate) id: u64,
    pub(crate) content: Bytes,
}

/// Appends a frame. Its content is at most 4 GiB, which the publisher checks.
pub(crate) fn encode(frame: &Frame, out: &mut BytesMut) {
    let start = out.len();
    out.reserve(HEADER + frame.content.len());
    out.put_slice(&MAGIC);
    out.put_u8(frame.kind as u8);
    out.put_bytes(0, 3);
    out.put_u32(frame.run);
    out.put_u64(frame.id);
    out.put_u32(frame.content.len() as u32);
    out.put_u32(crc32fast::hash(&frame.content));
    out.put_u32(crc32fast::hash(out.get(start..).unwrap_or_default()));
    out.put_slice(&frame.content);
}

/// The header of a frame, if the first bytes are one.
struct Header {
    kind: Kind,
    run: u32,
    id: u64,
    length: usize,
    checksum: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = bytes.get(..HEADER)?;
        let expected = crc32fast::hash(header.get(..HEADER - 4)?);
        header.advance(MAGIC.len());
        let kind = match header.get_u32() {
            0 => Kind::Message,
            0x0100_0000 => Kind::End,
            _ => return None,
        };
        let (run, id) = (header.get_u32(), header.get_u64());
        let length = usize::try_from(header.get_u32()).ok()?;
        let checksum = header.get_u32();
        (header.get_u32() == expected).then_some(Self { kind, run, id, length, checksum })
    }
}

/// Finds the frames of a segment. What is no frame, such as one that breaks off where its publisher was lost, is left out.
#[derive(Debug)]
pub(crate) struct Decoder {
    buffer: BytesMut,
    limit: usize,
    broken: u32,
}

impl Decoder {
    /// With the largest content that a frame may have.
    pub(crate) fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), limit, broken: 0 }
    }

    /// Takes more of the segment.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.broken <= MAX_BROKEN {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next frame that is complete.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            self.find();
            let header = match self.buffer.len() < HEADER {
                true => return None,
                false => Header::read(&self.buffer).filter(|header| header.length <= self.limit),
            };
            let Some(header) = header else {
                self.buffer.advance(1);
                continue;
            };
            let Some(content) = self.buffer.get(HEADER..HEADER + header.length) else {
                self.buffer.reserve(HEADER + header.length - self.buffer.len());
                return None;
            };
            if crc32fast::hash(content) != header.checksum {
                self.broken();
                continue;
            }
            self.buffer.advance(HEADER);
            let content = self.buffer.split_to(header.length).freeze();
            return Some(Frame { kind: header.kind, run: header.run, id: header.id, content });
        }
    }

    /// The next frame, now that the segment has ended: one that breaks off may have others in what it claims.
    pub(crate) fn next_at_end(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.next() {
                return Some(frame);
            }
            if self.buffer.len() < HEADER {
                self.buffer.clear();
                self.broken = 0;
                return None;
            }
            self.broken();
        }
    }

    /// Leaves out the magic of a frame that is not one.
    fn broken(&mut self) {
        self.broken += 1;
        match self.broken > MAX_BROKEN {
            true => self.buffer.clear(),
            false => self.buffer.advance(1),
        }
    }

    /// Leaves out what is before the next magic, or the start of one.
    fn find(&mut self) {
        let starts = |at: usize| {
            let rest = self.buffer.get(at..).unwrap_or_default();
            rest.iter().zip(&MAGIC).all(|(byte, magic)| byte == magic)
        };
        let at = (0..self.buffer.len()).find(|at| starts(*at)).unwrap_or(self.buffer.len());
        self.buffer.advance(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(id: u64, content: &str) -> Frame {
        Frame { kind: Kind::Message, run: 7, id, content: Bytes::copy_from_slice(content.as_bytes()) }
    }

    fn encoded(frame: &Frame) -> Vec<u8> {
        let mut out = BytesMut::new();
        encode(frame, &mut out);
        out.to_vec()
    }

    fn decode(bytes: &[u8], step: usize) -> Vec<Frame> {
        let mut decoder = Decoder::new(1000);
        let mut frames = Vec::new();
        for part in bytes.chunks(step) {
            decoder.push(part);
            frames.extend(std::iter::from_fn(|| decoder.next()));
        }
        frames.extend(std::iter::from_fn(|| decoder.next_at_end()));
        assert!(decoder.buffer.is_empty());
        frames
    }

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let end = Frame { kind: Kind::End, ..frame(2, "") };
        let frames = [frame(0, "zero"), frame(1, ""), end];
        let bytes = frames.iter().flat_map(encoded).collect::<Vec<_>>();
        for step in 1..bytes.len() {
            assert_eq!(decode(&bytes, step), frames);
        }
    }

    #[test]
    fn a_frame_is_found_after_any_part_of_itself_and_never_twice() {
        let whole = encoded(&frame(3, "LPF1 is no frame, LPF1 neither"));
        for cut in 0..whole.len() {
            let bytes = [&whole[..cut], &whole[..]].concat();
            for step in [1, 7, bytes.len()] {
                assert_eq!(decode(&bytes, step), [frame(3, "LPF1 is no frame, LPF1 neither")], "{cut}");
            }
        }
        let bytes = [&whole[..], &whole[..50]].concat();
        assert_eq!(decode(&bytes, 5).len(), 1);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let whole = encoded(&frame(3, "content"));
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&changed, 100), [], "{at}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let large = encoded(&frame(0, &"x".repeat(1001)));
        assert_eq!(decode(&large, 100), []);
        // Each claims what the next ones are.
        let mut liar = encoded(&frame(0, &"x".repeat(1000)));
        liar.truncate(HEADER);
        let mut decoder = Decoder::new(1000);
        decoder.push(&liar.repeat(10_000));
        assert_eq!(decoder.next(), None);
        assert_eq!(decoder.broken, MAX_BROKEN + 1);
        assert_eq!(decoder.next_at_end(), None);
    }
}
