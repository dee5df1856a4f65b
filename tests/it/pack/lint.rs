//! What lint refuses, each at its place.

use contain::domain::{Becomes, Fate, Fields, Rung, Time};
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
      ask: {get: "/keys/${id}", answers: [{status: 404, when: has(body.error), is: gone}]}
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
const BROKEN: [(&str, &str, &str, usize, usize, &str); 49] = [
    (
        "{post: \"/keys/${id}/off\", answers",
        "{post: \"/keys/${id}/off\", json: {until: \"${id}\"}, optional: [untl], answers",
        "unknown-member",
        33,
        75,
        "did you mean `until`?",
    ),
    (
        "{post: \"/keys/${id}/off\", answers",
        "{post: \"/keys/${id}/off\", json: {until: never}, optional: [until], answers",
        "value",
        33,
        73,
        "always has its value",
    ),
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
        34,
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
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, is: done}",
        "unknown-word",
        18,
        61,
        "found, gone",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
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
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {host: \"${id}\"}",
        "name",
        18,
        43,
        "not the pack",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {authorization: \"${id}\"}",
        "name",
        18,
        43,
        "under `with`",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {transfer-encoding: \"${id}\"}",
        "name",
        18,
        43,
        "not the pack",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {\"bad name\": \"${id}\"}",
        "name",
        18,
        43,
        "no name of a header",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"body.code == 1\", is: gone}, {status: 404, when: \"body.code == 1\", is: unreadable}",
        "unreachable",
        18,
        92,
        "row 1 already takes",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"false\", is: gone}",
        "unreachable",
        18,
        63,
        "holds of none",
    ),
    (
        "/keys/${id}/on",
        "/keys/${id}/off",
        "undo",
        46,
        14,
        "the very request of",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, is: gone}",
        "missing-key",
        18,
        43,
        "what of the answer means that it is `gone`",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 5xx, when: has(body.error), is: gone}",
        "value",
        18,
        43,
        "the server's own trouble",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 429, when: has(body.error), is: gone}",
        "value",
        18,
        43,
        "the server's own trouble",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{when: has(body.error), is: gone}",
        "value",
        18,
        43,
        "the server's own trouble",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 200, when: was_seen, is: gone}",
        "value",
        18,
        43,
        "what of its body means that it is `gone`",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 5xx, when: has(body.error), is: already-so}]}",
        "value",
        33,
        75,
        "the server's own trouble",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 200, is: already-so}]}",
        "missing-key",
        33,
        75,
        "what of the answer means that it is `already-so`",
    ),
    (
        "account: {host: api}\n",
        "account: {host: api}\nanswers: [{status: 404, when: has(body.error), is: gone}]\n",
        "value",
        11,
        52,
        "about nothing in particular",
    ),
    (
        "is: gone}]}\n",
        "is: gone}]}\n      itself: {get: /self}\n",
        "probe",
        19,
        15,
        "asked with the credential itself",
    ),
    (
        "is: gone}]}\n",
        "is: gone}]}\n      itself: {get: /self, with: secret, answers: [{status: 401, when: \"body.error == 'revoked'\", is: gone}]}\n",
        "mistyped",
        19,
        52,
        "so is another one that ended",
    ),
    (
        "    request: {post: \"/keys/${id}/off\"",
        "    itself: {request: {delete: /self, answers: [{status: 204, is: done}]}}\n    request: {post: \"/keys/${id}/off\"",
        "probe",
        33,
        23,
        "the credential ends itself",
    ),
    (
        "    request: {post: \"/keys/${id}/off\"",
        "    itself: {request: {delete: /self, with: secret, answers: [{status: 204, is: done}, {status: 401, when: \"body.error == 'revoked'\", is: already-so}]}}\n    request: {post: \"/keys/${id}/off\"",
        "mistyped",
        33,
        88,
        "so is another one that ended",
    ),
];

