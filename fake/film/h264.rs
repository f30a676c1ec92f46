//! A film in H.264, of the simplest kind: the first picture of every second is written as it is, and those after it repeat it.

/// Size of the pictures, in pixels: multiples of 16.
pub(super) const WIDTH: u32 = 128;
pub(super) const HEIGHT: u32 = 80;

/// Side of a block, in pixels.
const BLOCK: u32 = 16;

/// Bits, the first of a byte is its highest.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) -> &mut Self {
        for bit in (0..count).rev() {
            if self.used == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << (7 - self.used);
            }
            self.used = (self.used + 1) % 8;
        }
        self
    }

    /// An Exp-Golomb code.
    fn number(&mut self, value: u32) -> &mut Self {
        let length = 32 - (value + 1).leading_zeros();
        self.put(0, length - 1).put(value + 1, length)
    }

    fn align(&mut self) {
        self.used = 0;
    }

    /// The unit with this header: the bits and their end, with what would look like the start of a unit escaped.
    fn into_unit(mut self, header: u8) -> Vec<u8> {
        self.put(1, 1);
        let mut unit = vec![header];
        let mut zeros = 0;
        for byte in self.bytes {
            if zeros >= 2 && byte <= 3 {
                unit.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            unit.push(byte);
        }
        unit
    }
}

/// The parameters of the sequence.
pub(super) fn sequence() -> Vec<u8> {
    let mut bits = Bits::default();
    // Baseline profile, as constrained as it can be; level 3.
    bits.put(66, 8).put(0xC0, 8).put(30, 8);
    bits.number(0).number(0).number(2).number(1).put(0, 1);
    bits.number(WIDTH / BLOCK - 1).number(HEIGHT / BLOCK - 1).put(0b1100, 4);
    bits.into_unit(0x67)
}

/// The parameters of the pictures: no filter between blocks.
pub(super) fn pictures() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0).number(0).put(0, 2).number(0).number(0).number(0).put(0, 3);
    bits.number(0).number(0).number(0).put(0b100, 3);
    bits.into_unit(0x68)
}

/// A whole picture: stripes, which move with the seconds.
pub(super) fn key_picture(second: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0).number(7).number(0).put(0, 4).number(second % 2).put(0, 2).number(0).number(1);
    for row in 0..HEIGHT / BLOCK {
        for column in 0..WIDTH / BLOCK {
            // A block that is written as it is.
            bits.number(25);
            bits.align();
            let stripe = (column + row + second) % 8;
            bits.bytes.extend([48 + 24 * stripe as u8; 256]);
            bits.bytes.extend([64 + 16 * stripe as u8; 64]);
            bits.bytes.extend([192 - 16 * stripe as u8; 64]);
        }
    }
    bits.into_unit(0x65)
}

/// The picture before it again, as the so-manieth of its second.
pub(super) fn same_picture(number: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0).number(5).number(0).put(number, 4).put(0, 3).number(0).number(1);
    // All blocks are skipped.
    bits.number(WIDTH / BLOCK * (HEIGHT / BLOCK));
    bits.into_unit(0x41)
}
