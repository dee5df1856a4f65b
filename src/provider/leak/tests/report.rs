//! The reports of scanners, whole, cut off at every byte, and malformed: what is found, and that nothing secret is told.

use std::io::Read;

use super::*;
use crate::domain::Kind;
use crate::provider::simulated::{Pace, Settings as Simulation, Simulated, World};

const ACME: &str = "acme_CANARY0one0Tq7Zr2Xw9Kd4Fh8Ls6P3liwGN";
const SECOND_ACME: &str = "acme_CANARY0two0Mb3Vn5Gj1Rt8Yc2Wq9E2NUOdK";
const MISTYPED: &str = "acme_CANARY0one0Tq7Zr2Xw9Kd4Fh8Ls6P3liwGa";
const BETA: &str = "beta-CANARY0three0Hs6Dk2Lp8";
const GAMMA: &str = "00CANARY0four0aB1cD2eF3gH4iJ5kL6mN7oP8qR9s";

/// Every form of report that is read, made by hand after what each scanner's source writes.
const REPORTS: [(&str, &str); 9] = [
    (
        "gitleaks.json",
        include_str!("../../../../tests/fixtures/leak/gitleaks.json"),
    ),
    (
        "gitleaks.sarif",
        include_str!("../../../../tests/fixtures/leak/gitleaks.sarif"),
    ),
    (
        "trufflehog.jsonl",
        include_str!("../../../../tests/fixtures/leak/trufflehog.jsonl"),
    ),
    (
        "trufflehog.sarif",
        include_str!("../../../../tests/fixtures/leak/trufflehog.sarif"),
    ),
    (
        "kingfisher.json",
        include_str!("../../../../tests/fixtures/leak/kingfisher.json"),
    ),
    (
        "kingfisher.jsonl",
        include_str!("../../../../tests/fixtures/leak/kingfisher.jsonl"),
    ),
    (
        "kingfisher.sarif",
        include_str!("../../../../tests/fixtures/leak/kingfisher.sarif"),
    ),
    (
        "github.json",
        include_str!("../../../../tests/fixtures/leak/github.json"),
    ),
    (
        "transcript.txt",
        include_str!("../../../../tests/fixtures/leak/transcript.txt"),
    ),
];

/// A provider whose credentials are of one form.
fn vendor(name: &str, noun: &str, secret: &str) -> Arc<dyn crate::provider::Provider> {
    let kind = serde_json::json!([{
        "id": format!("{name}:{noun}"), "title": noun, "credential": true, "readable": "by-secret",
        "recognise": [{"is": secret, "secret": true}],
    }]);
    let kinds: Vec<Kind> = serde_json::from_value(kind).unwrap_or_default();
    let world = World::new(1, Pace::default()).share();
    let settings = Simulation::default();
    Arc::new(Simulated::new(
        name,
        kinds,
        Vec::new(),
        world,
        Clock::wall(),
        settings,
    ))
}

fn several() -> Catalogue {
    let acme = "^acme_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$";
    let aws = Aws::new(Settings::default(), Clock::wall());
    Catalogue::new(vec![
        Arc::new(aws),
        vendor("acme", "token", acme),
        vendor("beta", "key", "^beta-[A-Za-z0-9]{22}$"),
        vendor("gamma", "key", "^00[A-Za-z0-9]{40}$"),
    ])
}

fn report(bytes: impl Read) -> Leak {
    read(&several(), bytes).unwrap_or_else(|why| unreachable!("{why}"))
}

fn named(name: &str) -> Leak {
    let text = REPORTS.iter().find(|(known, _)| *known == name);
    report(text.map_or("", |(_, text)| text).as_bytes())
}

/// What was found, in a line each: kind, what the scanner said, checksum, places, whether its secret is there.
fn lines(leak: &Leak) -> Vec<String> {
    let line = |found: &Leaked| {
        format!(
            "{} {:?} {} {}{}",
            found.kind,
            found.said,
            found.checksum.word(),
            found.seen.count,
            if found.secret.is_some() {
                " secret"
            } else {
                ""
            }
        )
    };
    leak.found.iter().map(line).collect()
}

