//! Signing with an SSH key, by `ssh-keygen`: the private key stays with it, the agent or the hardware.
//!
//! The one child process of this program. Never sees a private key, and hands on nothing of the environment but what
//! `ssh-keygen`, an agent and a prompt for a passphrase need.

use std::io::IsTerminal as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::failure::{Failure, exit};
use super::session::environment_path;
use super::signing::in_time;
use crate::domain::why::plain;
use crate::journal::file;
use crate::signature::NAMESPACE;

/// What the child is told of the environment: where programs and the agent are, and how to ask for a passphrase.
const HANDED_ON: [&str; 15] = [
    "PATH",
    "HOME",
    "TERM",
    "LANG",
    "LC_ALL",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "SSH_SK_PROVIDER",
    "SSH_SK_HELPER",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
];
/// What of that could have somebody be asked.
const ASKS: [&str; 6] = [
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
];
/// How long is waited for a key that nobody is to touch.
const ALONE: Duration = Duration::from_secs(5);
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const PROGRAM: &str = "ssh-keygen";

/// Signs bytes, and answers the armoured signature. `key` is a file with a private key, or the `.pub` beside a key that an
/// agent or hardware holds; a passphrase, a PIN or a touch is asked for where somebody sits at a terminal.
pub(super) fn sign(message: &[u8], key: &Path) -> Result<String, Box<Failure>> {
    let is_attended = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    sign_by(Path::new(PROGRAM), (message, key), is_attended, None)
}

/// The same where nobody is asked and nobody waits: a key that wants a touch, a PIN or a passphrase does not sign.
pub(super) fn sign_alone(message: &[u8], key: &Path) -> Result<String, Box<Failure>> {
    if wants_a_touch(key) {
        return Err(refused(
            key,
            b"it is on hardware, which wants to be touched",
        ));
    }
    sign_by(Path::new(PROGRAM), (message, key), false, Some(ALONE))
}

/// Whether a key is on hardware, as far as its public half tells.
fn wants_a_touch(key: &Path) -> bool {
    let public = match key.extension() {
        Some(extension) if extension == "pub" => key.to_owned(),
        Some(_) | None => {
            let mut public = key.as_os_str().to_owned();
            public.push(".pub");
            public.into()
        }
    };
    let text = super::workspace::bytes(&public).unwrap_or_default();
    text.starts_with(b"sk-")
}

#[expect(
    clippy::disallowed_methods,
    reason = "`ssh-keygen` signs, so that private keys stay where they are; its arguments are a key's path and ours, its environment is chosen"
)]
fn sign_by(
    program: &Path,
    (message, key): (&[u8], &Path),
    is_attended: bool,
    within: Option<Duration>,
) -> Result<String, Box<Failure>> {
    // `ssh-keygen` asks for no passphrase where its standard input is taken, so the bytes come from a file.
    let only_ours = std::fs::Permissions::from_mode(0o700);
    let place = tempfile::Builder::new()
        .prefix("contain-")
        .permissions(only_ours)
        .tempdir()
        .map_err(|error| {
            Failure::internal(format!("failed to make a temporary folder: {error}"))
        })?;
    let said = place.path().join("message");
    file::store(&said, message)?;
    let mut command = Command::new(program);
    command
        .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
        .arg(key)
        .arg(&said)
        .env_clear()
        .stdout(Stdio::null());
    for name in HANDED_ON {
        if within.is_some() && ASKS.contains(&name) {
            continue;
        }
        if let Some(value) = environment_path(name) {
            command.env(name, value);
        }
    }
    if is_attended {
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
    } else {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
    }
    if within.is_some() {
        // Out of the terminal's foreground it cannot ask there either.
        command.process_group(0);
    }
    let child = command.spawn().map_err(|error| unusable(program, &error))?;
    let ended = match within {
        None => child.wait_with_output(),
        Some(within) => match awaited(child, within) {
            Some(ended) => ended,
            None => {
                let said = format!("it took longer than {} s", within.as_secs());
                return Err(refused(key, said.as_bytes()));
            }
        },
    };
    let ended = ended.map_err(|error| unusable(program, &error))?;
    if !ended.status.success() {
        return Err(refused(key, &ended.stderr));
    }
    let signature = std::fs::read_to_string(said.with_extension("sig"));
    let signature = signature.ok().filter(|text| text.starts_with(BEGIN));
    signature.ok_or_else(|| refused(key, b"it left no signature"))
}

/// How a child ended; one that takes longer is killed with all that it began.
fn awaited(child: Child, within: Duration) -> Option<std::io::Result<Output>> {
    let group = rustix::process::Pid::from_child(&child);
    let ended = in_time(within, move || child.wait_with_output());
    if ended.is_none() {
        let killed = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        if let Err(error) = killed {
            tracing::debug!(%error, "ssh-keygen had ended already");
        }
    }
    ended
}

