//! Redaction: what it costs for each byte of a text and of the secrets, and that no secret is left.
//!
//! Work is counted in steps and in bytes that are allocated, which every machine counts alike.
//!
//! Input: how often each of the following is repeated, how many secrets there are, the secrets, and the text.

#![no_main]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use libfuzzer_sys::fuzz_target;
use typed_endpoint::fuzzing::redact;

struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fuzz_target!(|data: &[u8]| {
    let [secret_times, text_times, count, rest @ ..] = data else { return };
    let rest = String::from_utf8_lossy(rest);
    let mut parts = rest.split('\n');
    // Repetition makes slow what is slow, without inputs of megabytes.
    let secrets: Vec<String> = parts
        .by_ref()
        .take(usize::from(*count % 8))
        .map(|secret| secret.repeat(usize::from(*secret_times) + 1) + secret)
        .collect();
    let text = parts.collect::<Vec<_>>().join("\n").repeat(usize::from(*text_times) + 1);

    for cut in [false, true] {
        let before = ALLOCATED.load(Ordering::Relaxed);
        let (shown, steps) = redact(&text, &secrets, cut);
        let allocated = ALLOCATED.load(Ordering::Relaxed) - before;

        // What is to be read is bounded, and so is what is done with each byte of it.
        let read = text.len().min(64 * 1024);
        assert!(steps <= 16 * read + 4_096, "{steps} steps for {read} bytes");
        let given = text.len() + secrets.iter().map(String::len).sum::<usize>();
        assert!(allocated <= 64 * (given + 1_024), "{allocated} bytes for {given}");
        assert!(shown.len() <= 2 * read + 16);

        // A mark may make a secret of what stands next to it only if the secret holds a part of the mark.
        for secret in
            secrets.iter().filter(|secret| (6..=4_096).contains(&secret.len()) && !secret.contains(['[', ']']))
        {
            assert!(!shown.contains(secret.as_str()), "{secret:?} in {shown:?}");
        }
        if !secrets.iter().any(|secret| secret.len() >= 6) {
            assert!(text.starts_with(&shown));
        }
    }
});