fn lacking(leak: &Leak) -> Vec<String> {
    let line = |lacking: &Lacking| {
        format!(
            "{} {:?} {:?} {}",
            lacking.rule, lacking.lacks, lacking.said, lacking.seen.count
        )
    };
    leak.lacking.iter().map(line).collect()
}

#[test]
fn each_scanner_is_read_as_it_writes() {
    let leak = named("gitleaks.json");
    assert_eq!(leak.format, Format::Gitleaks);
    assert_eq!(
        lines(&leak),
        [
            "acme:token Nothing right 2 secret",
            "aws:access-key Nothing none 1"
        ]
    );
    assert_eq!(
        lacking(&leak),
        [
            "beta-key Secret Nothing 1",
            "generic-api-key Provider Nothing 1"
        ]
    );
    let first = &leak.found[0].seen.places[0];
    assert_eq!(
        first.repository.as_deref(),
        Some("https://git.example/team/app")
    );
    assert_eq!(first.file.as_deref(), Some("deploy/x.env"));
    assert_eq!(
        (first.file_line, first.rule.as_deref()),
        (Some(3), Some("acme-token"))
    );
    assert!(
        first
            .commit
            .as_deref()
            .is_some_and(|commit| commit.starts_with("3f1c"))
    );
    let began = leak.first().map(|(at, _)| at.to_string());
    assert_eq!(began.as_deref(), Some("2026-01-04T09:00:00Z"));
    // A secret that stands in a path or an address is left out of it.
    let second = &leak.found[0].seen.places[1];
    assert_eq!(second.file.as_deref(), Some("deploy/[left out].env"));
    assert_eq!(
        second.repository.as_deref(),
        Some("https://git.example/team/app")
    );

    let leak = named("trufflehog.jsonl");
    assert_eq!(leak.format, Format::Trufflehog);
    assert_eq!(
        lines(&leak),
        [
            "aws:access-key Active none 1 secret",
            "acme:token Nothing right 1 secret"
        ]
    );
    let began = leak.first().map(|(at, _)| at.to_string());
    assert_eq!(began.as_deref(), Some("2026-01-03T17:27:56Z"));

    for (name, format) in [
        ("kingfisher.json", Format::Kingfisher),
        ("kingfisher.jsonl", Format::Kingfisher),
    ] {
        let leak = named(name);
        assert_eq!(leak.format, format);
        assert_eq!(
            lines(&leak),
            [
                "acme:token Active right 1 secret",
                "acme:token Nothing wrong 1 secret",
                "acme:token Inactive right 1 secret"
            ]
        );
        assert_eq!(lacking(&leak), ["kingfisher.acme.1 Secret Active 1"]);
    }

    let leak = named("github.json");
    assert_eq!(leak.format, Format::Github);
    assert_eq!(
        lines(&leak),
        [
            "acme:token Active right 1 secret",
            "acme:token Nothing right 1 secret",
            "beta:key Inactive none 1 secret"
        ]
    );
    assert_eq!(lacking(&leak), ["beta_key Secret Active 1"]);
}

#[test]
fn sarif_of_every_scanner_is_read() {
    let leak = named("gitleaks.sarif");
    assert_eq!(leak.format, Format::Sarif);
    assert_eq!(
        lines(&leak),
        [
            "acme:token Nothing right 1 secret",
            "beta:key Nothing none 1 secret"
        ]
    );
    let began = leak.first().map(|(at, _)| at.to_string());
    assert_eq!(began.as_deref(), Some("2026-01-05T10:00:00Z"));
    let leak = named("kingfisher.sarif");
    assert_eq!(lines(&leak), ["acme:token Active right 1 secret"]);
    // TruffleHog leaves secrets out of its SARIF.
    let leak = named("trufflehog.sarif");
    assert_eq!(lacking(&leak), ["Acme Secret Active 1"]);
}

