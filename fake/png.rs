//! Pictures: a pattern in four colours, as PNG without compression.

/// A picture of this size. The same `hue` gives the same colours; `shift` moves the pattern.
pub(super) fn picture(width: u32, height: u32, hue: u64, shift: u32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Two bits a pixel, by palette; no filters, not interlaced.
    header.extend([2, 3, 0, 0, 0]);
    let palette: Vec<u8> =
        hue.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes().iter().chain(b"mock").copied().collect();

    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"PLTE", &palette);
    chunk(&mut png, b"IDAT", &zlib(&pixels(width, height, shift)));
    chunk(&mut png, b"IEND", b"");
    png
}

/// The size of a picture, if it is a PNG.
pub(super) fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..)?.strip_prefix(b"IHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Rows of four pixels a byte, each after a byte that says "no filter".
fn pixels(width: u32, height: u32, shift: u32) -> Vec<u8> {
    const SQUARE: u32 = 32;
    let row = |first: u32| {
        let bytes = (0..width.div_ceil(4)).map(move |byte| {
            let color = (first + (byte * 4).wrapping_add(shift) / SQUARE) % 4;
            color as u8 * 0b0101_0101
        });
        std::iter::once(0).chain(bytes).collect::<Vec<u8>>()
    };
    let rows = [row(0), row(1), row(2), row(3)];
    (0..height).flat_map(|y| &rows[(y / SQUARE % 4) as usize]).copied().collect()
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    png.extend((content.len() as u32).to_be_bytes());
    let summed = png.len();
    png.extend(kind);
    png.extend(content);
    let sum = crc32(&png[summed..]);
    png.extend(sum.to_be_bytes());
}

/// The zlib form of deflate, with stored blocks only.
fn zlib(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = content.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let len = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = content.iter().fold((1, 0), |(a, b): (u32, u32), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    const HALF_BYTES: [u32; 16] = {
        let mut table = [0; 16];
        let mut at = 0;
        while at < 16 {
            let mut sum = at as u32;
            let mut bit = 0;
            while bit < 4 {
                sum = sum >> 1 ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 };
                bit += 1;
            }
            table[at] = sum;
            at += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum: u32, byte| {
        let sum = sum ^ u32::from(*byte);
        let sum = sum >> 4 ^ HALF_BYTES[(sum & 15) as usize];
        sum >> 4 ^ HALF_BYTES[(sum & 15) as usize]
    })
}