/// The program cannot be run.
fn unusable(program: &Path, error: &std::io::Error) -> Box<Failure> {
    let program = program.display();
    let failure = if error.kind() == std::io::ErrorKind::NotFound {
        let message = format!("there is no `{program}` in PATH, and it alone touches private keys");
        Failure::usage(message)
            .hint("install OpenSSH's client programs (openssh-client, openssh-clients)")
    } else {
        Failure::internal(format!("failed to run `{program}`: {error}"))
    };
    Box::new(failure)
}

/// It did not sign.
fn refused(key: &Path, stderr: &[u8]) -> Box<Failure> {
    let said = String::from_utf8_lossy(stderr);
    let said: Vec<String> = said
        .lines()
        .map(|line| plain(line.trim()))
        .filter(|line| !line.is_empty())
        .collect();
    let key = key.display();
    let why = if said.is_empty() {
        String::new()
    } else {
        format!(": {}", said.join("; "))
    };
    let message = format!("`{PROGRAM}` did not sign with `{key}`{why}");
    let mut failure = Failure::new(exit::USAGE, "unsigned", message);
    let told = said.join(" ");
    if told.contains("passphrase") {
        failure = failure.hint(format!(
            "ssh-add {key}, then the same command with `--key {key}.pub`: the agent asks for the passphrase once"
        ));
    } else if told.contains("No private key found") || told.contains("agent") {
        failure = failure.hint("ssh-add -L shows the keys that the agent holds");
    }
    Box::new(failure.hint(format!(
        "try it by hand: echo x | {PROGRAM} -Y sign -n {NAMESPACE} -f {key}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Time;
    use crate::signature::{AllowedSigners, Revoked, verify};

    #[expect(
        clippy::disallowed_methods,
        reason = "`ssh-keygen` makes the keys of tests"
    )]
    fn make_key(at: &Path, passphrase: &str) -> bool {
        let mut keygen = Command::new(PROGRAM);
        keygen.args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]);
        keygen.arg(at).status().is_ok_and(|ended| ended.success())
    }

    #[test]
    fn what_is_signed_verifies_and_what_is_not_says_what_to_run()
    -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        let key = place.path().join("key");
        assert!(make_key(&key, ""));
        let message = b"a\0\xff message\n".repeat(100_000);
        let signature = sign(&message, &key).map_err(|failure| failure.message)?;
        let public = std::fs::read_to_string(key.with_extension("pub"))?;
        let allowed = AllowedSigners::parse(&format!("alice {public}"))?;
        let at = Time::UNIX_EPOCH;
        let signed = verify((&allowed, &Revoked::default()), &message, &signature, at)?;
        assert_eq!(signed.by, "alice");

        let locked = place.path().join("locked");
        assert!(make_key(&locked, "a passphrase"));
        std::fs::rename(&key, place.path().join("gone"))?;
        for (key, hint) in [
            (&locked, "ssh-add "),
            (&key.with_extension("pub"), "ssh-add -L"),
            (&place.path().join("none"), "try it by hand"),
        ] {
            let failure = sign(b"x", key).err().ok_or("it signed")?;
            assert_eq!((failure.exit, failure.kind), (2, "unsigned"));
            let has = failure.hints.iter().any(|told| told.contains(hint));
            assert!(has, "{hint}: {failure:?}");
        }
        let none = sign_by(Path::new("no-such-keygen"), (b"x", &key), false, None).err();
        let none = none.ok_or("it signed")?;
        assert!(none.message.contains("in PATH"), "{none:?}");
        Ok(())
    }

    #[test]
    fn the_child_sees_nothing_of_the_environment_but_what_it_needs()
    -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        let program = place.path().join("shows");
        let script = "#!/bin/sh\nfor last; do :; done\n(echo '-----BEGIN SSH SIGNATURE-----'; env; ls -ld \"$last\" \"${last%/*}\") > \"$last.sig\"\n";
        file::store(&program, script.as_bytes())?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700))?;
        let seen = sign_by(&program, (b"x", Path::new("key")), false, None)
            .map_err(|failure| failure.message)?;
        let names: Vec<&str> = seen
            .lines()
            .filter_map(|line| line.split_once('=').map(|(name, _)| name))
            .filter(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name))
            .collect();
        assert!(names.contains(&"PATH"), "{seen}");
        // Cargo sets these for every test, so that nothing slips through here is told.
        assert!(environment_path("CARGO_MANIFEST_DIR").is_some());
        for name in names {
            assert!(HANDED_ON.contains(&name), "{name}");
        }
        assert!(
            seen.contains("-rw-------") && seen.contains("drwx------"),
            "{seen}"
        );
        let left = seen.lines().find_map(|line| line.split_once("contain-"));
        let left = left.and_then(|(_, rest)| rest.split('/').next());
        let left = std::env::temp_dir().join(format!("contain-{}", left.ok_or("no folder")?));
        assert!(!left.exists(), "{} is left", left.display());
        Ok(())
    }
}