#[test]
fn a_transcript_is_read_through_colours_escapes_and_wrapped_lines() {
    let leak = named("transcript.txt");
    assert_eq!(leak.format, Format::Text);
    let told: Vec<_> = leak
        .found
        .iter()
        .map(|found| (found.kind.noun(), found.seen.line(), found.wrapped))
        .collect();
    assert_eq!(
        told,
        [
            ("token", 2, false),
            ("access-key", 2, false),
            ("token", 3, true)
        ]
    );
    let secrets: Vec<_> = leak
        .found
        .iter()
        .filter_map(|found| found.secret.as_ref())
        .collect();
    let secrets: Vec<&str> = secrets.into_iter().map(Secret::expose).collect();
    assert_eq!(secrets, [ACME, SECRET, SECOND_ACME]);
    assert_eq!(leak.unknown, 0);
}

#[test]
fn a_secret_in_forty_commits_is_one_with_its_places_counted() {
    let finding = |nth: usize| {
        serde_json::json!({"RuleID": "acme-token", "Secret": ACME, "Match": ACME, "File": "x.env", "StartLine": 1,
            "Commit": format!("{nth:040x}"), "Date": format!("2026-01-02T00:00:{nth:02}Z")})
    };
    let all: Vec<_> = (0..40).map(finding).collect();
    let text = serde_json::Value::from(all).to_string();
    let leak = report(text.as_bytes());
    assert_eq!(lines(&leak), ["acme:token Nothing right 40 secret"]);
    assert_eq!(leak.found[0].seen.places.len(), PLACES);
    assert_eq!(
        leak.found[0].seen.first,
        "2026-01-02T00:00:00Z".parse().ok()
    );
}

#[test]
fn what_has_a_form_that_tells_nothing_counts_where_something_else_names_it() {
    let of = |text: &str| lines(&report(text.as_bytes()));
    assert_eq!(
        of(&format!("GAMMA_TOKEN={GAMMA}")),
        ["gamma:key Nothing none 1 secret"]
    );
    assert!(of(&format!("OTHER_TOKEN={GAMMA}")).is_empty());
    let finding = serde_json::json!([{"RuleID": "gamma-api-key", "Secret": GAMMA, "File": "x"}]);
    assert_eq!(
        of(&finding.to_string()),
        ["gamma:key Nothing none 1 secret"]
    );
}

