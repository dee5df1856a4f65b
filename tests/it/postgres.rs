//! Against PostgreSQL: a login role is contained, verified and given back for real, as `psql` sees it; no fault on the line
//! makes the adapter claim what the server did not do.

mod fault;
mod role;
mod tls;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use contain::domain::Duration;
use contain::provider::{Provider, postgres};

use crate::harness::{Desk, Server};
use crate::held::of_servers;

/// The password that leaked.
pub(crate) const LEAKED: &str = "canary-leaked-5f2b";
/// The password of the role that acts.
const OURS: &str = "canary-of-ours-77aa";

/// The roles of a small company, and the least that the responder needs.
const ROLES: &str = "
    CREATE ROLE svc LOGIN PASSWORD 'canary-leaked-5f2b' CONNECTION LIMIT 7 VALID UNTIL '2090-05-06 07:08:09.123+00';
    CREATE ROLE healthy LOGIN PASSWORD 'canary-healthy';
    CREATE ROLE reports NOLOGIN;
    CREATE ROLE \"we\"\"ird'; DROP ROLE healthy; --\" LOGIN PASSWORD 'canary-leaked-5f2b';
    CREATE ROLE contain LOGIN CREATEROLE PASSWORD 'canary-of-ours-77aa' IN ROLE pg_signal_backend, pg_read_all_stats;
    GRANT reports TO svc;
    GRANT svc TO healthy;
";

/// A server with those roles.
pub(crate) struct Database(Server);

impl Database {
    pub(crate) fn start(settings: &[&str]) -> Self {
        let database = Self(Server::start("postgres", settings));
        database.admin(ROLES);
        database
    }

    fn at(&self) -> (&str, &str) {
        self.0.endpoint().split_once(':').unwrap()
    }

    /// The URL of the role that acts.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://contain:{OURS}@{}/postgres", self.0.endpoint())
    }

    fn psql(&self, user: &str, password: &str) -> Command {
        let (host, port) = self.at();
        let mut command = Command::new("psql");
        command
            .args([
                "-X",
                "-A",
                "-t",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                host,
                "-p",
                port,
            ])
            .args(["-U", user, "-d", "postgres"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PGPASSWORD", password)
            .env("PGCONNECT_TIMEOUT", "10")
            .stdin(Stdio::null());
        command
    }

    /// What a statement answers, or what was said against it.
    pub(crate) fn says(
        &self,
        (user, password): (&str, &str),
        statement: &str,
    ) -> Result<String, String> {
        let mut command = self.psql(user, password);
        let ended = command.args(["-c", statement]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().trim().to_owned();
        if ended.status.success() {
            Ok(text(&ended.stdout))
        } else {
            Err(text(&ended.stderr))
        }
    }

    fn admin(&self, statement: &str) -> String {
        self.says(("admin", "of-the-test"), statement).unwrap()
    }

    /// A session that stays open until somebody ends it.
    pub(crate) fn session(&self, user: &str, password: &str) -> Child {
        let mut command = self.psql(user, password);
        let mut child = command
            .args(["-c", "SELECT pg_sleep(300)"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let open = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}' AND query LIKE '%pg_sleep%'"
        );
        for _ in 0..200 {
            if self.admin(&open) != "0" {
                return child;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("the session of {user} did not begin");
    }

    /// A place to run the program from, with a workspace that names this server `main`.
    fn desk(&self) -> Desk {
        Desk::bare()
            .with("DATABASE_URL", &self.url())
            .with("LEAKED", LEAKED)
            .file(
                "contain.yaml",
                "contain: 1\nproviders:\n  postgres:\n    servers: {main: env:DATABASE_URL}\n",
            )
    }
}

/// The provider, for a server of the name `main`.
fn provider(url: &str, deadline: Duration) -> Arc<dyn Provider> {
    of_servers(&postgres::NATIVE, &[("main", url)], deadline)
}
