//! The boxes that MP4 files consist of, and a film with one track of pictures.

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

/// A whole file, of these brands. The samples follow their description, which says where they begin.
pub(super) fn file(brands: &[u8], samples: &[Vec<u8>], described: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let kind = boxed(b"ftyp", &[b"isom", &num(512), brands]);
    let start = kind.len() + described(0).len() + 8;
    [kind, described(start as u32), media(samples)].concat()
}

/// The samples.
pub(super) fn media(samples: &[Vec<u8>]) -> Vec<u8> {
    boxed(b"mdat", &samples.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A film of pictures.
pub(super) struct Film {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Units of time in a second, and how many it lasts.
    pub(super) ticks: u32,
    pub(super) duration: u32,
}

impl Film {
    /// The description of the film, with the table of its samples.
    pub(super) fn movie(&self, table: &[u8], more: &[u8]) -> Vec<u8> {
        let &Self { width, height, ticks, duration } = self;
        let matrix = MATRIX.map(u32::to_be_bytes).concat();
        let mvhd = boxed(
            b"mvhd",
            &[&nums(&[0, 0, 0, ticks, duration, 0x1_0000, 0x0100_0000, 0, 0]), &matrix, &[0; 24], &num(2)],
        );
        // Flags: on, in the movie.
        let tkhd = boxed(
            b"tkhd",
            &[&nums(&[3, 0, 0, 1, 0, duration, 0, 0, 0, 0]), &matrix, &nums(&[width << 16, height << 16])],
        );
        // 0x55C4: language "und".
        let mdhd = boxed(b"mdhd", &[&nums(&[0, 0, 0, ticks, duration, 0x55C4_0000])]);
        let hdlr = boxed(b"hdlr", &[&nums(&[0, 0]), b"vide", &[0; 12], b"mock\0"]);
        let vmhd = boxed(b"vmhd", &[&nums(&[1, 0, 0])]);
        let dinf = boxed(b"dinf", &[&boxed(b"dref", &[&nums(&[0, 1]), &boxed(b"url ", &[&num(1)])])]);
        let minf = boxed(b"minf", &[&vmhd, &dinf, table]);
        let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
        boxed(b"moov", &[&mvhd, &boxed(b"trak", &[&tkhd, &mdia]), more])
    }

    /// What its samples are: how they are encoded, with the settings of that.
    pub(super) fn sample_entry(&self, coding: &[u8; 4], settings: &[u8]) -> Vec<u8> {
        let size = [(self.width as u16).to_be_bytes(), (self.height as u16).to_be_bytes()].concat();
        boxed(
            coding,
            &[
                &[0, 0, 0, 0, 0, 0, 0, 1],
                &[0; 16],
                &size,
                // 72 dots an inch both ways, one picture a sample.
                &nums(&[72 << 16, 72 << 16, 0]),
                &[0, 1],
                &[0; 32],
                &[0, 24, 0xFF, 0xFF],
                settings,
            ],
        )
    }
}
