//! Lists that go on: read to their end, or said to be incomplete; within a time and an amount for the whole question.

use std::sync::Arc;

use contain::domain::{Duration, Fact, Query, ReadKind, Reading};
use contain::pack::{Packed, load, stage};
use contain::provider::Provider as _;
use serde_json::json;

use super::vendor::{Came, Vendor};

/// A pack whose keys hang on an owner in a list, which is read further as `pages` says.
fn pack(pages: &str) -> String {
    format!(
        r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration: {{token: {{is: secret, about: a token}}}}
hosts: {{api: https://acme.example}}
authentication: {{admin: {{bearer: token}}}}
account: {{host: api}}
audit_lag: {{within: 15m, assumed: not published}}
kinds:
  owner:
    title: owner
    credential: false
    form: "^o[0-9]+$"
    look: {{ask: {{get: "/owners/${{id}}"}}, present: {{name: body.name}}}}
    reach:
      - ask: {{get: "/owners/${{id}}/keys", each: body.keys{pages}}}
        found: {{key: "${{item}}"}}
        relation: held
        evidence: listed
  key:
    title: key
    credential: true
    form: "^k[0-9]+$"
    look:
      ask: {{get: /keys, each: body.keys, pick: item == id{pages}}}
      present: {{name: item}}
    by_hand: {{steps: [Delete it.], evidence: it is gone}}
"#
    )
}

async fn packed(pages: &str, base: &str) -> Packed {
    let pack = load("acme.yaml", &pack(pages)).map_err(|refused| refused.render(false));
    let pack = Arc::new(pack.unwrap_or_else(|told| panic!("{told}")));
    stage(&pack, base, Duration::from_secs(10), "canary-of-ours").await
}

async fn reach(packed: &Packed, base: &str, budget_ms: u64) -> Reading {
    let target = format!("acme:owner/o1@{}", base.split_once("://").unwrap().1);
    let query = Query {
        read: ReadKind::Reach,
        target: target.parse().unwrap(),
        relations: Vec::new(),
        since: jiff::Timestamp::now(),
        pages: 1000,
        budget_ms,
    };
    packed.reader(None).read(&query).await.unwrap()
}

/// Ten keys a page, for so many pages; the next is told by `link` and by `next`.
fn pages(came: &Came, last: usize) -> (u16, String, String) {
    let at = came.line.split_once("page=").map_or("0", |(_, at)| at);
    let at: usize = at.parse().unwrap();
    let keys: Vec<String> = (0..10).map(|key| format!("k{}", at * 10 + key)).collect();
    let path = came.line.split_once(' ').unwrap().1;
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let (next, link) = if at < last {
        let link = format!("link: <{path}?page={}>; rel=\"next\"\r\n", at + 1);
        ((at + 1).to_string(), link)
    } else {
        (String::new(), String::new())
    };
    (200, link, json!({"keys": keys, "next": next}).to_string())
}

const LINK: &str = ", pages: {by: link}";
const PARAMETER: &str = ", pages: {by: parameter, parameter: page, next: body.next}";

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    for how in [LINK, PARAMETER] {
        let vendor = Vendor::start(|came| pages(came, 6));
        let packed = packed(how, &vendor.base).await;
        let reading = reach(&packed, &vendor.base, 60_000).await;
        assert_eq!(
            (reading.found.len(), reading.not_seen.len()),
            (70, 0),
            "{how}"
        );
        assert_eq!(reading.requests, 7);
    }
}

#[tokio::test]
async fn a_list_that_goes_on_where_the_pack_does_not_is_said_to_be_incomplete() {
    for (header, body) in [
        ("link: </more>; rel=\"next\"\r\n", json!({"keys": ["k1"]})),
        ("", json!({"keys": ["k1"], "has_more": true})),
        ("", json!({"keys": ["k1"], "nextPageToken": "n"})),
        (
            "",
            json!({"keys": ["k1"], "@odata.nextLink": "https://x/y"}),
        ),
        (
            "",
            json!({"keys": ["k1"], "response_metadata": {"next_cursor": "n"}}),
        ),
        ("", json!({"keys": ["k1"], "metadata": {"continue": "n"}})),
    ] {
        let told = body.to_string();
        let vendor = Vendor::start(move |_| (200, header.to_owned(), told.clone()));
        let packed = packed("", &vendor.base).await;
        let reading = reach(&packed, &vendor.base, 60_000).await;
        assert_eq!(reading.found.len(), 1, "what was read counts: {body}");
        let not_seen = &reading.not_seen[0];
        assert!(
            not_seen.withholds && not_seen.why.text.contains("goes on"),
            "{not_seen:?}"
        );
        // What such a list does not have is not gone.
        let host = vendor.base.split_once("://").unwrap().1;
        let absent = format!("acme:key/k9@{host}").parse().unwrap();
        let seen = packed.reader(None).observe(&[absent]).await.remove(0);
        assert!(matches!(seen.fact, Fact::Unreadable(_)), "{seen:?}");
    }
}

#[tokio::test]
async fn the_time_of_a_question_counts_over_all_of_its_pages() {
    let vendor = Vendor::start(|came| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        pages(came, 1_000_000)
    });
    let packed = packed(LINK, &vendor.base).await;
    let began = std::time::Instant::now();
    let reading = reach(&packed, &vendor.base, 1_200).await;
    assert!(began.elapsed().as_millis() < 2_500, "{:?}", began.elapsed());
    assert!(vendor.lines().len() < 15, "{}", vendor.lines().len());
    assert!(!reading.found.is_empty());
    let why = &reading.not_seen[0].why;
    assert!(
        why.text.contains("the time for this question was up"),
        "{why:?}"
    );
}

