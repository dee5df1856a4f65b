//! Every form gives the same events, whatever is broken in it is counted, and nothing panics.

#![expect(clippy::indexing_slicing, reason = "tests stop at what cannot be")]

use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::frame::Frames;
use super::*;

const KEY: &str = "AKIARZPUZDIKNAJLN7ON";

fn clock() -> Clock {
    Clock::wall()
}

fn at(minute: usize) -> String {
    format!("2026-11-20T09:{minute:02}:00Z")
}

fn event(minute: usize, key: &str, name: &str, response: &Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/bot", "userName": "bot", "accessKeyId": key},
        "eventTime": at(minute), "eventSource": "sts.amazonaws.com", "eventName": name,
        "responseElements": response, "eventID": format!("id-{minute}"), "recipientAccountId": "123456789012",
        "requestParameters": {"text": "a brace } in a string, a quote \" and a backslash \\"},
    })
}

fn session(id: &str) -> Value {
    json!({"credentials": {"accessKeyId": id}})
}

/// A key that mints a session, which mints another; and somebody else.
fn all() -> Vec<Value> {
    vec![
        event(0, "AKIARZPUZDIKLFSKO3FM", "GetCallerIdentity", &Value::Null),
        event(1, KEY, "GetSessionToken", &session("ASIARZPUZDIKAAAAAAA1")),
        event(
            2,
            "ASIARZPUZDIKAAAAAAA1",
            "GetFederationToken",
            &session("ASIARZPUZDIKAAAAAAA2"),
        ),
        event(3, KEY, "GetCallerIdentity", &Value::Null),
    ]
}

fn delivery(events: &[Value]) -> Vec<u8> {
    json!({ "Records": events }).to_string().into_bytes()
}

fn lines(events: &[Value]) -> Vec<u8> {
    events
        .iter()
        .map(|event| format!("{event}\n"))
        .collect::<String>()
        .into_bytes()
}

fn lookup(events: &[Value]) -> Vec<u8> {
    let wrapped =
        |event: &Value| json!({"EventId": event["eventID"], "CloudTrailEvent": event.to_string()});
    let wrapped: Vec<Value> = events.iter().rev().map(wrapped).collect();
    let printed = json!({"Events": wrapped, "NextToken": "x"});
    serde_json::to_vec_pretty(&printed).unwrap_or_default()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed
        .write_all(bytes)
        .and_then(|()| packed.finish())
        .unwrap_or_default()
}

struct File {
    path: PathBuf,
    _place: tempfile::TempDir,
}

fn file(bytes: &[u8]) -> File {
    let place = tempfile::tempdir().unwrap_or_else(|why| unreachable!("{why}"));
    let path = place.path().join("export");
    let written = open_new(&path).and_then(|mut file| file.write_all(bytes));
    assert!(written.is_ok());
    File {
        path,
        _place: place,
    }
}

fn exports(paths: &[&Path]) -> Exports {
    let paths: Vec<PathBuf> = paths.iter().map(|path| (*path).to_owned()).collect();
    Exports::new(&paths)
}

fn surveyed(bytes: &[u8]) -> (Source, Vec<String>) {
    let file = file(bytes);
    let exports = exports(&[&file.path]);
    let not_seen = |survey: &Survey| survey.not_seen().into_iter().map(|blind| blind.what);
    let at = clock();
    let blind: Vec<String> = exports.surveys(&at).flat_map(not_seen).collect();
    let source = exports.survey(&at).into_iter().next();
    (source.unwrap_or_else(|| unreachable!("one file")), blind)
}

