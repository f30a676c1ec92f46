//! Video: a track of PNG pictures in an MP4 file.

use super::super::boxes::{boxed, num, nums};

/// A file of these pictures, each shown for a part of a second.
pub(super) fn video(width: u32, height: u32, fps: u32, pictures: &[Vec<u8>]) -> Vec<u8> {
    let duration = pictures.len() as u32;
    let kind = boxed(b"ftyp", &[b"isom", &num(512), b"isomiso2mp41"]);
    // The samples follow their description, which says where they begin.
    let described = |start: u32| movie(width, height, fps, duration, pictures, start);
    let start = kind.len() + described(0).len() + 8;
    let moov = described(start as u32);
    let mdat = boxed(b"mdat", &pictures.iter().map(Vec::as_slice).collect::<Vec<_>>());
    [kind, moov, mdat].concat()
}

const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

fn movie(width: u32, height: u32, fps: u32, duration: u32, pictures: &[Vec<u8>], start: u32) -> Vec<u8> {
    let matrix = MATRIX.map(u32::to_be_bytes).concat();
    let mvhd =
        boxed(b"mvhd", &[&nums(&[0, 0, 0, fps, duration, 0x1_0000, 0x0100_0000, 0, 0]), &matrix, &[0; 24], &num(2)]);
    // Flags: on, in the movie.
    let tkhd =
        boxed(b"tkhd", &[&nums(&[3, 0, 0, 1, 0, duration, 0, 0, 0, 0]), &matrix, &nums(&[width << 16, height << 16])]);
    // 0x55C4: language "und".
    let mdhd = boxed(b"mdhd", &[&nums(&[0, 0, 0, fps, duration, 0x55C4_0000])]);
    let hdlr = boxed(b"hdlr", &[&nums(&[0, 0]), b"vide", &[0; 12], b"mock\0"]);
    let vmhd = boxed(b"vmhd", &[&nums(&[1, 0, 0])]);
    let dinf = boxed(b"dinf", &[&boxed(b"dref", &[&nums(&[0, 1]), &boxed(b"url ", &[&num(1)])])]);
    let minf = boxed(b"minf", &[&vmhd, &dinf, &samples(width, height, duration, pictures, start)]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    boxed(b"moov", &[&mvhd, &boxed(b"trak", &[&tkhd, &mdia])])
}

fn samples(width: u32, height: u32, count: u32, pictures: &[Vec<u8>], start: u32) -> Vec<u8> {
    // An elementary stream of PNG pictures (0x6D), visual (0x11).
    let decoder = [&[4, 13, 0x6D, 0x11][..], &[0; 11]].concat();
    let stream = [&[3, 3 + 15 + 3, 0, 1, 0][..], &decoder, &[6, 1, 2]].concat();
    let size = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
    let entry = boxed(
        b"mp4v",
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 16],
            &size,
            // 72 dots an inch both ways, one picture a sample.
            &nums(&[72 << 16, 72 << 16, 0]),
            &[0, 1],
            &[0; 32],
            &[0, 24, 0xFF, 0xFF],
            &boxed(b"esds", &[&num(0), &stream]),
        ],
    );
    let sizes: Vec<u32> = pictures.iter().map(|picture| picture.len() as u32).collect();
    let stsd = boxed(b"stsd", &[&nums(&[0, 1]), &entry]);
    let stts = boxed(b"stts", &[&nums(&[0, 1, count, 1])]);
    let stsc = boxed(b"stsc", &[&nums(&[0, 1, 1, count, 1])]);
    let stsz = boxed(b"stsz", &[&nums(&[0, 0, count]), &nums(&sizes)]);
    let stco = boxed(b"stco", &[&nums(&[0, 1, start])]);
    boxed(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco])
}
