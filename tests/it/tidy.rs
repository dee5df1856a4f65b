//! What the repository promises about itself: layers, files, names, and documents that say what is so.
//!
//! `CONTAIN_REFRESH=1 cargo test --test it tidy` rewrites everything that is generated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap_complete::{Generator as _, Shell};
use contain::domain::{Kind, Spec};
use contain::playbook::Vocabulary;
use contain::provider::aws;
use contain::report::{output::Output, table};
use regex::Regex;

/// The rows of DESIGN section 2, lowest first.
const ROWS: [&[&str]; 10] = [
    &["domain"],
    &["playbook", "estate", "provider", "journal", "evidence"],
    &["plan"],
    &["gate"],
    &["verify"],
    &["execute", "report"],
    &["converge"],
    &["drill"],
    &["cli"],
    &["main"],
];

/// How many packages may be locked; raising it needs a reason in the commit.
const DEPENDENCIES: usize = 429;

/// The longest a file may be.
const LINES: usize = 500;

/// The documents at the top.
const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "tests/counterparties/README.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| unreachable!("{path}: {why}"))
}

/// Every file below a folder, by its path from the root, without what is built, fetched or git's.
fn files(below: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = folder.read_dir() else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            let own = |part: &str| {
                !matches!(
                    part,
                    "target" | ".git" | "__pycache__" | "incidents" | "drills"
                )
            };
            if path.is_dir()
                && (own(path.file_name().unwrap().to_str().unwrap()) || name == "playbooks/drills")
            {
                folders.push(path);
            } else if path.is_file() && name != ".git" {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    let rust = files("src")
        .into_iter()
        .filter(|name| name.ends_with(".rs"));
    rust.map(|name| (read(&name), name))
        .map(|(text, name)| (name, text))
        .collect()
}

/// The top-level module that a source file belongs to.
fn module(file: &str) -> &str {
    let inner = file.strip_prefix("src/").unwrap_or(file);
    inner
        .split('/')
        .next()
        .unwrap_or(inner)
        .trim_end_matches(".rs")
}

fn row(module: &str) -> usize {
    ROWS.iter()
        .position(|row| row.contains(&module))
        .unwrap_or_else(|| {
            unreachable!("`{module}` stands in no row of ARCHITECTURE.md and of this test")
        })
}

/// Fails with one line per finding.
#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// The lines of code of a file, numbered, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

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
        "{path} is not fresh; run: CONTAIN_REFRESH=1 cargo test --test it tidy"
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

fn catalogue() -> (Vec<Kind>, Vec<Spec>) {
    (aws::kinds(), aws::actions())
}

/// By what an action was proven: the integration modules that name it, and the simulated world for every one.
fn proven(spec: &Spec) -> String {
    let id = spec.id.to_string();
    let named = |module: &str| {
        let single = format!("tests/it/{module}.rs");
        let folder = format!("tests/it/{module}");
        let all = files(&folder).into_iter().chain([single]);
        all.filter_map(|file| std::fs::read_to_string(root().join(file)).ok())
            .any(|text| text.contains(&id))
    };
    let mut by = Vec::new();
    if named("ministack") {
        by.push("MiniStack, a server that enforces");
    }
    if named("moto") {
        by.push("moto, second opinion");
    }
    if by.is_empty() {
        by.push("no server yet; simulated world only");
    }
    by.join("; ")
}

#[test]
fn imports_point_down_and_nothing_imports_its_neighbour() {
    let path = Regex::new(r"\bcrate::(\{[^}]*\}|[a-z_]+)").unwrap();
    let word = Regex::new(r"(?:^\{|,)\s*([a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let own = module(&file);
        if own == "lib" {
            continue;
        }
        for found in path.captures_iter(&text) {
            let found = &found[1];
            let imported: Vec<String> = if found.starts_with('{') {
                word.captures_iter(found)
                    .map(|word| word[1].to_owned())
                    .collect()
            } else {
                vec![found.to_owned()]
            };
            for other in imported.iter().filter(|other| *other != own) {
                if row(other) >= row(own) {
                    wrong.push(format!("{file} imports crate::{other}"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    none("imports that do not point down", &wrong);
}

#[test]
fn the_library_lists_its_modules_from_the_bottom_up() {
    let modules: Vec<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| {
            line.strip_prefix("pub mod ")?
                .strip_suffix(';')
                .map(str::to_owned)
        })
        .collect();
    assert!(modules.len() > 5);
    let rows: Vec<usize> = modules.iter().map(|module| row(module)).collect();
    assert!(rows.is_sorted(), "{modules:?}");
    let there: BTreeSet<String> = sources()
        .iter()
        .map(|(file, _)| module(file).to_owned())
        .collect();
    let listed: BTreeSet<String> = modules
        .into_iter()
        .chain(["lib".to_owned(), "main".to_owned()])
        .collect();
    assert_eq!(there, listed);
}

#[test]
fn only_the_command_line_prints_or_reads_environment_and_arguments() {
    let forbidden = Regex::new(
        r"\b(e?print(ln)?!|dbg!|std::env::|env::(var|args)|std::io::std(in|out|err)|io::std(in|out|err)\(|anstream::)",
    )
    .unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if matches!(module(&file), "cli" | "main") {
            continue;
        }
        for (at, line) in code(&text) {
            if forbidden.is_match(line) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("printing or reading the environment outside of cli", &wrong);
}

#[test]
fn the_clock_is_the_only_source_of_time() {
    let reads = Regex::new(
        r"\b(SystemTime|Instant|Timestamp|Zoned|Time)::now\(|tokio::time::(sleep|interval)",
    )
    .unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        // Measuring how long a test took is not telling the time.
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        if file == "src/domain/clock.rs" {
            continue;
        }
        for (at, line) in code(shipped) {
            if reads.is_match(line) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("time from elsewhere than domain::clock", &wrong);
}

#[test]
fn only_the_intent_obtains_a_mutate_handle_or_performs() {
    let acts = Regex::new(r"(\w+)\.(perform|actor)\((\)?)").unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if module(&file) == "provider" || file == "src/execute/intent.rs" {
            continue;
        }
        for (at, line) in code(&text) {
            let calls = |found: regex::Captures<'_>| &found[1] != "self" && found[3].is_empty();
            if acts.captures_iter(line).any(calls) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("acting outside of execute/intent.rs", &wrong);
}

#[test]
fn the_bans_of_clippy_are_lifted_only_where_they_are_known() {
    let lifted: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.contains("clippy::disallowed_methods"))
        .map(|(file, _)| file)
        .collect();
    let known = [
        "src/cli/session.rs",            // reads the environment
        "src/domain/clock.rs",           // reads the wall clock
        "src/execute/intent.rs",         // acts
        "src/playbook/expr.rs",          // a test measures
        "src/playbook/yaml.rs",          // a test measures
        "src/provider/http.rs",          // builds the one HTTP client
        "src/provider/simulated/act.rs", // a test of the simulated world acts in it
        "src/provider/simulated/mod.rs", // the same
    ];
    let unknown: Vec<String> = lifted
        .into_iter()
        .filter(|file| !known.contains(&file.as_str()))
        .collect();
    none("a ban of clippy.toml is lifted in", &unknown);
    let bans = read("clippy.toml");
    for ban in [
        "contain::provider::Provider::actor",
        "contain::provider::Act::perform",
        "std::time::SystemTime::now",
        "jiff::Timestamp::now",
        "std::env::var",
        "std::fs::write",
        "reqwest::Client::new",
    ] {
        assert!(
            bans.contains(&format!("\"{ban}\"")),
            "clippy.toml no longer bans {ban}"
        );
    }
}

#[test]
fn the_lints_that_carry_promises_are_denied() {
    let cargo = read("Cargo.toml");
    for lint in [
        "unsafe_code = \"forbid\"",
        "missing_docs = \"deny\"",
        "unwrap_used = \"deny\"",
        "expect_used = \"deny\"",
        "panic = \"deny\"",
        "indexing_slicing = \"deny\"",
        "print_stdout = \"deny\"",
        "print_stderr = \"deny\"",
        "exit = \"deny\"",
        "wildcard_enum_match_arm = \"deny\"",
        "let_underscore_must_use = \"deny\"",
        "allow_attributes = \"deny\"",
        "allow_attributes_without_reason = \"deny\"",
    ] {
        assert!(
            cargo.lines().any(|line| line == lint),
            "Cargo.toml no longer says {lint}"
        );
    }
}

#[test]
fn every_module_says_in_at_most_six_lines_what_it_owns() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let head = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .count();
        if !(1..=6).contains(&head) {
            wrong.push(format!("{file}: {head} lines"));
        }
    }
    none(
        "module heads that are missing or longer than six lines",
        &wrong,
    );
}

#[test]
fn no_source_file_is_too_long() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(file, text)| (text.lines().count(), file))
        .filter(|(lines, _)| *lines > LINES)
        .map(|(lines, file)| format!("{file}: {lines} lines"))
        .collect();
    none(&format!("files of more than {LINES} lines"), &long);
}

#[test]
fn nothing_is_left_to_do_in_the_source() {
    let marks = Regex::new(r"\b(TODO|FIXME|XXX|HACK)\b|\b(todo|unimplemented)!").unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            if marks.is_match(line) {
                wrong.push(format!("{file}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none("unfinished work", &wrong);
}

#[test]
fn an_action_stands_in_the_file_of_its_name() {
    let declared: BTreeSet<String> = aws::actions()
        .iter()
        .map(|spec| spec.id.to_string())
        .collect();
    let head = Regex::new(r"^//! `(aws\.[a-z-]+)`: ").unwrap();
    let mut found = BTreeSet::new();
    for file in files("src/provider/aws") {
        let text = read(&file);
        let Some(head) = head.captures(&text) else {
            continue;
        };
        let id = &head[1];
        let stem = id.trim_start_matches("aws.").replace('-', "_");
        assert_eq!(file, format!("src/provider/aws/{stem}.rs"));
        assert!(text.contains("fn spec() -> Spec"), "{file}");
        found.insert(id.to_owned());
    }
    assert_eq!(found, declared);
}

#[test]
fn every_playbook_and_every_drill_that_lies_there_ships_and_is_understood() {
    let (kinds, specs) = catalogue();
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: specs.iter().collect(),
    };
    for file in files("playbooks") {
        let text = read(&file);
        let name = Path::new(&file).file_stem().unwrap().to_str().unwrap();
        let shipped = if file.starts_with("playbooks/drills/") {
            let scenario = contain::provider::simulated::scenario::Scenario::parse(&text);
            assert_eq!(
                scenario
                    .unwrap_or_else(|why| unreachable!("{file}: {why}"))
                    .drill,
                name
            );
            contain::drill::shipped()
        } else {
            let playbook = contain::playbook::load(&file, &text, &vocabulary);
            assert_eq!(
                playbook
                    .unwrap_or_else(|why| unreachable!("{}", why.render(false)))
                    .name,
                name
            );
            contain::playbook::shipped()
        };
        assert!(
            shipped.contains(&(name, text.as_str())),
            "{file} does not ship"
        );
    }
}

#[test]
fn the_locked_dependencies_stay_below_their_ceiling() {
    let lock = read("Cargo.lock");
    let locked = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(
        locked <= DEPENDENCIES,
        "{locked} packages are locked, {DEPENDENCIES} are allowed"
    );
    let index = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let foreign: Vec<String> = lock
        .lines()
        .filter(|line| line.starts_with("source = ") && *line != index)
        .map(str::to_owned)
        .collect();
    none("packages from elsewhere", &foreign);
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    let machine = [
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/workspace", "s/"),
        concat!("C:\\", "Users"),
        concat!("index", "-url"),
        concat!("arti", "factory"),
        concat!("py", "pi.org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
        concat!("proxy.golang", ".org"),
    ];
    let mut wrong = Vec::new();
    for file in files("") {
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            if machine.iter().any(|path| line.contains(path)) {
                wrong.push(format!("{file}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none("machine paths or registry hosts", &wrong);
}

#[test]
fn paths_that_documents_name_exist() {
    let named =
        Regex::new(r"[`(]((?:src|tests|playbooks|completions|\.ci|\.github)/[A-Za-z0-9_./-]*)[`)]")
            .unwrap();
    let files_at_the_top =
        Regex::new(r"[`(]([A-Z][A-Za-z]*\.(?:md|toml|lock)|clippy\.toml|deny\.toml|LICENSE)[`)]")
            .unwrap();
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let both = named
            .captures_iter(&text)
            .chain(files_at_the_top.captures_iter(&text));
        for path in both.map(|found| found[1].to_owned()) {
            // Names in capitals stand for what the reader fills in.
            let placeholder = path.split('/').any(|part| part == "NAME");
            if !placeholder && !root().join(&path).exists() {
                wrong.push(format!("{document} names `{path}`"));
            }
        }
    }
    none("paths that do not exist", &wrong);
}

#[test]
fn tests_that_documents_name_exist() {
    let named = Regex::new(r"`(?:[a-z_]+::)+([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap();
    let all: String = sources()
        .into_iter()
        .map(|(_, text)| text)
        .chain(files("tests/it").iter().map(|file| read(file)))
        .collect();
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        for found in named.captures_iter(&read(document)) {
            if !all.contains(&format!("fn {}(", &found[1])) {
                wrong.push(format!("{document} names {}", &found[0]));
            }
        }
    }
    none("tests that do not exist", &wrong);
}

#[test]
fn the_readme_has_the_parts_that_a_responder_looks_for() {
    let readme = read("README.md");
    let headings: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(
        headings,
        [
            "Quick start",
            "An isolation, read line by line",
            "What it promises",
            "What it can cut",
            "Exit codes",
            "JSON",
            "Files and environment",
            "What it does not do yet",
        ]
    );
    let start = readme
        .split("## Quick start")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let commands: Vec<&str> = start.split("```").nth(1).unwrap().lines().skip(1).collect();
    assert_eq!(
        commands,
        [
            "cargo run --release -- drill leaked-aws-access-key",
            "tests/run"
        ]
    );
}

#[test]
fn the_readme_lists_every_exit_code_as_the_help_does() {
    let help = contain::cli::command()
        .get_after_help()
        .unwrap()
        .to_string();
    let readme = read("README.md");
    let codes = help
        .trim_start_matches("Exit codes:")
        .split('·')
        .map(str::trim);
    let mut count = 0;
    for code in codes {
        let (number, meaning) = code.split_once(' ').unwrap();
        let row = format!("| {number} | {meaning} |");
        assert!(readme.contains(&row), "README.md lacks the row `{row}`");
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn the_workspace_of_the_readme_is_understood() {
    let readme = read("README.md");
    let example = readme
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let keys: BTreeSet<&str> = example
        .lines()
        .filter_map(|line| line.trim().split_once(':'))
        .map(|(key, _)| key)
        .collect();
    for key in [
        "contain",
        "providers",
        "aws",
        "profile",
        "role",
        "regions",
        "endpoints",
        "default",
        "bounds",
        "propagation",
        "audit_lag",
        "protected",
    ] {
        assert!(keys.contains(key), "the example lacks `{key}`");
    }
    let try_it = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "a file as a person would write it"
        )]
        std::fs::write(folder.path().join("contain.yaml"), text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_contain"));
        command.env_clear().env("HOME", folder.path());
        command
            .args(["incident", "list", "--json", "--workspace"])
            .arg(folder.path());
        command.output().unwrap().status.code()
    };
    assert_eq!(try_it(example), Some(0));
    assert_eq!(try_it("contain: 1\nsurprise: true\n"), Some(2));
}

#[test]
fn the_tables_of_the_readme_are_fresh() {
    let (kinds, specs) = catalogue();
    let readme = read("README.md");
    let with = between(&readme, "actions", &table::actions(&specs, proven));
    let with = between(&with, "providers", &table::kinds(&kinds, &specs));
    fresh("README.md", &with);
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

/// One action of the pack that ARCHITECTURE.md works through.
#[derive(serde::Deserialize)]
struct Drafted {
    spec: Spec,
}

/// What the core reads of it; how to ask and how to answer belong to the engine to come.
#[derive(serde::Deserialize)]
struct Pack {
    kinds: Vec<Kind>,
    actions: Vec<Drafted>,
}

#[test]
fn the_pack_on_paper_is_read_as_kinds_and_specs() {
    let text = read("ARCHITECTURE.md");
    let paper = text
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let pack: Pack = serde_yaml::from_str(paper).unwrap_or_else(|why| unreachable!("{why}"));
    let specs: BTreeMap<String, &Spec> = pack
        .actions
        .iter()
        .map(|action| (action.spec.id.to_string(), &action.spec))
        .collect();
    assert!(pack.kinds.len() > 1 && specs.len() > 2);
    for spec in specs.values() {
        assert!(
            pack.kinds.iter().any(|kind| kind.id == spec.on),
            "{}",
            spec.id
        );
        if let contain::domain::Undo::By(inverse) = &spec.undo {
            assert!(specs.contains_key(&inverse.to_string()), "{inverse}");
        }
    }
    for kind in &pack.kinds {
        assert!(
            kind.recognise
                .iter()
                .all(|pattern| Regex::new(&pattern.is).is_ok()),
            "{}",
            kind.id
        );
    }
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
        assert!(PathBuf::from(root()).join(path).exists());
    }
}
