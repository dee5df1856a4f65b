//! Requests against the vendors' own descriptions of their APIs, as Prism serves them: each is of the form that is published.
//! Nothing of what a vendor then does is proven here, nor that it lets us in.

#[cfg(feature = "github")]
mod github;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Where what npm installed is.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/counterparties/prism/node_modules")
}

/// Prism with a slice of a description; it ends with this.
pub(crate) struct Prism {
    child: Child,
    pub(crate) base: String,
    lines: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Prism {
    /// Serves these paths of a description that lies below what npm installed.
    pub(crate) fn start(description: &str, paths: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let slice = folder.path().join("slice.json");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let made = Command::new("node")
            .arg(here.join("tests/counterparties/slice.mjs"))
            .arg(installed().join(description))
            .arg(&slice)
            .args(paths)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port().to_string();
        let mut child = Command::new("node")
            .arg(installed().join("@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "--host", "127.0.0.1", "--port", &port])
            .arg(&slice)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let is_ready = told.by_ref().map_while(Result::ok).any(|line| {
            let is_ready = line.contains("Prism is listening");
            lines.lock().unwrap().push(line);
            is_ready
        });
        assert!(is_ready, "{:?}", lines.lock().unwrap());
        let into = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in told.map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            lines,
            _folder: folder,
        }
    }

    /// What was wrong with requests since the start.
    pub(crate) fn violations(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        let wrong = lines.iter().filter(|line| {
            let line = line.to_lowercase();
            ["violation", "error", "did not pass", "warning"]
                .iter()
                .any(|sign| line.contains(sign))
        });
        wrong.cloned().collect()
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
