//! Canaries: no secret that the program holds, reads by reference or makes is in anything that it says or writes.
//!
//! The list of runs is held against the command line itself, so that no verb and no flag can be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::isolate;
use crate::harness::{Desk, Server, World};
use crate::laws::told::server as listener;

/// A secret as it might have been written by somebody who did not mean to.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Whatever stands before it, one of three shifts of its base64 is there; the ends depend on the neighbours.
    let shifted = |shift: usize| {
        let bytes: Vec<u8> = std::iter::repeat_n(0, shift)
            .chain(secret.bytes())
            .collect();
        let bits: Vec<u8> = bytes
            .chunks_exact(3)
            .flat_map(|c| {
                let word = u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]);
                [18, 12, 6, 0].map(|by| DIGITS[(word >> by & 63) as usize])
            })
            .collect();
        bits[if shift == 0 { 0 } else { 4 }..].to_vec()
    };
    let url: String = secret
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        secret.as_bytes().to_vec(),
        secret.chars().rev().collect::<String>().into_bytes(),
        url.to_lowercase().into_bytes(),
        url.into_bytes(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        secret.replace('/', "\\/").into_bytes(),
    ];
    for shift in 0..3 {
        let plain = shifted(shift);
        let safe = plain
            .iter()
            .map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        forms.extend([plain, safe]);
    }
    forms
}

fn assert_absent(what: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        for (number, form) in forms(secret).iter().enumerate() {
            let found = memchr::memmem::find(bytes, form).is_some();
            assert!(!found, "{what} holds a secret, in form {number}");
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn secrets_are_found_nowhere_even_when_everything_is_logged() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let secrets = [world.secret("leaked"), world.secret("responder")];
    assert_eq!(forms("a/b+c")[3], b"a%2Fb%2Bc");
    assert_eq!(forms("abcdef")[7], b"YWJjZGVm");
    let closed = "http://127.0.0.1:1";
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .with("RUST_LOG", "trace");
    let lost = Desk::of(&world, closed).bounded().with("RUST_LOG", "trace");
    let probing = ["--secret", "env:LEAKED", "--yes"];
    let key = world.key("leaked");
    let mut told = vec![
        isolate(&desk, &world, &probing),
        isolate(&lost, &world, &probing),
        desk.run(&["plan", &key, "--since", world.since()]),
        desk.run(&["report"]),
        desk.run(&["status"]),
        desk.run(&["doctor"]),
    ];
    assert_eq!((told[0].exit, told[1].exit), (0, 5), "{told:?}");
    // Another's secret, and one that was typed where a reference belongs.
    let other = Desk::of(&world, server.endpoint())
        .bounded()
        .with("LEAKED", "not the secret of this key")
        .with("RUST_LOG", "trace");
    told.push(isolate(&other, &world, &probing));
    told.push(desk.run(&[
        "isolate",
        &key,
        "--secret",
        world.secret("leaked"),
        "--yes",
        "--json",
    ]));
    for told in &told {
        assert_absent("standard output", told.out.as_bytes(), &secrets);
        assert_absent("standard error", told.err.as_bytes(), &secrets);
    }
    let mut found = Vec::new();
    for desk in [&desk, &lost, &other] {
        files(desk.path(), &mut found);
    }
    assert!(found.iter().any(|path| path.ends_with("journal.jsonl")));
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        assert_absent(&path.display().to_string(), &bytes, &secrets);
    }
}

/// The verbs of the command line by their words, with the flags that each has of its own.
fn verbs() -> BTreeMap<String, BTreeSet<String>> {
    let mut command = contain::cli::command();
    command.build();
    let mut all = BTreeMap::new();
    let mut left = vec![(String::new(), command)];
    while let Some((name, command)) = left.pop() {
        let inner: Vec<_> = command
            .get_subcommands()
            .filter(|inner| inner.get_name() != "help")
            .map(|inner| {
                (
                    format!("{name} {}", inner.get_name()).trim().to_owned(),
                    inner.clone(),
                )
            })
            .collect();
        if inner.is_empty() {
            let own = command.get_arguments().filter(|flag| !flag.is_global_set());
            let named = own.filter_map(|flag| flag.get_long());
            let named = named.filter(|name| !["help", "version"].contains(name));
            all.insert(name, named.map(|name| format!("--{name}")).collect());
        }
        left.extend(inner);
    }
    all
}

/// The runs of one desk: what was said, and which verbs and flags were used.
struct Runs<'a> {
    desk: &'a Desk,
    verbs: BTreeMap<String, BTreeSet<String>>,
    used: BTreeMap<String, BTreeSet<String>>,
    said: Vec<(String, String, String)>,
}

