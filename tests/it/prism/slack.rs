//! Slack's own description (Web API 1.7.0, Swagger 2, the last that Slack published): what of the pack is in it is
//! accepted, and what is not is listed.

use super::{Described, hold};
use crate::pack::vendor::Came;

pub(super) const DESCRIBED: Described = Described {
    pack: "slack",
    file: "slack.openapi.json",
    base: "/api",
    outside: &[
        (
            "POST /api/admin.apps.clearResolution",
            "newer than the description; https://docs.slack.dev/reference/methods/admin.apps.clearResolution tells it",
        ),
        (
            "POST /api/admin.apps.uninstall",
            "newer than the description; https://docs.slack.dev/reference/methods/admin.apps.uninstall tells it",
        ),
        (
            "GET /audit/v1/logs",
            "another API of Slack's, which was never described in this form",
        ),
    ],
    unnamed: &[(
        "POST /api/admin.apps.restrict",
        "enterprise_id",
        "newer than the description; https://docs.slack.dev/reference/methods/admin.apps.restrict tells it",
    )],
    as_described,
};

/// The description is of before tokens stood in a header: it wants each as a parameter `token`, in a header
/// or in the query. And it names one method
/// for each call, though every call takes GET and POST (https://docs.slack.dev/apis/web-api).
fn as_described(came: Came) -> Came {
    let (method, path) = came.line.split_once(' ').unwrap();
    let method = match path {
        "/api/auth.test" | "/api/auth.revoke" => "GET",
        _ => method,
    };
    let line = match (path, path.contains('?')) {
        ("/api/auth.test" | "/api/admin.apps.restrict", _) => format!("{method} {path}"),
        (_, true) => format!("{method} {path}&token=canary"),
        (_, false) => format!("{method} {path}?token=canary"),
    };
    Came {
        line,
        head: format!("{}\r\ntoken: canary", came.head),
        body: came.body,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_to_slack_that_it_describes_is_accepted_by_its_own_description() {
    let (refused, held) = hold(&DESCRIBED).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(held.len() >= 6, "{held:#?}");
}