/// The same as [`BROKEN`]: what would let a cut be claimed that was not seen, or the wrong thing be cut.
const BROKEN_CLAIMS: [(&str, &str, &str, usize, usize, &str); 34] = [
    (
        "present: {status: body.status}",
        "present: {status: \"'off'\"}",
        "no-effect",
        19,
        25,
        "the same whatever is answered",
    ),
    (
        "present: {status: body.status}",
        "present: {status: \"id == 'k1' ? 'off' : 'on'\"}",
        "no-effect",
        19,
        25,
        "the same whatever is answered",
    ),
    (
        "present: {status: body.status}",
        "present: {status: \"true || body.status == 'off'\"}",
        "no-effect",
        19,
        25,
        "the same whatever is answered",
    ),
    (
        "present: {status: body.status}",
        "present: {status: body.status, raw: body}",
        "value",
        19,
        43,
        "all of the answer",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/k1\"",
        "unaimed",
        19,
        25,
        "whichever key is named",
    ),
    (
        "{post: \"/keys/${id}/off\", answers",
        "{post: \"/keys/off-all\", answers",
        "unaimed",
        33,
        14,
        "others would be changed",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/../admin/${id}\"",
        "value",
        18,
        18,
        "no step upwards",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/%2E./${id}\"",
        "value",
        18,
        18,
        "no step upwards",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"//else.example/${id}\"",
        "value",
        18,
        18,
        "no empty part",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {X-HTTP-Method-Override: DELETE}",
        "name",
        18,
        43,
        "is its method",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", headers: {x-forwarded-host: else.example}",
        "name",
        18,
        43,
        "under `host`",
    ),
    (
        "get: \"/keys/${id}\"",
        "get: \"/keys/${id}\", query: {_method: delete}",
        "name",
        18,
        41,
        "say the method",
    ),
    (
        "/keys/${id}/on",
        "/keys/${ id }/off",
        "undo",
        46,
        14,
        "the very request of",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"true\", is: gone}",
        "value",
        18,
        63,
        "holds of whatever is answered",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"status == 404\", is: gone}",
        "value",
        18,
        63,
        "holds of whatever is answered",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"has(body.error) || true\", is: gone}",
        "value",
        18,
        63,
        "holds of whatever is answered",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"body != null\", is: gone}",
        "value",
        18,
        63,
        "holds of whatever is answered",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"id != ''\", is: gone}",
        "value",
        18,
        63,
        "holds of whatever is answered",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 200, when: \"true\", is: done}]}",
        "value",
        33,
        70,
        "what its body must hold",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 200, when: \"status == 200\", is: done}]}",
        "value",
        33,
        70,
        "what its body must hold",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 200, when: \"has(body.ok) || true\", is: done}]}",
        "value",
        33,
        70,
        "holds of whatever is answered",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"true\", is: unreadable}, {status: 404, when: has(body.error), is: gone}",
        "unreachable",
        18,
        88,
        "row 1 already takes",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"status == 404\", is: unreadable}, {status: 404, when: has(body.error), is: gone}",
        "unreachable",
        18,
        97,
        "row 1 already takes",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 404, when: \"false && has(body.error)\", is: gone}",
        "unreachable",
        18,
        63,
        "holds of none",
    ),
    (
        "{status: 404, when: has(body.error), is: gone}",
        "{status: 100, when: has(body.error), is: gone}",
        "value",
        18,
        52,
        "no status of an answer",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 5xx, is: refused}]}",
        "value",
        33,
        75,
        "happened all the same",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: [500, 503], is: unavailable}]}",
        "value",
        33,
        75,
        "happened all the same",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {is: throttled}]}",
        "value",
        33,
        75,
        "happened all the same",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 4xx, is: refused}]}",
        "value",
        33,
        75,
        "happened all the same",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 200, is: refused, because: conflict}]}",
        "missing-key",
        33,
        75,
        "it may have happened",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 200, when: \"body != null\", is: refused, because: conflict}]}",
        "missing-key",
        33,
        75,
        "it may have happened",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 302, is: refused}]}",
        "missing-key",
        33,
        75,
        "it may have happened",
    ),
    (
        "/off\", answers: [{status: 204, is: done}]}",
        "/off\", answers: [{status: 204, is: done}, {status: 503, is: throttled}]}",
        "missing-key",
        33,
        75,
        "it may have happened",
    ),
    (
        "    floor: 1\n    undo: {by: enable-key}",
        "    flor: 1\n    undo: {by: enable-key}",
        "unknown-key",
        27,
        5,
        "no key of an action",
    ),
];