#[tokio::test]
async fn the_bytes_of_a_question_count_over_all_of_its_pages() {
    let large = "x".repeat(3 * 1024 * 1024);
    let vendor = Vendor::start(move |came| {
        let at = came.line.split_once("page=").map_or("0", |(_, at)| at);
        let at: usize = at.parse().unwrap();
        let link = format!("link: </more?page={}>; rel=\"next\"\r\n", at + 1);
        let body = json!({"keys": [format!("k{at}")], "fill": large}).to_string();
        (200, link, body)
    });
    let packed = packed(LINK, &vendor.base).await;
    let reading = reach(&packed, &vendor.base, 120_000).await;
    assert_eq!(vendor.lines().len(), 22);
    assert_eq!(reading.found.len(), 22);
    let why = &reading.not_seen[0].why;
    assert!(why.text.contains("bytes were answered"), "{why:?}");
}

#[tokio::test]
async fn what_came_before_a_page_that_fails_is_kept_and_the_rest_is_not_seen() {
    for (status, location) in [
        (500, ""),
        (404, ""),
        (302, "location: https://elsewhere.invalid/\r\n"),
    ] {
        let vendor = Vendor::start(move |came| match came.line.contains("page=2") {
            true => (status, location.to_owned(), "{}".to_owned()),
            false => pages(came, 9),
        });
        let packed = packed(LINK, &vendor.base).await;
        let reading = reach(&packed, &vendor.base, 60_000).await;
        assert_eq!(reading.found.len(), 20, "{status}");
        assert!(reading.not_seen[0].withholds, "{status}");
    }
    let (elsewhere, hits) = super::vendor::silent();
    let vendor = Vendor::start(move |_| {
        let link = format!("link: <{elsewhere}/more>; rel=\"next\"\r\n");
        (200, link, json!({"keys": ["k1"]}).to_string())
    });
    let packed = packed(LINK, &vendor.base).await;
    let reading = reach(&packed, &vendor.base, 60_000).await;
    assert!(
        reading.not_seen[0].why.text.contains("another host"),
        "{reading:?}"
    );
    assert_eq!((reading.found.len(), *hits.lock().unwrap()), (1, 0));
}