#[test]
fn what_is_packed_is_refused_and_what_begins_like_it_is_not() {
    for packed in [
        b"\x1f\x8b\x08\x00\x00".as_slice(),
        b"PK\x03\x04\x14\x00",
        b"\x28\xb5\x2f\xfd\x24",
        b"\xfd7zXZ\x00\x00",
        b"BZh91AY&SY\x00",
        b"7z\xbc\xaf\x27\x1c\x00",
    ] {
        let refused = read(&several(), packed).err();
        assert_eq!(refused.map(|refused| refused.wrong), Some(Wrong::Packed));
    }
    for text in ["PK=", "BZh9 is what it begins with", "7z x leak.7z"] {
        assert!(read(&several(), text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn a_malformed_report_is_refused_at_its_place_and_a_text_never_is() {
    let at = |text: &str| {
        let refused = read(&several(), text.as_bytes()).err();
        refused.map(|refused| (refused.line, refused.column, refused.wrong))
    };
    let deep = format!("[{{\"RuleID\": \"x\",\n\"other\": {}", "[".repeat(200));
    assert_eq!(at(&deep), Some((2, 107, Wrong::Deep)));
    let deep = format!(
        "[{{\"RuleID\": \"x\", \"Secret\": {}",
        "{\"a\":".repeat(200)
    );
    assert!(at(&deep).is_some_and(|(_, _, wrong)| wrong == Wrong::Deep));
    assert_eq!(
        at("[{\"RuleID\": \"x\",\n  oops}]"),
        Some((2, 3, Wrong::Syntax))
    );
    assert_eq!(at("[{\"RuleID\":\n \"x\""), Some((2, 4, Wrong::Ends)));
    let long = format!("[{{\"RuleID\": \"{}\"}}]", "x".repeat(5_000_000));
    assert!(at(&long).is_some_and(|(_, _, wrong)| wrong == Wrong::Long));
    // What nobody asks for may be as long as it likes.
    let long = format!(
        "[{{\"RuleID\": \"acme\", \"Secret\": \"{ACME}\", \"Message\": \"{}\"}}]",
        "x".repeat(9_000_000)
    );
    assert_eq!(
        lines(&report(long.as_bytes())),
        ["acme:token Nothing right 1 secret"]
    );
    for text in [
        "",
        "[",
        "[]",
        "[[[[[",
        "{",
        "[default]\n",
        "{\"a\": ",
        "null",
        "\u{0}",
    ] {
        assert_eq!(at(text), None, "{text}");
    }
    assert_eq!(report(" [] ".as_bytes()).format, Format::Empty);
}

#[test]
fn a_long_text_is_read_in_pieces_and_nothing_is_cut_in_two() {
    // In one line, with a token at every place around the end of a piece.
    for shift in [0, 1, 7, 20, 41, 4_000] {
        let filled = "word ".repeat((128 * 1024 - shift) / 5);
        let text = format!("{filled}{ACME} {}\n{BETA}\n", "word ".repeat(30_000));
        let leak = report(text.as_bytes());
        assert_eq!(
            lines(&leak),
            [
                "acme:token Nothing right 1 secret",
                "beta:key Nothing none 1 secret"
            ],
            "{shift}"
        );
        assert_eq!(leak.found[1].seen.line(), 2);
    }
    // And where there is no word to end at.
    let text = format!("{}\n{ACME}\n", "x".repeat(300_000));
    assert_eq!(
        lines(&report(text.as_bytes())),
        ["acme:token Nothing right 1 secret"]
    );
}

#[test]
fn half_a_secret_is_joined_only_where_its_form_leaves_no_doubt() {
    let of = |text: String| {
        let leak = report(text.as_bytes());
        let told = leak
            .found
            .iter()
            .map(|found| (found.kind.noun().to_owned(), found.wrapped));
        told.collect::<Vec<_>>()
    };
    let token = |wrapped| vec![("token".to_owned(), wrapped)];
    let (one, two) = ACME.split_at(17);
    assert_eq!(of(format!("> {one}\n> {two}\n")), token(true));
    assert_eq!(of(format!("{one}\r\n    {two}.")), token(true));
    assert_eq!(of(format!("{one}\r\n    {two},")), token(true));
    assert_eq!(of(format!("{one} \n{two}\n")), Vec::new());
    assert_eq!(of(format!("{ACME}\nand\n")), token(false));
    let (one, two) = MISTYPED.split_at(17);
    assert_eq!(of(format!("{one}\n{two}\n")), Vec::new());
    let (one, two) = KEY.split_at(9);
    assert_eq!(
        of(format!("{one}\n{two}\n")),
        vec![("access-key".to_owned(), true)]
    );
}

/// Eight characters of a secret are as much of it as may be told by chance.
fn tells(shown: &str) -> Option<&'static str> {
    let secrets = [
        ACME,
        SECOND_ACME,
        MISTYPED,
        BETA,
        GAMMA,
        SECRET,
        "CANARYunknown0zQ81mXo5TtB2",
    ];
    secrets.into_iter().find(|secret| {
        let prefix = secret.find("CANARY").unwrap_or_default();
        let inner = secret.get(prefix..).unwrap_or_default().as_bytes();
        let parts = inner
            .windows(8)
            .filter_map(|part| std::str::from_utf8(part).ok());
        parts.into_iter().any(|part| shown.contains(part))
    })
}

#[test]
fn cut_off_at_any_byte_or_with_any_byte_changed_nothing_secret_is_told() {
    let catalogue = several();
    let recogniser = Arc::new(Recogniser::new(catalogue.kinds()));
    let check = |name: &str, at: usize, bytes: &[u8]| {
        let shown = match read_by(&catalogue, &recogniser, bytes) {
            Ok(leak) => format!("{leak:?}"),
            Err(refused) => format!("{refused} {refused:?}"),
        };
        assert_eq!(tells(&shown), None, "{name} at {at}");
    };
    for (name, text) in REPORTS {
        for at in 0..text.len() {
            check(name, at, &text.as_bytes()[..at]);
        }
        for at in (0..text.len()).step_by(7) {
            for byte in [b'"', b'{', b'\\'] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                check(name, at, &bytes);
            }
        }
    }
}