/// A whole pack with every way to authenticate, a certificate that is believed, something that is signed, an id with
/// slashes, and an undo that gives back what was there before.
const ACCESS: &str = r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration:
  tenant: {is: text, about: the tenant}
  client: {is: text, about: the client}
  token: {is: secret, about: a token}
  key: {is: secret, about: a key}
  shown: {is: certificate, about: a certificate}
hosts: {api: https://acme.example, login: https://login.example}
authentication:
  app: {client_credentials: {post: "/${config.tenant}/token", host: login, id: client, key: key, certificate: shown}}
  cloud: {service_account: {post: /token, host: login, key: key, scope: all}}
  itself: {service_account: {post: /token, host: login, key: secret, scope: all}}
  shared: {client_credentials: {post: /token, id: client, secret: token, in_body: true}}
  tls: {certificate: {certificate: shown, key: key}}
trust: {api: shown}
headers: {x-tenant: "${config.tenant}"}
account: {host: api}
whoami:
  - is: {key: "p/${signer.key_id}"}
audit_lag: {within: 15m, assumed: not published}
kinds:
  key:
    title: key
    credential: true
    form: "^.+$"
    id: project*/key
    look:
      ask: {get: "/projects/${part.project}/keys/${part.key}"}
      present: {addresses: body.addresses}
    probe:
      post: /token
      host: login
      with: nobody
      reads: true
      signs: itself
      only_if: signer.key_id == part.key
      form: {assertion: "${assertion}"}
      answers: [{status: 200, is: alive}, {status: 400, when: was_alive, is: dead}]
actions:
  cage-key:
    title: let the key be used from nowhere
    on: key
    cut: {rung: narrow, target: pauses, issued: lives, stops_issue: true}
    hurts: Whoever uses it.
    touches: {addresses: []}
    floor: 1
    undo: {by: free-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 15m, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {put: "/keys/${part.key}", json: {addresses: []}, answers: [{status: 204, is: done}]}
  free-key:
    title: let the key be used from where it was used before
    on: key
    opens: cage-key
    gives: {addresses: {before: true}}
    hurts: Nobody.
    floor: 1
    undo: {by: cage-key}
    repeat: set-like
    permissions: [keys]
    bound: {within: 15m, assumed: not published}
    docs: https://acme.example/docs/keys
    request: {put: "/keys/${part.key}", json: {addresses: "${before.addresses}"}, answers: [{status: 204, is: done}]}
"#;

/// The same as [`BROKEN`], of that pack.
const BROKEN_ACCESS: [(&str, &str, &str, usize, usize, &str); 25] = [
    (
        "id: client, key: key, certificate: shown",
        "id: client, key: kye, certificate: shown",
        "unknown-setting",
        13,
        93,
        "did you mean `key`?",
    ),
    (
        "id: client, key: key, certificate: shown",
        "id: token, key: key, certificate: shown",
        "unknown-setting",
        13,
        80,
        "text setting",
    ),
    (
        "key: key, certificate: shown}}",
        "key: key, certificate: key}}",
        "unknown-setting",
        13,
        111,
        "certificate setting",
    ),
    (
        "id: client, key: key, certificate: shown",
        "id: client, secret: token, certificate: shown",
        "misplaced-key",
        13,
        116,
        "signs with a `key`",
    ),
    (
        "id: client, key: key, certificate: shown",
        "id: client, secret: token, key: key, certificate: shown",
        "one-of",
        13,
        29,
        "exactly one of secret, key",
    ),
    (
        "\"/${config.tenant}/token\", host: login",
        "\"/${tenant}/token\", host: login",
        "unknown-name",
        13,
        36,
        "nothing here is called `tenant`",
    ),
    (
        "/token, host: login, key: key, scope",
        "token, host: login, key: key, scope",
        "value",
        14,
        35,
        "begins with /",
    ),
    (
        "/token, host: login, key: key, scope",
        "/token, host: logon, key: key, scope",
        "unknown-host",
        14,
        49,
        "did you mean `login`?",
    ),
    (
        "secret: token, in_body: true",
        "secret: secret, in_body: true",
        "unknown-setting",
        16,
        67,
        "no secret setting",
    ),
    (
        "tls: {certificate: {certificate: shown, key: key}}",
        "tls: {certificate: {certificate: token, key: key}}",
        "unknown-setting",
        17,
        36,
        "certificate setting",
    ),
    (
        "trust: {api: shown}",
        "trust: {apo: shown}",
        "unknown-host",
        18,
        9,
        "did you mean `api`?",
    ),
    (
        "trust: {api: shown}",
        "trust: {api: token}",
        "unknown-setting",
        18,
        14,
        "certificate setting",
    ),
    (
        "x-tenant: \"${config.tenant}\"",
        "x-tenant: \"${id}\"",
        "unknown-name",
        19,
        21,
        "nothing here is called `id`",
    ),
    (
        "id: project*/key",
        "id: project*/key*",
        "value",
        29,
        9,
        "one of which may end with *",
    ),
    (
        "signs: itself",
        "signs: shared",
        "unknown-authentication",
        38,
        14,
        "service account",
    ),
    (
        "      signs: itself\n",
        "",
        "missing-key",
        34,
        7,
        "one is nothing without the other",
    ),
    (
        "addresses: \"${before.addresses}\"",
        "addresses: \"${config.tenant}\"",
        "undo",
        60,
        24,
        "nothing that is sent says `before.addresses`",
    ),
    (
        "json: {addresses: []}, answers",
        "json: {addresses: \"${before.addresses}\"}, answers",
        "unknown-name",
        55,
        47,
        "nothing here is called `before`",
    ),
    (
        "      signs: itself\n      only_if: signer.key_id == part.key\n",
        "      signs: itself\n",
        "missing-key",
        34,
        7,
        "say `only_if`",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: [400, 403], when: was_alive, is: dead}",
        "denied",
        41,
        43,
        "403 is said as well",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: 400, when: \"body.error == 'invalid_grant'\", is: dead}",
        "mistyped",
        41,
        43,
        "so is another one that ended",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: 5xx, when: was_alive, is: dead}",
        "value",
        41,
        43,
        "the server's own trouble",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: 429, when: was_alive, is: dead}",
        "value",
        41,
        43,
        "the server's own trouble",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: 2xx, when: was_alive, is: dead}",
        "value",
        41,
        43,
        "what of its body means that it is `dead`",
    ),
    (
        "{status: 400, when: was_alive, is: dead}",
        "{status: 400, when: body != null, is: dead}",
        "mistyped",
        41,
        43,
        "mistyped is refused as well",
    ),
];

