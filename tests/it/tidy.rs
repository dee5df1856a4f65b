//! What the repository promises about itself: layers, files, names, and documents that say what is so.
//!
//! `CONTAIN_REFRESH=1 cargo test --features bench --test it tidy` rewrites everything that is generated.

mod layer;

mod file;

mod document;

mod generated;

use std::path::Path;

use contain::domain::{Kind, Spec};
use contain::provider::{aws, github, oauth, postgres, redis};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| unreachable!("{path}: {why}"))
}

/// Every file below a folder, by its path from the root, without what is built, fetched or git's.
pub(crate) fn files(below: &str) -> Vec<String> {
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

/// A provider in Rust: its name, its kinds, its actions.
type Declared = (&'static str, fn() -> Vec<Kind>, fn() -> Vec<Spec>);

/// The providers that are written in Rust: each has a folder of its name.
const NATIVES: [Declared; 5] = [
    (aws::NAME, aws::kinds, aws::actions),
    (github::NAME, github::kinds, github::actions),
    (oauth::NAME, oauth::kinds, oauth::actions),
    (postgres::NAME, postgres::kinds, postgres::actions),
    (redis::NAME, redis::kinds, redis::actions),
];

/// All kinds and all actions that come with the program.
pub(crate) fn catalogue() -> (Vec<Kind>, Vec<Spec>) {
    let (mut kinds, mut specs) = (Vec::new(), Vec::new());
    for (_, of, does) in NATIVES {
        kinds.extend(of());
        specs.extend(does());
    }
    for pack in contain::pack::shipped() {
        kinds.extend_from_slice(pack.kinds());
        specs.extend_from_slice(pack.actions());
    }
    (kinds, specs)
}