#[test]
fn every_form_tells_the_same() {
    let events = all();
    let bare = serde_json::to_vec(&events).unwrap_or_default();
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(lines(&events));
    let twice = [gzip(&delivery(&events[..2])), gzip(&delivery(&events[2..]))].concat();
    for (form, bytes) in [
        ("delivery", delivery(&events)),
        ("packed delivery", gzip(&delivery(&events))),
        (
            "deliveries one after another",
            [delivery(&events[..1]), delivery(&events[1..])].concat(),
        ),
        (
            "deliveries line by line",
            [
                delivery(&events[..1]),
                b"\n".to_vec(),
                delivery(&events[1..]),
            ]
            .concat(),
        ),
        ("packed deliveries one after another", twice),
        (
            "printed delivery",
            serde_json::to_vec_pretty(&json!({"Records": events})).unwrap_or_default(),
        ),
        ("lines", lines(&events)),
        ("lines with a mark", marked),
        ("packed lines", gzip(&lines(&events))),
        ("look-up", lookup(&events)),
        ("bare list", bare),
    ] {
        let (source, blind) = surveyed(&bytes);
        assert_eq!((source.records, source.broken), (4, 0), "{form}");
        assert!(blind.is_empty(), "{form}: {blind:?}");
        assert_eq!(source.digest, crate::domain::Digest::of(&bytes), "{form}");
        let time = |minute| at(minute).parse::<Time>().ok();
        assert_eq!((source.from, source.to), (time(0), time(3)), "{form}");
        let file = file(&bytes);
        let exports = exports(&[&file.path]);
        assert_eq!(
            exports.effects_of(KEY, &clock()),
            2,
            "{form}: a session and the one after it"
        );
        assert_eq!(
            exports.effects_of("AKIARZPUZDIKLFSKO3FM", &clock()),
            2,
            "{form}: no more"
        );
        let signer = exports
            .signer("ASIARZPUZDIKAAAAAAA1")
            .map(|who| who.to_string());
        assert_eq!(
            signer.as_deref(),
            Some("aws:user/bot@123456789012"),
            "{form}"
        );
    }
}

#[tokio::test]
async fn only_the_latest_are_kept_and_that_there_are_more_is_told() {
    let events: Vec<Value> = (0..60)
        .map(|minute| event(minute, KEY, "ListUsers", &Value::Null))
        .collect();
    let file = file(&lines(&events));
    let exports = Arc::new(exports(&[&file.path]));
    let by = By {
        attribute: "AccessKeyId",
        value: KEY.to_owned(),
    };
    let budget = |pages| Budget {
        pages,
        until: Time::MAX,
    };
    let one = exports
        .latest(&by, Time::UNIX_EPOCH, &budget(1), &clock())
        .await;
    assert!(one.truncated);
    assert_eq!(one.events.len(), 50);
    assert_eq!(
        one.events.first().and_then(|event| event.at),
        at(59).parse().ok()
    );
    let two = exports
        .latest(&by, Time::UNIX_EPOCH, &budget(2), &clock())
        .await;
    assert_eq!((two.events.len(), two.truncated), (60, false));
}

#[test]
fn what_is_broken_is_counted_and_the_rest_is_read() {
    let events = all();
    let texts: Vec<String> = events.iter().map(Value::to_string).collect();
    let (first, rest) = (&texts[0], texts[1..].join(","));
    for (what, text, records, broken) in [
        (
            "no JSON inside",
            format!("{{\"Records\":[{{\"eventVersion\":oops}},{first},{rest}]}}"),
            4,
            1,
        ),
        (
            "a string without an end",
            format!("{{\"Records\":[{{\"a\":\"x,{first},{rest}]}}"),
            4,
            1,
        ),
        (
            "an object without an end",
            format!("{{\"Records\":[{{\"eventVersion\":1,{first},{rest}]}}"),
            4,
            1,
        ),
        (
            "no event",
            format!("{{\"Records\":[{{}},7,null,\"x\",{first},{rest}]}}"),
            4,
            1,
        ),
        (
            "odd fields",
            format!(
                "{{\"Records\":[{{\"eventName\":7}},{{\"eventName\":\"x\",\"userIdentity\":3}},{first},{rest}]}}"
            ),
            4,
            2,
        ),
        (
            "a broken line",
            format!(
                "{first}\n{{\"eventVersion\":\n\n{rest}\n",
                rest = texts[1..].join("\n")
            ),
            4,
            1,
        ),
        (
            "noise before",
            format!("Sure, here:\n{{\"Records\":[{first},{rest}]}}"),
            4,
            1,
        ),
    ] {
        let (source, blind) = surveyed(text.as_bytes());
        assert_eq!(
            (source.records, source.broken),
            (records, broken),
            "{what}: {blind:?}"
        );
        assert!(!blind.is_empty(), "{what}");
    }
}