impl<'a> Runs<'a> {
    fn new(desk: &'a Desk) -> Self {
        Self {
            desk,
            verbs: verbs(),
            used: BTreeMap::new(),
            said: Vec::new(),
        }
    }

    /// Runs a verb; anything but a refusal of its arguments and an error of ours is an ending.
    fn run(&mut self, line: &str, more: &[&str]) -> Value {
        let arguments: Vec<&str> = line
            .split_whitespace()
            .chain(more.iter().copied())
            .collect();
        let told = self.desk.run(&arguments);
        assert!(![1, 2].contains(&told.exit), "{told:?}");
        self.keep(&arguments, told)
    }

    /// Runs what may be refused, as it depends on what the others left.
    fn may_be_refused(&mut self, line: &str, more: &[&str]) -> Value {
        let words = line.split_whitespace();
        let arguments: Vec<&str> = words.chain(more.iter().copied()).collect();
        let told = self.desk.run(&arguments);
        self.keep(&arguments, told)
    }

    fn keep(&mut self, arguments: &[&str], told: crate::harness::Told) -> Value {
        let whole = arguments.join(" ");
        let verb = self
            .verbs
            .keys()
            .filter(|verb| whole == **verb || whole.starts_with(&format!("{verb} ")))
            .max_by_key(|verb| verb.len());
        let verb = verb.unwrap_or_else(|| panic!("{whole} is no verb")).clone();
        let flags = arguments.iter().filter(|word| word.starts_with("--"));
        let used = self.used.entry(verb).or_default();
        used.extend(flags.map(|flag| (*flag).to_owned()));
        self.said.push((whole, told.out, told.err));
        told.json
    }

    /// Every verb that there is was run, with every flag that it has.
    fn assert_whole(&self) {
        for (verb, flags) in &self.verbs {
            let used = self.used.get(verb);
            let used = used.unwrap_or_else(|| panic!("contain {verb}: give it a run here"));
            let left: Vec<_> = flags.difference(used).collect();
            assert!(left.is_empty(), "contain {verb}: give {left:?} a run here");
        }
    }
}

const HOOK: &str = "cAnArY0hook0T7Qm2Zr9Xw4";
const TOKEN: &str = "cAnArY0token0P3Lk8Vb1Ns6";
const STORED: &str = "cAnArY0stored0G5Hd7Jf2Ku9";
const SINCE: &str = "2h";

/// A playbook that tells, and one that delivers to two places.
const TELL: &str = "contain: 1\nplaybook: tell\nsummary: Cut it and tell\ninputs:\n  subject: {type: locator, required: true}\n  word: {type: string, default: x}\nphases:\n  isolate:\n    - {id: stop, do: suspend, target: \"${subject}\"}\n    - {id: tell, notify: {to: soc, text: \"${inputs.word} ${subject.id} is cut\"}}\n    - {id: call, manual: {text: Call the owner, assignee: responder}}\n    - {id: look, manual: {text: Look at it, assignee: responder}}\n";

fn desk(server: &Server, world: &World, hook: &str) -> Desk {
    let workspace = "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 2s, audit_lag: 0s}\nnotifiers:\n  soc: {webhook: env:HOOK, header: {name: authorization, secret: env:TOKEN}, shape: json}\n";
    let leak = format!(
        "aws_access_key_id={}\naws_secret_access_key={}\n",
        world.id("leaked"),
        world.secret("leaked")
    );
    Desk::of(world, server.endpoint())
        .with("RUST_LOG", "trace")
        .with("HOOK", &format!("{hook}/{HOOK}"))
        .with("TOKEN", TOKEN)
        .file("contain.yaml", workspace)
        .file("tell.yaml", TELL)
        .file("leak.txt", &leak)
        .file("secret.txt", world.secret("leaked"))
        .file("subjects", &format!("{}\n", world.key("leaked")))
        .file("events.json", "{\"Records\": []}")
        .file(
            "owned.yaml",
            "estate: 1\nidentities: {ci-bot: {kind: bot}}\n",
        )
        .file("note.txt", "seen at the desk\n")
}

/// What there is to read, and never is: a secret, and an encrypted parameter.
fn stores(server: &Server) {
    let call = |service: &str, operation: &str, parameters: Value| {
        server.world(
            &["call", service, operation],
            &json!({"parameters": parameters}),
        )
    };
    let secret = json!({"Name": "ci/deploy", "SecretString": STORED});
    call("secretsmanager", "create_secret", secret);
    let parameter = json!({"Name": "/ci/key", "Value": STORED, "Type": "SecureString"});
    call("ssm", "put_parameter", parameter);
}

