//! Files: their heads, length and names, what ships, what is locked.

use std::collections::BTreeSet;
use std::path::Path;

use contain::playbook::Vocabulary;
use regex::Regex;

use super::{NATIVES, catalogue, files, none, read, root, sources};

/// How many packages may be locked; raising it needs a reason in the commit.
const DEPENDENCIES: usize = 535;

/// The longest a file may be.
const LINES: usize = 500;

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
    let head = Regex::new(r"^//! `([a-z]+)\.([a-z-]+)`: ").unwrap();
    for (name, _, actions) in NATIVES {
        let declared: BTreeSet<String> = actions().iter().map(|spec| spec.id.to_string()).collect();
        let folder = format!("src/provider/{name}/action");
        let mut found = BTreeSet::new();
        for file in files(&folder) {
            let text = read(&file);
            let Some(head) = head.captures(&text) else {
                continue;
            };
            let stem = head[2].replace('-', "_");
            assert_eq!(file, format!("{folder}/{stem}.rs"));
            assert!(text.contains("fn spec() -> Spec"), "{file}");
            found.insert(format!("{}.{}", &head[1], &head[2]));
        }
        assert_eq!(found, declared);
    }
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
    let folders = [
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/workspace", "s/"),
    ];
    let others = [
        concat!("C:\\", "Users"),
        concat!("index", "-url"),
        concat!("arti", "factory"),
        concat!("py", "pi.org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
        concat!("proxy.golang", ".org"),
    ];
    // A machine's folder stands at the root: what comes after a part of another path, or after a parameter, is none.
    let begins = format!(r"(^|[^\w}}])({})", folders.join("|"));
    let begins = Regex::new(&begins).unwrap();
    let mut wrong = Vec::new();
    for file in files("") {
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            if begins.is_match(line) || others.iter().any(|other| line.contains(other)) {
                wrong.push(format!("{file}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none("machine paths or registry hosts", &wrong);
}
