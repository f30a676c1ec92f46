//! Sound: a tone, as uncompressed WAV.

use std::f64::consts::TAU;

/// Samples a second.
const RATE: u32 = 16_000;

/// A tone of this length in seconds, of one channel and 16 bits a sample.
pub(super) fn tone(seconds: f64) -> Vec<u8> {
    let samples = (f64::from(RATE) * seconds) as u32;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + samples * 2).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // Plain samples, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * 2).to_le_bytes());
    // Bytes a sample, bits a sample.
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend((samples * 2).to_le_bytes());
    for sample in 0..samples {
        let height = (f64::from(sample) * 440.0 * TAU / f64::from(RATE)).sin();
        wav.extend(((height * 8_000.0) as i16).to_le_bytes());
    }
    wav
}