#[test]
fn whatever_does_not_fit_is_refused_at_its_place() {
    broken(WHOLE, &BROKEN);
}

#[test]
fn a_way_to_authenticate_that_does_not_fit_is_refused_at_its_place() {
    broken(ACCESS, &BROKEN_ACCESS);
}

#[test]
fn what_would_claim_a_cut_that_nobody_saw_is_refused_at_its_place() {
    broken(WHOLE, &BROKEN_CLAIMS);
}

#[test]
fn what_a_vendor_says_itself_of_nothing_having_happened_fits() {
    for row in [
        "{status: [409, 422, 501], is: refused}",
        "{status: 429, is: throttled}",
        "{status: 200, when: \"body.ok == false\", is: refused, because: conflict}",
        "{status: 503, when: \"header['retry-after'] != ''\", is: throttled}",
        "{status: 4xx, when: status != 408, is: refused}",
    ] {
        let off = "/off\", answers: [{status: 204, is: done}";
        let codes = codes(&WHOLE.replace(off, &format!("{off}, {row}")));
        assert!(codes.is_empty(), "{row}: {codes:?}");
    }
}

#[test]
fn a_kind_of_one_thing_is_looked_at_without_its_id() {
    let only = WHOLE.replace("/keys/${id}", "/key");
    assert_eq!(codes(&only), ["unaimed", "unaimed", "unaimed"]);
    let only = only.replace("^k[0-9]+$", "^only$");
    assert!(codes(&only).is_empty(), "{:?}", codes(&only));
}

