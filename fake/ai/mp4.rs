//! Video: a track of PNG pictures in an MP4 file.

use super::super::boxes::{Film, boxed, file, num, nums};

/// A file of these pictures, each shown for a part of a second.
pub(super) fn video(width: u32, height: u32, fps: u32, pictures: &[Vec<u8>]) -> Vec<u8> {
    let film = Film { width, height, ticks: fps, duration: pictures.len() as u32 };
    file(b"isomiso2mp41", pictures, |start| film.movie(&table(&film, pictures, start), &[]))
}

fn table(film: &Film, pictures: &[Vec<u8>], start: u32) -> Vec<u8> {
    let count = film.duration;
    // An elementary stream of PNG pictures (0x6D), visual (0x11).
    let decoder = [&[4, 13, 0x6D, 0x11][..], &[0; 11]].concat();
    let stream = [&[3, 3 + 15 + 3, 0, 1, 0][..], &decoder, &[6, 1, 2]].concat();
    let entry = film.sample_entry(b"mp4v", &boxed(b"esds", &[&num(0), &stream]));
    let sizes: Vec<u32> = pictures.iter().map(|picture| picture.len() as u32).collect();
    let stsd = boxed(b"stsd", &[&nums(&[0, 1]), &entry]);
    let stts = boxed(b"stts", &[&nums(&[0, 1, count, 1])]);
    let stsc = boxed(b"stsc", &[&nums(&[0, 1, 1, count, 1])]);
    let stsz = boxed(b"stsz", &[&nums(&[0, 0, count]), &nums(&sizes)]);
    let stco = boxed(b"stco", &[&nums(&[0, 1, start])]);
    boxed(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco])
}
