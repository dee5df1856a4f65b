//! What is generated from the program, and has to be what the program says today.

use std::collections::BTreeMap;
use std::path::Path;

use clap_complete::{Generator as _, Shell};
use contain::domain::Spec;
use contain::report::proven::{self, Proven};
use contain::report::setting::{self, Told};
use contain::report::{output::Output, table};

use super::{catalogue, files, none, read, root};

fn refreshing() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is asked to refresh by its environment"
    )]
    std::env::var("CONTAIN_REFRESH").is_ok_and(|value| value == "1")
}

/// Compares a generated file with what it should be, or rewrites it.
#[track_caller]
fn fresh(path: &str, wanted: &str) {
    let file = root().join(path);
    let present = std::fs::read_to_string(&file).unwrap_or_default();
    if present == wanted {
        return;
    }
    assert!(
        refreshing(),
        "{path} is not fresh; run: CONTAIN_REFRESH=1 cargo test --features bench --test it tidy"
    );
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let whole = Path::new(env!("CARGO_TARGET_TMPDIR")).join(path.replace('/', "-"));
    #[expect(
        clippy::disallowed_methods,
        reason = "a generated file is no record of an incident"
    )]
    std::fs::write(&whole, wanted).unwrap();
    // Other tests read meanwhile, so a file is never seen half written.
    std::fs::rename(&whole, &file).unwrap();
}

/// Puts a generated part between its markers.
fn between(document: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
    let (before, rest) = document
        .split_once(&begin)
        .unwrap_or_else(|| unreachable!("README.md has no `{}`", begin.trim()));
    let (_, after) = rest.split_once(end).unwrap();
    format!("{before}{begin}{part}{end}{after}")
}

/// By what an action was proven: the integration modules that name it, and the fixtures of its name.
fn proven(spec: &Spec) -> Vec<Proven> {
    let id = spec.id.to_string();
    let (_, verb) = id.split_once('.').unwrap();
    let fixed = files("tests/fixtures").into_iter().any(|file| {
        let mut parts = file.split(['/', '.']);
        parts.any(|part| part == verb)
    });
    // The conversations that a pack records are fixtures, made by hand and labelled so.
    let fixed = fixed
        || crate::pack::SHIPPED.values().any(|(pack, told)| {
            let done = |told: &contain::pack::Recorded| {
                matches!(told.ends, "done" | "acknowledged") && told.action.as_deref() == Some(verb)
            };
            id.starts_with(&format!("{}.", pack.name())) && told.iter().any(done)
        });
    let looped = |by: Proven| {
        let mut loops = crate::pack::loops().into_iter();
        let github = by == Proven::Prism && crate::prism::holds(&id);
        github || loops.any(|one| one.by == by && one.holds(&id))
    };
    let named = |by: Proven| {
        // Several vendors meet in one test: a server proves what is done at it, and nothing of the others.
        if served(by).is_some_and(|provider| !id.starts_with(&format!("{provider}."))) {
            return false;
        }
        let module = by.word();
        let single = format!("tests/it/{module}.rs");
        let folder = format!("tests/it/{module}");
        let all = files(&folder).into_iter().chain([single]);
        all.filter_map(|file| std::fs::read_to_string(root().join(file)).ok())
            .any(|text| text.contains(&id))
    };
    let all = Proven::ALL.into_iter();
    all.filter(|by| named(*by) || looped(*by) || (fixed && *by == Proven::Fixtures))
        .collect()
}

/// The provider whose actions are done at a server.
fn served(by: Proven) -> Option<&'static str> {
    match by {
        Proven::Ministack | Proven::Moto => Some("aws"),
        Proven::Postgres => Some("postgres"),
        Proven::Redis => Some("redis"),
        Proven::Oidc => Some("oauth"),
        Proven::Prism | Proven::Contract | Proven::Fixtures => None,
    }
}

#[test]
fn the_tables_of_the_readme_are_fresh() {
    let (kinds, specs) = catalogue();
    let readme = read("README.md");
    let by = |spec: &Spec| proven::said(&proven(spec));
    let with = between(&readme, "actions", &table::actions(&specs, by));
    let tally = |specs: &[&Spec]| {
        let all: Vec<Vec<Proven>> = specs.iter().map(|spec| proven(spec)).collect();
        proven::tally(all.iter().map(Vec::as_slice))
    };
    let with = between(&with, "providers", &table::kinds(&kinds, &specs, tally));
    let with = between(&with, "settings", &setting::document(&told()));
    fresh("README.md", &with);
}