#[test]
fn what_is_acted_on_was_looked_up_by_its_id() {
    let with = |looked_up: &str| {
        let request = "    request: {post: \"/keys/${id}/off\"";
        let by = format!(
            "    look_up: {looked_up}\n    request: {{post: \"/owners/${{key.owner}}/off\""
        );
        codes(&WHOLE.replace(request, &by))
    };
    assert!(with("{get: \"/keys/${id}\", as: key}").is_empty());
    assert_eq!(with("{get: /keys/first, as: key}"), ["unaimed"]);
}

#[test]
fn a_value_in_a_longer_text_of_a_body_stands_between_quotes() {
    for (text, fits) in [
        ("mutation { off(id: ${id}) { status } }", false),
        ("mutation { off(id: \"${id}\") { status } }", true),
        ("mutation { off(id: ${int(id)}) { status } }", true),
        ("query{a(id:1){${id}}}", false),
        ("mutation ${id}", false),
        ("keys in: ${id}", false),
        ("containment of ${id}", true),
        ("projects/${id}", true),
        ("user:${id}", true),
        ("${id}", true),
    ] {
        let text = serde_json::to_string(text).unwrap();
        for carries in ["json", "form"] {
            let by = format!("{{post: /graphql, {carries}: {{query: {text}}}, answers");
            let codes = codes(&WHOLE.replace("{post: \"/keys/${id}/off\", answers", &by));
            assert_eq!(codes == ["quotes"], !fits, "{by}: {codes:?}");
            assert_eq!(codes.is_empty(), fits, "{by}: {codes:?}");
        }
    }
}

#[test]
fn the_id_of_what_was_made_is_not_its_secret() {
    let with = |id: &str| {
        let made = format!(
            r#"  make-key:
    title: make another key
    on: key
    issues: key
    made: {{is: {{key: "${{{id}}}"}}, secret: body.token}}
    hurts: Nobody.
    floor: 1
    undo: {{none: it is deleted}}
    repeat: once
    permissions: [keys]
    bound: {{within: 15m, assumed: not published}}
    docs: https://acme.example/docs/keys
    request: {{post: /keys, answers: [{{status: 201, is: done}}]}}
"#
        );
        codes(&format!("{WHOLE}{made}"))
    };
    assert!(
        with("body.token_id").is_empty(),
        "{:?}",
        with("body.token_id")
    );
    assert_eq!(with("body.token"), ["shown-secret"]);
    assert_eq!(with("string( body.token )"), ["shown-secret"]);
}

