//! What lint refuses, each at its place.

use contain::pack::load;

/// A whole pack, to be broken in one place.
pub(super) const WHOLE: &str = r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration:
  url: {is: url, about: the address}
  token: {is: secret, about: a token}
hosts: {api: "${url}"}
authentication: {admin: {bearer: token}}
account: {host: api}
audit_lag: {within: 15m, assumed: not published}
kinds:
  key:
    title: key
    credential: true
    form: "^k[0-9]+$"
    look:
      ask: {get: "/keys/${id}", answers: [{status: 404, is: gone}]}
      present: {status: body.status}
actions:
  disable-key:
    title: switch the key off
    on: key
    cut: {rung: suspend, target: pauses, issued: lives, stops_issue: true}
    hurts: Whoever uses it.
    touches: {status: off}
    floor: 1
    undo: {by: enable-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 15m, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {post: "/keys/${id}/off", answers: [{status: 204, is: done}]}
  enable-key:
    title: switch the key on
    on: key
    opens: disable-key
    gives: {status: on}
    hurts: Nobody.
    floor: 1
    undo: {by: disable-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 15m, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {post: "/keys/${id}/on", answers: [{status: 204, is: done}]}
"#;

/// What is broken, by what, and which problem is told at which line and column.
const BROKEN: [(&str, &str, &str, usize, usize, &str); 28] = [
    (
        "title: Acme",
        "titel: Acme",
        "unknown-key",
        3,
        1,
        "did you mean `title`?",
    ),
    ("pack: 1", "pack: 2", "version", 1, 7, ""),
    (
        "is: url",
        "is: ulr",
        "unknown-word",
        6,
        13,
        "did you mean `url`?",
    ),
    (
        "bearer: token",
        "bearer: tokn",
        "unknown-setting",
        9,
        25,
        "did you mean `token`?",
    ),
    (
        "\"${url}\"",
        "\"http://acme.example\"",
        "value",
        8,
        14,
        "https",
    ),
    (
        "account: {host: api}",
        "account: {host: apo}",
        "unknown-host",
        10,
        17,
        "did you mean `api`?",
    ),
    (
        "\"^k[0-9]+$\"",
        "\"k[0-9]+\"",
        "value",
        16,
        11,
        "begins with ^",
    ),
    (
        "present: {status: body.status}",
        "present: {status: bdy.status}",
        "unknown-name",
        19,
        25,
        "did you mean `body`?",
    ),
    (
        "present: {status: body.status}",
        "present: {status: body.status +}",
        "expression",
        19,
        25,
        "no expression",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${idd}\"",
        "unknown-name",
        18,
        18,
        "did you mean `id`?",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys?id=${id}\"",
        "value",
        18,
        18,
        "under `query`",
    ),
    (
        "get: \"/keys/${id}\"",
        "post: \"/keys/${id}\"",
        "not-a-read",
        18,
        12,
        "reads: true",
    ),
    (
        "{status: 404, is: gone}",
        "{status: 404, is: done}",
        "unknown-word",
        18,
        61,
        "found, gone",
    ),
    (
        "{status: 404, is: gone}",
        "{status: 4xx, is: gone}, {status: 404, is: unreadable}",
        "unreachable",
        18,
        68,
        "row 1",
    ),
    (
        "    on: key\n    cut",
        "    on: kye\n    cut",
        "unknown-kind",
        23,
        9,
        "did you mean `key`?",
    ),
    (
        "touches: {status: off}",
        "touches: {state: off}",
        "unknown-field",
        26,
        15,
        "valid here: status",
    ),
    (
        "    touches: {status: off}\n",
        "",
        "no-effect",
        22,
        5,
        "touches",
    ),
    (
        "stops_issue: true}",
        "stops_issue: false, rung2: x}",
        "unknown-key",
        24,
        77,
        "did you mean `rung`?",
    ),
    (
        "target: pauses, issued: lives, stops_issue: true",
        "target: lives, issued: lives, stops_issue: false",
        "no-effect",
        24,
        10,
        "stops nothing",
    ),
    (
        "undo: {by: enable-key}",
        "undo: {by: enabel-key}",
        "unknown-action",
        28,
        16,
        "did you mean `enable-key`?",
    ),
    (
        "undo: {by: enable-key}",
        "undo: {none: why}",
        "undo",
        28,
        11,
        "works again",
    ),
    (
        "gives: {status: on}",
        "gives: {status: off}",
        "undo",
        38,
        21,
        "nothing is given back",
    ),
    (
        "    gives: {status: on}\n",
        "",
        "undo",
        35,
        5,
        "under `gives`",
    ),
    (
        "opens: disable-key",
        "opens: disable-kye",
        "unknown-action",
        37,
        12,
        "did you mean `disable-key`?",
    ),
    (
        "{post: \"/keys/${id}/off\", answers: [{status: 204, is: done}]}",
        "{get: \"/keys/${id}/off\", answers: [{status: 204, is: done}]}",
        "no-effect",
        33,
        14,
        "only reads",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 404, is: already-so}]}",
        "no-effect",
        33,
        14,
        "in doubt",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 200, is: done}]}",
        "missing-key",
        33,
        50,
        "may hold an error",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 404, is: done}]}",
        "value",
        33,
        50,
        "only a 2xx",
    ),
];

#[test]
fn whatever_does_not_fit_is_refused_at_its_place() {
    let whole = load("acme.yaml", WHOLE).map_err(|refused| refused.render(false));
    assert!(whole.is_ok(), "{}", whole.err().unwrap());
    let mut wrong = Vec::new();
    for (part, by, code, line, column, says) in BROKEN {
        assert_eq!(WHOLE.matches(part).count(), 1, "{part}");
        let refused = load("acme.yaml", &WHOLE.replace(part, by));
        let Err(refused) = refused else {
            wrong.push(format!("{by}: nothing is wrong with it"));
            continue;
        };
        let told = refused.render(false);
        let found = refused
            .problems
            .iter()
            .any(|problem| problem.code == code && refused.place(problem) == (line, column));
        if !found || !told.contains(says) {
            wrong.push(format!(
                "{by}: wanted {code} at {line}:{column} saying {says}, and got\n{told}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_pack_is_strict_yaml() {
    for (part, by, code) in [
        ("title: Acme", "title: &a Acme", "anchor"),
        ("title: Acme", "title: Acme\ntitle: Acme", "duplicate-key"),
        ("title: Acme", "title: !x Acme", "tag"),
    ] {
        let refused = load("acme.yaml", &WHOLE.replace(part, by)).err().unwrap();
        assert!(
            refused.problems.iter().any(|problem| problem.code == code),
            "{by}"
        );
    }
}
