//! What calls and uploads do, natively (`tests/faults`) and in a browser (`tests/browser`): the same bodies, against the same
//! server.

pub mod api;
pub mod calls;
pub mod lists;
#[cfg(not(target_family = "wasm"))]
pub mod server;
pub mod signatures;
pub mod uploads;

use livepeer::{Client, File, Retry};

use api::Fake;

/// Where a behaviour is tested, and with what.
pub struct Place {
    /// Base URL of the server, with a folder of its own for each test.
    pub server: String,
    /// Makes a file called `film.mp4`, of the type `video/mp4`.
    pub film: fn(&[u8]) -> File,
}

impl Place {
    /// A client without retries, whose server is the one of this test.
    fn client(&self) -> Client<Fake> {
        Client::new().retry(Retry::never()).server(self.server.clone())
    }

    /// Whether the server has seen that a request's connection is closed, or has not seen the request, because a busy machine took
    /// too long to send it. Waits without a timer: for the time that requests take.
    async fn is_closed(&self, name: &str) -> bool {
        for _ in 0..500 {
            if self.client().call(api::IsClosed::new(name)).await.unwrap().closed {
                return true;
            }
        }
        false
    }
}

/// Calls a macro with all behaviours, which makes a test of each.
#[macro_export]
macro_rules! behaviours {
    ($tests:ident) => {
        $tests! {
            calls::a_call_sends_its_headers_and_its_body
            calls::a_compressed_response_is_decoded_once
            calls::a_file_is_sent_in_a_form
            calls::a_call_is_retried_after_error_responses
            calls::an_error_has_its_status_and_the_words_of_the_server
            calls::what_reads_is_redirected
            calls::what_takes_too_long_ends_and_is_aborted
            calls::a_dropped_download_is_aborted
            calls::a_response_that_stands_still_ends
            lists::a_list_is_followed_to_its_end
            lists::a_list_ends_with_its_error
            lists::events_come_one_by_one
            lists::events_that_are_cut_end_with_an_error
            signatures::a_webhook_is_verified_by_the_clock
            signatures::a_playback_token_is_signed_by_the_clock
            signatures::random_values_differ
            uploads::an_upload_survives_a_cut_and_reports_progress
            uploads::an_upload_is_resumed_from_its_saved_state_by_the_same_file_alone
        }
    };
}
