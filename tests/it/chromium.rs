//! The HTML report in a browser, opened from a file with scripts off: whatever a name looks like, it is text.

use std::path::Path;
use std::process::Command;

use contain::domain::event::Event;
use contain::domain::why::plain;
use contain::report::names::Audience;

use crate::laws::closing::{append, reports};
use crate::simulated::{Bench, LEAK, Wish};

/// What somebody may have called something, or written down.
const HOSTILE: [&str; 10] = [
    "<script>document.title='ran'</script>",
    "</script><script src=https://example.com/x.js></script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "</td></tr></table><h1>CLOSED: nothing is alive</h1>",
    "<a href=\"javascript:document.title='ran'\">click</a>",
    "javascript:document.title='ran'",
    "&lt;b&gt; stays as it is &amp;amp;",
    "access-key/\u{202e}DEKAEL\u{202c} \u{2066}x\u{2069}",
    "\u{430}ccess-k\u{435}y with a Cyrillic a and e, \u{200b}zero width\u{feff}",
    "</style><style>body{display:none}</style><!-- ",
];

/// All that a report is made of.
const ELEMENTS: [&str; 18] = [
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "div", "table",
    "thead", "tbody", "tr", "th", "td",
];
const WIDTH: u32 = 1200;
const HEIGHT: u32 = 1600;

/// The page of an incident in which everything that others can name is hostile.
async fn page() -> String {
    let text = LEAK
        .replace("role/backup@", "role/<script>document.title='ran'<b>'x@")
        .replace("user/ci@", "user/<img/src=x/onerror=alert(1)>@");
    let bench = Bench::new(&text);
    drop(bench.go(&Wish::contained()).await.end());
    let notes = HOSTILE.map(|text| Event::Noted {
        text: text.to_owned(),
    });
    append(&bench, notes.into()).await.unwrap();
    let mut all = reports(&bench, Audience::Internal).into_iter();
    all.find(|(form, _)| *form == "html").unwrap().1
}

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scripts {
    On,
    Off,
}

/// Runs Chromium on a file, with a profile of its own; answers what it printed.
fn browse(file: &Path, scripts: Scripts, more: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    if scripts == Scripts::Off {
        // As somebody sets it in the settings of the browser: without any script it would not print the page either.
        let place = profile.path().join("Default");
        std::fs::create_dir(&place).unwrap();
        let off = r#"{"profile":{"default_content_setting_values":{"javascript":2}}}"#;
        std::fs::write(place.join("Preferences"), off).unwrap();
    }
    let ended = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--window-size={WIDTH},{HEIGHT}"))
        .arg(more)
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    String::from_utf8(ended.stdout).unwrap()
}

/// The document as the browser understood it.
fn dom(at: &Path, page: &str, scripts: Scripts) -> String {
    let file = at.join("report.html");
    std::fs::write(&file, page).unwrap();
    browse(&file, scripts, "--dump-dom")
}

/// A text as the browser writes it down between two tags.
fn written(text: &str) -> String {
    let safe = plain(text).replace('&', "&amp;");
    safe.replace('<', "&lt;").replace('>', "&gt;")
}

#[tokio::test(start_paused = true)]
async fn every_name_is_text_in_a_browser_with_scripts_off() {
    let (page, place) = (page().await, tempfile::tempdir().unwrap());
    let dom = dom(place.path(), &page, Scripts::Off);
    let elements = regex::Regex::new("<([a-zA-Z][a-zA-Z0-9]*)").unwrap();
    for found in elements.captures_iter(&dom) {
        let is_ours = ELEMENTS.contains(&&found[1]) || &found[1] == "code";
        assert!(is_ours, "<{}> is no part of a report: {dom}", &found[1]);
    }
    assert_eq!(dom.matches("<h1").count(), 1);
    assert_eq!(dom.matches("<style").count(), 1);
    for hostile in HOSTILE {
        assert!(dom.contains(&written(hostile)), "{hostile}: {dom}");
        assert!(!plain(hostile).contains(['\u{202e}', '\u{2066}', '\u{200b}']));
    }
    for name in [
        "role/<script>document.title='ran'<b>'x",
        "user/<img/src=x/onerror=alert(1)>",
    ] {
        assert!(dom.contains(&written(name)), "{name}: {dom}");
    }
    // What a report may show stands on the page and not behind it.
    assert!(dom.contains("<title>Incident law-1</title>"), "{dom}");
}

#[tokio::test(start_paused = true)]
async fn a_script_that_came_into_a_report_all_the_same_does_not_run() {
    let (page, place) = (page().await, tempfile::tempdir().unwrap());
    let title = |page: &str, scripts| {
        let dom = dom(place.path(), page, scripts);
        let (_, rest) = dom.split_once("<title>").unwrap();
        rest.split_once("</title>").unwrap().0.to_owned()
    };
    let script = "<script>document.title='ran'</script><img src='x' onerror=\"document.title='ran'\"></body>";
    let planted = page.replace("</body>", script);
    assert_eq!(title(&planted, Scripts::On), "Incident law-1");
    // The same without the page's policy: so it was the policy that kept it from running, and off is off.
    let policy = regex::Regex::new("<meta http-equiv=\"Content-Security-Policy\"[^>]*>").unwrap();
    assert!(policy.is_match(&planted));
    let bare = policy.replace(&planted, "");
    assert_eq!(title(&bare, Scripts::On), "ran");
    assert_eq!(title(&bare, Scripts::Off), "Incident law-1");
}

#[tokio::test(start_paused = true)]
async fn a_report_is_a_picture_of_the_size_that_was_asked_for() {
    let (page, place) = (page().await, tempfile::tempdir().unwrap());
    let file = place.path().join("report.html");
    std::fs::write(&file, &page).unwrap();
    // Whoever wants to look at it says where it is to be left.
    let kept = std::env::var_os("CONTAIN_SCREENSHOT").map(std::path::PathBuf::from);
    let picture = kept.unwrap_or_else(|| place.path().join("report.png"));
    let wanted = format!("--screenshot={}", picture.display());
    browse(&file, Scripts::Off, &wanted);
    let bytes = std::fs::read(&picture).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (WIDTH, HEIGHT));
    // A page of one colour is far smaller.
    assert!(bytes.len() > 50_000, "{}", bytes.len());
}