/// Everything that asks no provider.
fn offline(runs: &mut Runs<'_>) {
    for line in [
        "provider list",
        "provider show aws",
        "provider permissions aws --reads",
        "provider permissions aws --action aws.deny-user",
        "provider guardrail aws",
        "playbook list",
        "playbook lint tell.yaml",
        "playbook schema",
        "playbook reference",
        "playbook show isolate",
        "playbook new own",
        "drill list",
        "drill run isolate --json",
        "completions bash",
        "man",
        "identify --from leak.txt",
        "identify --secret env:LEAKED",
        "policy check",
        "provider schema",
        "provider test okta",
        "estate schema",
        "estate lint owned.yaml",
    ] {
        runs.run(line, &[]);
    }
    for line in [
        "policy test tell.yaml",
        "provider lint tell.yaml",
        "estate list",
        "estate show ci-bot",
    ] {
        runs.may_be_refused(line, &[]);
    }
}

/// Planning, in each of its forms, and the phases that read.
fn planning(runs: &mut Runs<'_>, key: &str) {
    runs.run("doctor", &[]);
    runs.run("identify --offline", &[key]);
    runs.run("identify --json", &[key]);
    let why = [
        "--since",
        SINCE,
        "--activity",
        "events.json",
        "--reason",
        "canary",
        "--ticket",
        "T-1",
    ];
    let with = |more: &[&'static str]| [&why[..], more].concat();
    runs.run(
        "plan --secret env:LEAKED --include could-read",
        &[&[key], &with(&["--json"])[..]].concat(),
    );
    runs.run(
        "plan --as-commands --subjects subjects",
        &["--since", SINCE],
    );
    runs.run("plan --permissions --from leak.txt", &["--since", SINCE]);
    runs.run(
        "plan tell.yaml --input word=y --subject",
        &[key, "--since", SINCE],
    );
    runs.run("incident list", &[]);
    for line in [
        "inventory --subjects subjects --json",
        "inventory --from leak.txt",
        "validate --subjects subjects --wait --json",
        "validate --from leak.txt",
    ] {
        runs.run(line, &with(&[]));
    }
}

/// Cutting, going on, and telling what people did.
fn cutting(runs: &mut Runs<'_>, key: &str) -> String {
    let why = [
        "--since",
        SINCE,
        "--activity",
        "events.json",
        "--reason",
        "canary",
        "--ticket",
        "T-1",
    ];
    let told = runs.run(
        "run tell.yaml --secret env:LEAKED --yes --input word=y --json --subject",
        &[&[key], &why[..]].concat(),
    );
    let id = told["incident"].as_str().unwrap_or_default().to_owned();
    let here = ["--incident", id.as_str()];
    let also = [&why[..], &here].concat();
    runs.run(
        "run isolate --subjects subjects --include could-read --exact --wait --yes --json",
        &here,
    );
    runs.run("run isolate --from leak.txt --yes", &here);
    runs.run(
        "isolate --secret file:secret.txt --include could-enter --yes --wait --json",
        &[&[key], &also[..]].concat(),
    );
    runs.run("isolate --from leak.txt --exact --yes", &here);
    runs.run("isolate --subjects subjects --yes --json", &here);
    for line in ["inventory", "validate", "plan"] {
        runs.run(line, &[&[key], &here[..]].concat());
    }
    runs.run("apply --yes --secret env:LEAKED --json", &here);
    runs.run("status --json", &here);
    runs.run("status", &here);
    runs.run("verify --wait --secret env:LEAKED --json", &here);
    runs.run(
        "resume --wait --yes --secret env:LEAKED --from leak.txt --json",
        &here,
    );
    runs.run(
        "incident done --note done --evidence note.txt isolate/call",
        &here,
    );
    runs.run("incident waive --reason known isolate/look", &here);
    let did = format!("aws.deactivate-access-key {key}@000000000000");
    runs.run(
        "incident note --at 1m --did",
        &[&[did.as_str(), "by hand"], &here[..]].concat(),
    );
    runs.run("incident show --json", &here);
    runs.run("evidence add --about canary note.txt", &here);
    runs.run("evidence list --json", &here);
    id
}

/// Making, delivering, giving back, and taking the record along.
fn ending(runs: &mut Runs<'_>, key: &str, id: &str) {
    let here = ["--incident", id];
    let why = [
        "--since",
        SINCE,
        "--activity",
        "events.json",
        "--reason",
        "canary",
        "--ticket",
        "T-1",
    ];
    runs.run("reissue --subjects subjects --exact", &here);
    runs.run("reissue --from leak.txt", &here);
    let told = runs.run(
        "reissue --yes --wait --input deliver_to=aws:secret/us-east-1:ci/deploy --json",
        &[&[key], &why[..], &here[..]].concat(),
    );
    let code = told["confirm"].as_str().unwrap_or_default().to_owned();
    assert!(
        !code.is_empty(),
        "two keys are there: the dead one is deleted first: {told}"
    );
    let by_code = ["--confirm", code.as_str(), code.as_str()];
    runs.run("apply --json", &[&by_code[..], &here].concat());
    let user = "aws:user/ci-deploy";
    for line in [
        "measures list",
        "measures list --json",
        "incident accept --relation could-enter --reason canary",
        "incident close --reason canary",
        "incident close --key key --json",
        "report --sign --key key --json",
        "status --watch --json",
        // What people do; here nobody is named, and nobody signs.
        "approve --json",
        "approve --key key --yes --item isolate/stop --deny canary",
        "approve --import leak.txt",
        "propose --rationale canary --evidence T-1 --playbook isolate --input review=4h --subjects subjects --from leak.txt --since 2h --reason canary --ticket T-1",
        "incident declare break-glass --reason canary --lasts 1h",
        "incident review abc --reason canary --key key",
        "incident handover bob --reason canary",
        "incident dismiss --reason canary",
        "policy explain",
        "journal sign --key key --to out",
        "journal verify --checkpoint leak.txt --allowed-signers leak.txt",
        "journal give-up elsewhere --reason canary",
    ] {
        runs.may_be_refused(line, &here);
    }
    runs.may_be_refused("incident join", &[]);
    let extend = ["measures extend", user, "--until 9h --reason canary"].join(" ");
    runs.run(&extend, &here);
    let release = ["measures release", user, "--reason canary --yes"].join(" ");
    runs.run(&release, &here);
    runs.run("restore --yes --json", &here);
    runs.run(
        "restore aws:user/ci-deploy --even-if-changed end_sessions --yes",
        &here,
    );
    runs.run(
        "restore --false-positive --sessions-too --reason healthy --yes",
        &here,
    );
    for line in [
        "report --print --md",
        "report",
        "report --html --audience external",
        "report --audience external --json",
        "journal show",
        "journal verify",
        "evidence export out",
        "evidence export out.tar --json",
    ] {
        runs.run(line, &here);
    }
    let opened = runs.run(
        "incident open --since 1h --reason canary --ticket T-2 --json",
        &[],
    );
    // In which nothing was found yet: it closes.
    let here = ["--incident", opened["incident"].as_str().unwrap()];
    runs.run("incident close --reason canary", &here);
    runs.run("incident reopen --reason canary", &here);
}

#[test]
fn no_verb_and_no_flag_lets_a_secret_out() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    stores(&server);
    let (hook, came) = listener("204 No Content");
    let desk = desk(&server, &world, &hook);
    let mut runs = Runs::new(&desk);
    let key = world.key("leaked");
    offline(&mut runs);
    planning(&mut runs, &key);
    let id = cutting(&mut runs, &key);
    ending(&mut runs, &key, &id);
    runs.assert_whole();

    assert!(
        came.load(std::sync::atomic::Ordering::SeqCst) > 0,
        "nobody was told"
    );
    let read = json!({"parameters": {"SecretId": "ci/deploy"}});
    let made = server.world(&["call", "secretsmanager", "get_secret_value"], &read);
    let made: Value = serde_json::from_str(made["SecretString"].as_str().unwrap()).unwrap();
    let made = made["aws_secret_access_key"].as_str().unwrap();
    let secrets = [
        world.secret("leaked"),
        world.secret("sibling"),
        world.secret("responder"),
        made,
        HOOK,
        TOKEN,
        STORED,
    ];
    for (line, out, err) in &runs.said {
        assert_absent(
            &format!("the output of contain {line}"),
            out.as_bytes(),
            &secrets,
        );
        assert_absent(
            &format!("the errors of contain {line}"),
            err.as_bytes(),
            &secrets,
        );
        // What it was given, so that no list of processes shows one.
        assert_absent("the arguments", line.as_bytes(), &secrets);
    }
    let mut found = Vec::new();
    files(desk.path(), &mut found);
    found.retain(|path| !path.ends_with("here/leak.txt") && !path.ends_with("here/secret.txt"));
    assert!(found.iter().any(|path| path.ends_with("journal.jsonl")));
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        assert_absent(&path.display().to_string(), &bytes, &secrets);
    }
}