/// What every provider that ships can be told, in the order of their names.
fn told() -> Vec<Told> {
    let packs = contain::pack::shipped();
    let packs = packs.iter().map(|pack| {
        let hosts: Vec<&str> = pack.hosts().collect();
        let settings: Vec<_> = pack.settings().collect();
        Told::of(pack.name(), &settings, Some(&hosts))
    });
    let natives = contain::provider::NATIVES.iter();
    let natives = natives.map(|native| Told::of(native.name, native.settings, None));
    let mut all: Vec<Told> = packs.chain(natives).chain([Told::aws()]).collect();
    all.sort_by(|one, other| one.provider.cmp(&other.provider));
    all
}

#[test]
fn the_list_of_what_was_proven_is_fresh() {
    let (_, specs) = catalogue();
    let list: BTreeMap<String, Vec<Proven>> = specs
        .iter()
        .map(|spec| (spec.id.to_string(), proven(spec)))
        .collect();
    let text = serde_json::to_string_pretty(&list).unwrap() + "\n";
    fresh("src/report/proven.json", &text);
}

#[test]
fn the_schema_of_the_output_is_fresh() {
    fresh("src/report/output.schema.json", &Output::schema().unwrap());
}

#[test]
fn the_completions_are_fresh() {
    let shells = [
        Shell::Bash,
        Shell::Zsh,
        Shell::Fish,
        Shell::PowerShell,
        Shell::Elvish,
    ];
    let mut there = Vec::new();
    for shell in shells {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut contain::cli::command(), "contain", &mut script);
        let path = format!("completions/{}", shell.file_name("contain"));
        fresh(&path, &String::from_utf8(script).unwrap());
        there.push(path);
    }
    there.sort();
    assert_eq!(files("completions"), there);
}

#[test]
fn the_reference_of_the_command_line_is_fresh() {
    let mut command = contain::cli::command().term_width(100);
    command.build();
    let mut reference =
        "# Command line\n\nGenerated: the `--help` of every verb. See CONTRIBUTING.md.\n"
            .to_owned();
    let mut left = vec![(command.get_name().to_owned(), command)];
    while let Some((name, mut command)) = left.pop() {
        let help = command.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        reference.extend([
            "\n## ",
            &name,
            "\n\n```text\n",
            lines.join("\n").trim_end(),
            "\n```\n",
        ]);
        let inner = command
            .get_subcommands()
            .filter(|inner| inner.get_name() != "help");
        let mut inner: Vec<_> = inner
            .map(|inner| (format!("{name} {}", inner.get_name()), inner.clone()))
            .collect();
        inner.reverse();
        left.extend(inner);
    }
    fresh("tests/fixtures/cli.md", &reference);
}

#[test]
fn generated_files_are_where_documents_say() {
    let said = read("CONTRIBUTING.md");
    for path in [
        "completions/",
        "src/report/output.schema.json",
        "tests/fixtures/cli.md",
        "README.md",
    ] {
        assert!(said.contains(path), "CONTRIBUTING.md does not name {path}");
        assert!(root().join(path).exists());
    }
}

#[test]
fn what_commands_print_is_what_the_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(&read("src/report/output.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let state = tempfile::tempdir().unwrap();
    let endings: [(&[&str], i32); 5] = [
        (&["drill", "leaked-aws-access-key"], 0),
        (&["status", "--incident", "leaked-aws-access-key-1"], 0),
        (
            &["journal", "verify", "--incident", "leaked-aws-access-key-1"],
            0,
        ),
        (&["isolate", "aws:acces-key/AKIAIOSFODNN7EXAMPLE"], 2),
        (&["isolate", "--no-such-flag"], 2),
    ];
    for (arguments, exit) in endings {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_contain"));
        command.env_clear().env("CONTAIN_STATE", state.path());
        let ended = command
            .current_dir(state.path())
            .args(arguments)
            .arg("--json")
            .output()
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        none(&arguments.join(" "), &wrong);
        assert_eq!(
            ended.status.code(),
            Some(exit),
            "{arguments:?}: {document:#}"
        );
    }
}
