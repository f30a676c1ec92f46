//! Responses of a trickle server and segments with frames, however they are cut.
//!
//! Input: how large pieces are, where a frame is put in, and the bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use livepeer::network::fuzzing::{frame, frames, response};

fuzz_target!(|data: &[u8]| {
    let [step, at, bytes @ ..] = data else { return };
    let step = usize::from(*step) + 1;

    let (head, body, complete) = response(bytes, bytes.len());
    let (cut_head, cut_body, cut_complete) = response(bytes, step);
    // In one piece an error may come before what is before it.
    if complete && cut_complete {
        assert_eq!((head, body), (cut_head, cut_body));
    }

    // A frame is found wherever it is, and as it was, if nothing before it claims to be one.
    let at = usize::from(*at).min(bytes.len());
    let (before, content) = bytes.split_at(at);
    let whole = frame(7, 8, content);
    let segment = [before, &whole].concat();
    let found = frames(&segment, step, 1 << 16);
    if !before.windows(4).any(|four| four == b"LPF1") {
        assert!(found.contains(&(7, 8, content.to_vec())));
    }
    for (_, _, content) in frames(bytes, step, 100) {
        assert!(content.len() <= 100);
    }
    assert!(frames(bytes, step, usize::MAX).len() <= bytes.len() / 32);
});