#[test]
fn a_record_without_measure_hides_only_itself() {
    let events = all();
    let mut text = b"{\"Records\":[{\"eventVersion\":\"".to_vec();
    text.resize(5 * 1024 * 1024, b'x');
    text.extend(b"\"},");
    text.extend(&delivery(&events)[b"{\"Records\":[".len()..]);
    let (source, blind) = surveyed(&gzip(&text));
    assert_eq!((source.records, source.broken, blind.len()), (4, 1, 1));
}

#[test]
fn long_events_are_kept_only_as_far_as_there_is_room() {
    // Each is as long as a record may be, and 80 of them are more than there is room for.
    let long = "x".repeat(900 * 1024);
    let events = (0..80).map(|n| {
        let mut event = event(
            n % 60,
            KEY,
            "GetSessionToken",
            &session(&format!("ASIA{n}")),
        );
        event["requestParameters"] = json!({ "text": long });
        event["eventID"] = json!(format!("id-{n}"));
        event
    });
    let file = file(&lines(&events.collect::<Vec<_>>()));
    let exports = exports(&[&file.path]);
    let by = By {
        attribute: "AccessKeyId",
        value: KEY.to_owned(),
    };
    exports.fetch_effects(&by, Time::MAX, &clock());
    exports.fetch_latest(&by, Time::UNIX_EPOCH, Time::MAX, &clock());
    let fetched = exports.fetched();
    let (latest, more) = &fetched.latest[&by];
    assert!(fetched.truncated && *more);
    assert!(!fetched.effects.is_empty() && !latest.is_empty());
    let most = ROOM / long.len();
    assert!(fetched.effects.len() <= most && latest.len() <= most);
    assert_eq!(latest[0].at, at(59).parse().ok(), "the newest are kept");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_told_and_never_waited_for() {
    let place = tempfile::tempdir().unwrap_or_else(|why| unreachable!("{why}"));
    let pipe = place.path().join("pipe");
    #[expect(
        clippy::disallowed_methods,
        reason = "the standard library makes no pipe with a name"
    )]
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|made| made.success()));
    let exports = exports(&[&pipe]);
    let at = clock();
    let told: Vec<_> = exports.surveys(&at).flat_map(Survey::not_seen).collect();
    assert!(
        told.len() == 1 && told[0].why.text.contains("regular"),
        "{told:?}"
    );
    assert_eq!(exports.effects_of(KEY, &at), 0);
}

#[test]
fn what_is_cut_off_or_absent_is_told() {
    let whole = delivery(&all());
    let packed = gzip(&whole);
    for bytes in [&whole[..whole.len() - 40], &packed[..packed.len() - 20]] {
        let (source, blind) = surveyed(bytes);
        assert!(source.records <= 4);
        assert!(
            blind.iter().any(|blind| blind.contains("to its end")),
            "{blind:?}"
        );
    }
    let nowhere = exports(&[Path::new("/nowhere/at/all")]);
    assert_eq!(nowhere.survey(&clock()).len(), 1);
    let at = clock();
    assert!(
        nowhere
            .surveys(&at)
            .all(|survey| survey.not_seen().len() == 1)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_to_their_end(
        noise in proptest::collection::vec(prop_oneof![Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b'\n'), any::<u8>()], 0..400),
        place in 0..5_usize,
    ) {
        let texts: Vec<String> = all().iter().map(Value::to_string).collect();
        let (before, after) = texts.split_at(place.min(texts.len()));
        let bytes = [
            b"{\"Records\":[".as_slice(), before.join(",").as_bytes(), &noise, after.join(",").as_bytes(), b"]}",
        ].concat();
        let (source, _) = surveyed(&bytes);
        prop_assert!(source.records >= u64::try_from(before.len().saturating_sub(1)).unwrap_or(0));
        let mut frames = Frames::new(noise.as_slice()).unwrap_or_else(|why| unreachable!("{why}"));
        while let Ok(Some(record)) = frames.next() {
            prop_assert!(!record.is_empty());
        }
    }
}

fn open_new(path: impl AsRef<std::path::Path>) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true).open(path)
}
