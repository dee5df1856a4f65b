//! The one HTTP client of our own: deadlines, no redirects, no proxy from the environment, rustls.
//!
//! Never follows a redirect, so that no credential travels to a host that nobody configured. The AWS SDK brings a client
//! of its own, which takes no proxy from the environment either: `aws/client.rs` sees to that.

use crate::domain::{Because, Duration, Why};

/// Builds the client; `deadline` covers a whole exchange.
///
/// # Errors
/// Says why the machine's TLS set-up allows no client.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that builds an HTTP client"
)]
pub fn client(deadline: Duration) -> Result<reqwest::Client, Why> {
    let deadline = deadline.unsigned_abs();
    reqwest::Client::builder()
        .connect_timeout(deadline.min(std::time::Duration::from_secs(5)))
        .timeout(deadline)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("contain/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Why::new(Because::Unavailable, "no HTTP client could be made"))
}

/// Turns a failed exchange into a reason; nothing of the request is repeated in it.
#[must_use]
pub fn why(failed: &reqwest::Error, what: &str) -> Why {
    if failed.is_timeout() && !failed.is_connect() {
        Why::new(
            Because::Timeout,
            format!("{what} gave no answer within the deadline"),
        )
    } else if failed.is_body() || failed.is_decode() {
        Why::new(Because::Garbled, format!("{what} broke off its answer"))
    } else {
        Why::new(Because::Unavailable, format!("{what} was not reached"))
    }
}
