//! The film in MP4: as one file, and in the segments of an HLS stream.

use super::super::boxes::{self, Film, boxed, media, num, nums};
use super::h264::{self, HEIGHT, WIDTH};

/// Units of time in a second, and pictures.
const TICKS: u32 = 1000;
const RATE: u32 = 5;

/// The pictures of some seconds, each with its length before it.
fn samples(seconds: std::ops::Range<u32>) -> Vec<Vec<u8>> {
    let picture = |second: u32, at: u32| match at {
        0 => h264::key_picture(second),
        at => h264::same_picture(at),
    };
    let pictures = seconds.flat_map(|second| (0..RATE).map(move |at| picture(second, at)));
    pictures.map(|unit| [&num(unit.len() as u32)[..], &unit].concat()).collect()
}

/// The whole film.
pub(super) fn file(seconds: u32) -> Vec<u8> {
    let samples = samples(0..seconds);
    boxes::file(b"isomiso2avc1mp41", &samples, |start| movie(seconds, &samples, start, &[]))
}

/// What comes before the segments.
pub(super) fn beginning() -> Vec<u8> {
    let kind = boxed(b"ftyp", &[b"iso5", &num(512), b"iso5iso6mp41"]);
    let trex = boxed(b"trex", &[&nums(&[0, 1, 1, TICKS / RATE, 0, 0])]);
    [kind, movie(0, &[], 0, &boxed(b"mvex", &[&trex]))].concat()
}

/// A segment of a stream: its number there, and the seconds of the film that it has.
pub(super) fn segment(number: u32, seconds: std::ops::Range<u32>) -> Vec<u8> {
    const KEY: u32 = 0x0200_0000;
    const OTHER: u32 = 0x0101_0000;

    let start = seconds.start * TICKS;
    let samples = samples(seconds);
    let mut runs = Vec::new();
    for (at, sample) in samples.iter().enumerate() {
        let flags = if (at as u32).is_multiple_of(RATE) { KEY } else { OTHER };
        runs.extend(nums(&[sample.len() as u32, flags]));
    }
    let fragment = |offset: u32| {
        let mfhd = boxed(b"mfhd", &[&nums(&[0, number])]);
        let tfhd = boxed(b"tfhd", &[&nums(&[0x2_0008, 1, TICKS / RATE])]);
        let tfdt = boxed(b"tfdt", &[&nums(&[0, start])]);
        let trun = boxed(b"trun", &[&nums(&[0x601, samples.len() as u32, offset]), &runs]);
        boxed(b"moof", &[&mfhd, &boxed(b"traf", &[&tfhd, &tfdt, &trun])])
    };
    let offset = fragment(0).len() as u32 + 8;
    [fragment(offset), media(&samples)].concat()
}

fn movie(seconds: u32, samples: &[Vec<u8>], start: u32, more: &[u8]) -> Vec<u8> {
    let film = Film { width: WIDTH, height: HEIGHT, ticks: TICKS, duration: seconds * TICKS };
    film.movie(&table(&film, samples, start), more)
}

fn table(film: &Film, samples: &[Vec<u8>], start: u32) -> Vec<u8> {
    let count = samples.len() as u32;
    let (sequence, pictures) = (h264::sequence(), h264::pictures());
    let short = |length: usize| (length as u16).to_be_bytes();
    // Profile, constraints and level stand in the parameters, after their header.
    let profile = sequence.get(1..4).unwrap_or_default();
    let avcc = boxed(
        b"avcC",
        &[&[1], profile, &[0xFF, 0xE1], &short(sequence.len()), &sequence, &[1], &short(pictures.len()), &pictures],
    );
    let entry = film.sample_entry(b"avc1", &avcc);
    let sizes: Vec<u32> = samples.iter().map(|sample| sample.len() as u32).collect();
    let keys: Vec<u32> = (0..count).step_by(RATE as usize).map(|at| at + 1).collect();
    // Without samples the tables have no rows.
    let some = u32::from(count > 0);
    let row = |row: &[u32]| if count > 0 { nums(row) } else { Vec::new() };
    let stsd = boxed(b"stsd", &[&nums(&[0, 1]), &entry]);
    let stts = boxed(b"stts", &[&nums(&[0, some]), &row(&[count, TICKS / RATE])]);
    let stss = boxed(b"stss", &[&nums(&[0, keys.len() as u32]), &nums(&keys)]);
    let stsc = boxed(b"stsc", &[&nums(&[0, some]), &row(&[1, count, 1])]);
    let stsz = boxed(b"stsz", &[&nums(&[0, 0, count]), &nums(&sizes)]);
    let stco = boxed(b"stco", &[&nums(&[0, some]), &row(&[start])]);
    boxed(b"stbl", &[&stsd, &stts, &stss, &stsc, &stsz, &stco])
}