fn broken(pack: &str, all: &[(&str, &str, &str, usize, usize, &str)]) {
    let whole = load("acme.yaml", pack).map_err(|refused| refused.render(false));
    assert!(whole.is_ok(), "{}", whole.err().unwrap());
    let mut wrong = Vec::new();
    for &(part, by, code, line, column, says) in all {
        assert_eq!(pack.matches(part).count(), 1, "{part}");
        let refused = load("acme.yaml", &pack.replace(part, by));
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

/// Wrong words of the structure and of what is asked only once that stands, all told in one go, in the order of the file.
#[test]
fn every_wrong_word_is_told_at_once() {
    let whole = [
        ("title: Acme", "titel: Acme"),
        ("is: url", "is: ulr"),
        ("bearer: token", "bearer: tokn"),
        ("account: {host: api}", "account: {host: apo}"),
        (
            "present: {status: body.status}",
            "present: {status: bdy.status}",
        ),
        (
            "    title: switch the key off\n    on: key",
            "    title: switch the key off\n    on: kye",
        ),
        ("by: enable-key", "by: enable-kye"),
        ("opens: disable-key", "opens: disabel-key"),
        ("stops_issue: true", "stops_issu: true"),
    ];
    let mut text = WHOLE.to_owned();
    for (part, by) in whole {
        assert_eq!(text.matches(part).count(), 1, "{part}");
        text = text.replace(part, by);
    }
    let refused = load("acme.yaml", &text).err().unwrap();
    let told: Vec<(&str, usize, Option<&str>)> = refused
        .problems
        .iter()
        .map(|problem| {
            let (line, _) = refused.place(problem);
            (problem.code, line, problem.nearest.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("missing-key", 1, None),
            ("unknown-key", 3, Some("title")),
            ("unknown-word", 6, Some("url")),
            ("unknown-setting", 9, Some("token")),
            ("unknown-host", 10, Some("api")),
            ("unknown-name", 19, Some("body")),
            ("unknown-kind", 23, Some("key")),
            ("missing-key", 24, None),
            ("unknown-key", 24, Some("stops_issue")),
            ("unknown-action", 28, Some("enable-key")),
            ("unknown-action", 37, Some("disable-key")),
        ],
        "{}",
        refused.render(false)
    );
}

/// What follows from a word that cannot be read is not told: it is gone once that word is right.
#[test]
fn what_follows_from_a_wrong_word_is_not_told() {
    for (part, by) in [
        ("kinds:\n  key:", "kinds:\n  key:\n    raech: []"),
        ("    look:\n", "    lok:\n"),
        ("on: key\n    cut:", "no: key\n    cut:"),
        ("configuration:", "configurations:"),
        (
            "  token: {is: secret, about: a token}",
            "  token: {is: secrt, about: a token}",
        ),
        ("actions:\n  disable-key:", "actoins:\n  disable-key:"),
    ] {
        assert_eq!(WHOLE.matches(part).count(), 1, "{part}");
        let refused = load("acme.yaml", &WHOLE.replace(part, by)).err().unwrap();
        let told = refused.problems.iter().map(|problem| problem.code);
        let mut told: Vec<&str> = told.collect();
        told.retain(|code| *code != "missing-key");
        assert_eq!(told.len(), 1, "{by}: {}", refused.render(false));
        assert!(
            ["unknown-key", "unknown-word"].contains(&told[0]),
            "{by}: {told:?}"
        );
    }
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

/// An action that ends what [`WHOLE`] can switch off, and shows what `touches` says.
fn deletes(touches: &str) -> String {
    format!(
        r#"  delete-key:
    title: delete the key
    on: key
    cut: {{rung: delete, target: dies, issued: lives, stops_issue: true}}
    hurts: Whoever uses it, for good.
    touches: {{{touches}}}
    floor: 3
    undo: {{none: a deleted key is not brought back}}
    repeat: set-like
    permissions: [keys]
    bound: {{within: 15m, assumed: not published}}
    docs: https://acme.example/docs/keys
    request: {{delete: "/keys/${{id}}", answers: [{{status: 204, is: done}}]}}
"#
    )
}

#[test]
fn a_cut_that_ends_a_thing_does_not_show_what_one_shows_that_pauses_it() {
    for (touches, fits) in [
        ("status: off", false),
        ("status: Deleted", true),
        ("status: off, gone: yes", true),
    ] {
        let told = load("acme.yaml", &format!("{WHOLE}{}", deletes(touches)));
        let told = told.map_err(|refused| {
            let problem = &refused.problems[0];
            assert_eq!(
                (problem.code, refused.place(problem)),
                ("no-effect", (52, 14))
            );
            refused.render(false)
        });
        assert_eq!(told.is_ok(), fits, "{touches}: {:?}", told.err());
    }
}

#[test]
fn what_is_switched_off_is_never_taken_for_deleted() {
    let packs = contain::pack::shipped();
    let cuts = || {
        let all = packs.iter().flat_map(|pack| pack.actions());
        all.filter_map(|spec| Some((spec, spec.cut()?)))
    };
    let mut held = 0;
    for (ends, _) in cuts().filter(|(_, cut)| cut.target == Fate::Dies) {
        let paused = cuts().filter(|(other, cut)| other.on == ends.on && cut.target != Fate::Dies);
        for (pauses, _) in paused {
            let fields = pauses
                .touches
                .iter()
                .filter_map(|touch| match &touch.becomes {
                    Becomes::Is(value) => Some((touch.field.clone(), value.clone())),
                    Becomes::TimeOfCall | Becomes::Param(_) | Becomes::Before | Becomes::Anew => {
                        None
                    }
                });
            let seen: Fields = fields.collect();
            let done = ends.is_done(&seen, &Fields::new(), Time::MIN);
            assert!(!done, "{} after {}", ends.id, pauses.id);
            held += 1;
        }
    }
    assert!(held >= 8, "{held}");
}

#[test]
fn what_can_be_cut_at_all_can_be_suspended_or_is_told_to_people() {
    for pack in contain::pack::shipped() {
        for kind in pack.kinds() {
            let cuts = pack.actions().iter().filter(|spec| spec.on == kind.id);
            let rungs: Vec<Rung> = cuts.filter_map(|spec| Some(spec.cut()?.rung)).collect();
            let stops = rungs.iter().any(|rung| *rung >= Rung::Suspend);
            // What a person cancels has no other end.
            assert!(
                rungs.is_empty() || stops || kind.by_hand.is_some() || rungs == [Rung::EndSessions],
                "{}: nothing of it stops the use, and `isolate` suspends what is reached: {rungs:?}",
                kind.id
            );
        }
    }
}

/// What is wrong with a pack, by code.
fn codes(pack: &str) -> Vec<&'static str> {
    let refused = load("acme.yaml", pack).err();
    let problems = refused.into_iter().flat_map(|refused| refused.problems);
    problems.map(|problem| problem.code).collect()
}

#[test]
fn a_value_in_a_question_stands_between_quotes_that_the_template_writes() {
    for (question, fits) in [
        ("name eq '${id}'", true),
        ("name eq '${id}' and at ge 3", true),
        ("number eq ${int(id)}", true),
        ("number eq ${int(id) == 1 ? id : id}", false),
        ("name in (${id})", false),
        ("${id}", true),
        ("name eq ${id}", false),
        ("name eq 'a' or name=${id}", false),
        ("name eq '${id}", false),
        ("${\"name eq '\" + id + \"'\"}", false),
    ] {
        let question = serde_json::to_string(question).unwrap();
        for by in [
            format!("{{get: /keys, query: {{filter: {question}}}, answers"),
            format!("{{post: /keys, reads: true, json: {{where: [{question}]}}, answers"),
        ] {
            let pack = WHOLE.replace("{get: \"/keys/${id}\", answers", &by);
            let codes = codes(&pack);
            assert_eq!(codes.contains(&"quotes"), !fits, "{by}: {codes:?}");
        }
    }
    let path = WHOLE.replace("get: \"/keys/${id}\"", "get: \"/keys(name=${id})\"");
    assert_eq!(codes(&path), ["quotes"]);
}

#[test]
fn a_pasted_secret_that_nobody_can_place_is_refused() {
    let with = |more: &str| {
        let form = "    form: \"^k[0-9]+$\"\n";
        codes(&WHOLE.replace(form, &format!("{form}{more}")))
    };
    let secrets = "    secrets: [\"^acme_[a-z]{20}$\"]\n";
    assert_eq!(with(secrets), ["untraced"]);
    let trace = "    trace: Look at the list of keys.\n";
    assert!(with(&format!("{secrets}{trace}")).is_empty());
    assert_eq!(with(trace), ["misplaced-key"]);
    let tells = "    tells: inside.sub\n";
    assert!(with(&format!("{secrets}{tells}")).is_empty());
    assert_eq!(with(&format!("{secrets}    tells: id\n")), ["unknown-name"]);
    // The id is shown: it is never nearly all of the secret.
    let whole = "    secrets: [\"^acme_(?P<id>[a-z]{20})$\"]\n";
    assert_eq!(with(whole), ["shown-secret"]);
    let named = "    secrets: [\"^acme_(?P<id>[a-z]{8})[a-z]{20}$\"]\n";
    assert!(with(named).is_empty());
    assert!(with(&named.replace("<id>", "<name>")).contains(&"unknown-name"));
}

#[test]
fn the_pack_that_is_measured_passes() {
    let measured = include_str!("../../../benches/acme.yaml");
    let pack = load("acme.yaml", measured).unwrap();
    assert_eq!(pack.name(), "acme");
}
