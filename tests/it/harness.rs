//! Runs the built program with a scrubbed environment, beside counterparties that end with their handle.
//!
//! Every document that the program prints is held against its schema here, so no test has to.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// No command of these tests may take longer.
const DEADLINE: Duration = Duration::from_secs(150);

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = contain::report::output::Output::schema().unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
});

fn counterparties() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterparties")
}

/// The CA that signed the certificates of the servers here.
pub(crate) const CA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pki/ca.pem");

/// A script that prints one line with its endpoint and serves until its standard input closes.
struct Script {
    child: Child,
    stdin: Option<ChildStdin>,
    endpoint: String,
}

impl Script {
    fn start(script: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new("python3")
            .arg(counterparties().join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("python3 is needed for {script}: {error}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("{script} {arguments:?} did not start; run tests/counterparties/install, or tests/run")
        });
        Self {
            stdin: child.stdin.take(),
            child,
            endpoint: told["endpoint"].as_str().unwrap().to_owned(),
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.stdin.take());
        drop(self.child.wait());
    }
}

/// A fixture of ours that holds requests against the vendor's service models.
pub(crate) struct Contract(Script);

impl Contract {
    pub(crate) fn start() -> Self {
        Self(Script::start("contract.py", &[]))
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// What it keeps.
    pub(crate) fn state(&self) -> Value {
        exchange(self.endpoint(), "GET", "/_state", "").1
    }
}

/// A small vendor of ours, for the pack that the README writes.
pub(crate) struct Acme(Script);

impl Acme {
    pub(crate) fn start() -> Self {
        Self(Script::start("acme.py", &[]))
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// Its keys, and what came.
    pub(crate) fn state(&self) -> Value {
        exchange(self.endpoint(), "GET", "/_state", "").1
    }
}

/// A server that nobody of this project wrote.
pub(crate) struct Server(Script);

impl Server {
    pub(crate) fn start(name: &str, settings: &[&str]) -> Self {
        let mut arguments = vec![name];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        Self(Script::start("serve.py", &arguments))
    }

    /// The fixture made here, in front of a real server: what no counterparty has.
    pub(crate) fn fixture(before: &Self) -> Self {
        let upstream = ["--upstream", before.endpoint()];
        Self(Script::start("fixture.py", &upstream))
    }

    /// The fixture made here for sessions, in front of a real server: their ends, and what AWS refuses about them.
    pub(crate) fn sessions(before: &Self, more: &[&str]) -> Self {
        let arguments = [&["--upstream", before.endpoint()], more].concat();
        Self(Script::start("sessions.py", &arguments))
    }

    /// The fields of every AssumeRole that came by the fixture for sessions.
    pub(crate) fn assumed(&self) -> Vec<Value> {
        let (_, said) = exchange(self.endpoint(), "GET", "/_fixture/assumed", "");
        said.as_array().unwrap().clone()
    }

    /// The secrets of the sessions that were given through it.
    pub(crate) fn given(&self) -> Vec<String> {
        let (_, said) = exchange(self.endpoint(), "GET", "/_fixture/secrets", "");
        serde_json::from_value(said).unwrap()
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// One command of the independent client.
    pub(crate) fn world(&self, arguments: &[&str], input: &Value) -> Value {
        self.world_as(None, arguments, input)
    }

    /// The same, with another administrator than root.
    pub(crate) fn world_as(
        &self,
        admin: Option<&Value>,
        arguments: &[&str],
        input: &Value,
    ) -> Value {
        let of = [&["--endpoint", self.endpoint()], arguments].concat();
        let idle = IDLE.lock().unwrap().pop();
        let mut hand = idle.unwrap_or_else(Hand::start);
        let mut told = hand.ask(&json!({"arguments": of, "input": input, "admin": admin}));
        IDLE.lock().unwrap().push(hand);
        assert!(
            told["failed"].is_null(),
            "world.py {arguments:?}: {}",
            told["failed"]
        );
        told["said"].take()
    }

    pub(crate) fn build(&self) -> World {
        World(self.world(&["build"], &Value::Null))
    }

    /// Which of the named credentials of a world are accepted.
    pub(crate) fn accepted(&self, world: &World, names: &[&str]) -> Vec<bool> {
        let asked: serde_json::Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), world.0[name].clone()))
            .collect();
        let told = self.world(&["try"], &Value::Object(asked));
        let accepted = |name: &&str| told[*name]["accepted"].as_bool().unwrap();
        names.iter().map(accepted).collect()
    }

    pub(crate) fn snapshot(&self) -> Value {
        self.world(&["snapshot"], &Value::Null)
    }

    /// A snapshot in which what differs from world to world has a name: keys, and the times of cut-offs.
    pub(crate) fn comparable(&self, world: &World) -> Value {
        let mut text = serde_json::to_string_pretty(&self.snapshot()).unwrap();
        for name in ["leaked", "sibling", "bot", "responder"] {
            text = text.replace(world.id(name), name);
        }
        let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
        serde_json::from_str(&time.replace_all(&text, "TIME")).unwrap()
    }
}

/// The independent client, listening: its start takes longer than most of what it is asked. It ends with this process.
struct Hand {
    child: Child,
    stdin: ChildStdin,
    out: BufReader<std::process::ChildStdout>,
}

/// Those that nobody asks just now.
static IDLE: Mutex<Vec<Hand>> = Mutex::new(Vec::new());

impl Hand {
    fn start() -> Self {
        let child = independent("world.py")
            .arg("listen")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("run tests/counterparties/install boto, or tests/run: {error}")
        });
        Self {
            stdin: child.stdin.take().unwrap(),
            out: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn ask(&mut self, asked: &Value) -> Value {
        let mut line = String::new();
        let heard = writeln!(self.stdin, "{asked}").and_then(|()| self.out.read_line(&mut line));
        serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut why = String::new();
            let said = self.child.stderr.take().unwrap().read_to_string(&mut why);
            panic!("world.py ended: {heard:?}, {said:?}: {why}")
        })
    }
}

/// A script of the independent client.
fn independent(script: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let root = std::env::var_os("CARGO_TARGET_DIR").map_or(root, PathBuf::from);
    let mut command = Command::new(root.join("counterparties/boto/bin/python"));
    command.arg(counterparties().join(script));
    command
}

/// An intruder that fights back until it is called off.
pub(crate) struct Adversary {
    child: Child,
    stdin: ChildStdin,
    out: BufReader<std::process::ChildStdout>,
}

impl Adversary {
    /// Lets it loose with the credentials that leaked; it has struck once when this returns.
    pub(crate) fn with(leaked: &Value, arguments: &[&str]) -> Self {
        let mut child = independent("adversary.py")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{leaked}").unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), r#"{"armed": true}"#);
        Self { child, stdin, out }
    }

    /// Calls it off; answers what it ever held and how often each of its doings worked.
    pub(crate) fn call_off(mut self) -> (Value, Value) {
        drop(self.stdin);
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        self.child.wait().unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        (said["held"].clone(), said["did"].clone())
    }
}

/// What `world.py build` made.
pub(crate) struct World(pub(crate) Value);

impl World {
    pub(crate) fn id(&self, name: &str) -> &str {
        self.0[name]["access_key_id"].as_str().unwrap()
    }

    pub(crate) fn secret(&self, name: &str) -> &str {
        self.0[name]["secret_access_key"].as_str().unwrap()
    }

    pub(crate) fn since(&self) -> &str {
        self.0["since"].as_str().unwrap()
    }

    pub(crate) fn key(&self, name: &str) -> String {
        format!("aws:access-key/{}", self.id(name))
    }
}

/// One unsigned exchange with a script of ours.
fn exchange(endpoint: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let address = endpoint.trim_start_matches("http://");
    let mut wire = TcpStream::connect(address).unwrap();
    write!(
        wire,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    wire.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The recording proxy in front of a server.
pub(crate) struct Proxy(Script);

impl Proxy {
    pub(crate) fn before(server: &Server) -> Self {
        Self(Script::start(
            "record.py",
            &["--upstream", server.endpoint(), "--until-stdin-closes"],
        ))
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    fn control(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        exchange(&self.0.endpoint, method, &format!("/_record/{path}"), body)
    }

    pub(crate) fn faults(&self, faults: &[String]) {
        let (status, told) = self.control("POST", "faults", &json!(faults).to_string());
        assert_eq!(status, 200, "{told}");
    }

    pub(crate) fn reset(&self) {
        self.control("POST", "reset", "");
    }

    /// Waits until a request is held, and answers its entry.
    pub(crate) fn held(&self) -> Value {
        let (status, entry) = self.control("GET", "held?seconds=60", "");
        assert_eq!(status, 200, "nothing was held within a minute");
        entry
    }

    pub(crate) fn release(&self) {
        self.control("POST", "release", "");
    }

    pub(crate) fn log(&self) -> Vec<Value> {
        let (_, log) = self.control("GET", "log", "");
        log.as_array().unwrap().clone()
    }

    /// The mutating requests, in the order in which they came.
    pub(crate) fn mutations(&self) -> Vec<Value> {
        let mut log = self.log();
        log.retain(|entry| entry["mutating"] == true);
        log
    }
}

/// A place to run the program from, with the environment that it gets.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

impl Desk {
    /// At an endpoint, as the holder of some credentials; without a workspace.
    pub(crate) fn at(endpoint: &str, (id, secret): (&str, &str)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("here")).unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let environment = [
            ("HOME", path("home")),
            ("CONTAIN_STATE", path("state")),
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_ACCESS_KEY_ID", id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        Self {
            environment: environment.map(|(k, v)| (k.to_owned(), v)).into(),
            folder,
        }
    }

    /// With nothing in its environment but where it keeps things.
    pub(crate) fn bare() -> Self {
        let mut desk = Self::at("", ("", ""));
        desk.environment.retain(|name, _| !name.starts_with("AWS_"));
        desk
    }

    /// As the responder of a world, with the leaked secret in `LEAKED`.
    pub(crate) fn of(world: &World, endpoint: &str) -> Self {
        Self::at(endpoint, (world.id("responder"), world.secret("responder")))
            .with("LEAKED", world.secret("leaked"))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a workspace whose bounds suit a server without propagation delay.
    pub(crate) fn bounded(self) -> Self {
        let bounds =
            "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 2s, audit_lag: 0s}\n";
        self.file("contain.yaml", bounds)
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join("here").join(name), text).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, under: &[String], arguments: &[&str]) -> Command {
        let built = env!("CARGO_BIN_EXE_contain");
        let mut command = match under {
            [] => Command::new(built),
            [program, given @ ..] => {
                let mut command = Command::new(program);
                command.args(given).arg(built);
                command
            }
        };
        command
            .args(arguments)
            .current_dir(self.folder.path().join("here"))
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        self.spawn_under(&[], arguments)
    }

    fn spawn_under(&self, under: &[String], arguments: &[&str]) -> Running {
        let started = Instant::now();
        let mut child = self.command(under, arguments).spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        Running {
            child,
            out,
            err,
            started,
            said: arguments.join(" "),
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Told {
        self.spawn(arguments).end()
    }

    /// Runs it as the last argument of another program, e.g. of one that traces it.
    pub(crate) fn run_under(&self, under: &[String], arguments: &[&str]) -> Told {
        self.spawn_under(under, arguments).end()
    }

    /// Where incidents are.
    pub(crate) fn incidents(&self) -> Vec<PathBuf> {
        let places = ["here/incidents", "state/incidents"];
        let mut found = Vec::new();
        for place in places {
            if let Ok(folders) = self.folder.path().join(place).read_dir() {
                found.extend(folders.map(|folder| folder.unwrap().path()));
            }
        }
        found
    }

    /// The entries of the only incident's journal.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let incidents = self.incidents();
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        let text = std::fs::read_to_string(incidents[0].join("journal.jsonl")).unwrap();
        let whole = text.lines().filter(|line| line.ends_with('}'));
        whole
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn entries(&self, kind: &str) -> Vec<Value> {
        let mut entries = self.journal();
        entries.retain(|entry| entry["kind"] == kind);
        entries
    }

    pub(crate) fn assert_journal_verifies(&self) {
        let told = self.run(&["journal", "verify", "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
    }
}

fn collect(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// The program while it runs.
pub(crate) struct Running {
    child: Child,
    out: std::thread::JoinHandle<String>,
    err: std::thread::JoinHandle<String>,
    started: Instant,
    said: String,
}

impl Running {
    pub(crate) fn end(mut self) -> Told {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.started.elapsed() > DEADLINE {
                self.child.kill().unwrap();
                panic!("`contain {}` did not end within {DEADLINE:?}", self.said);
            }
            std::thread::park_timeout(Duration::from_millis(10));
        };
        let (out, err) = (self.out.join().unwrap(), self.err.join().unwrap());
        let is_json = self.said.split(' ').any(|word| word == "--json");
        // Who was killed says nothing.
        let document = if is_json && status.code().is_some() {
            let document: Value = serde_json::from_str(&out)
                .unwrap_or_else(|error| panic!("`contain {}`: {error}: {out}{err}", self.said));
            let wrong: Vec<_> = SCHEMA
                .iter_errors(&document)
                .map(|error| error.to_string())
                .collect();
            assert!(wrong.is_empty(), "`contain {}`: {wrong:?}", self.said);
            document
        } else {
            Value::Null
        };
        Told {
            exit: status.code().unwrap_or(-1),
            took: self.started.elapsed(),
            json: document,
            out,
            err,
        }
    }

    /// Tells it to end, as Ctrl-C does, and waits until it has.
    pub(crate) fn interrupt(self) -> Told {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(told.success());
        self.end()
    }

    /// Whether it has not ended.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Stops it where it is, as SIGSTOP does.
    pub(crate) fn stop(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        let process = rustix::process::Pid::from_raw(id).unwrap();
        // It may have ended meanwhile.
        let _ended = rustix::process::kill_process(process, signal);
    }

    /// Kills it with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// How the program ended.
pub(crate) struct Told {
    pub(crate) exit: i32,
    pub(crate) took: Duration,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The document, where `--json` was asked for.
    pub(crate) json: Value,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {} after {:?}\n{}\n{}",
            self.exit, self.took, self.out, self.err
        )
    }
}

impl Told {
    pub(crate) fn outcome(&self) -> &str {
        self.json["outcome"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn assert(&self, exit: i32, outcome: &str) -> &Self {
        assert_eq!((self.exit, self.outcome()), (exit, outcome), "{self:?}");
        self
    }

    /// The item about a target, by a piece of its name and an action.
    #[track_caller]
    pub(crate) fn item(&self, target: &str, action: &str) -> &Value {
        let items = self.json["items"].as_array().unwrap();
        let mut found = items.iter().filter(|item| {
            item["target"].as_str().unwrap_or_default().contains(target) && item["action"] == action
        });
        found
            .next()
            .unwrap_or_else(|| panic!("no {action} on {target}: {self:?}"))
    }

    /// What is alive and named like this.
    #[track_caller]
    pub(crate) fn alive(&self, what: &str) -> &Value {
        let alive = self.json["still_alive"].as_array().unwrap();
        let mut found = alive
            .iter()
            .filter(|alive| alive["what"].as_str().unwrap().starts_with(what));
        found
            .next()
            .unwrap_or_else(|| panic!("{what} is not listed: {self:?}"))
    }

    pub(crate) fn verdicts(&self) -> Vec<&str> {
        let items = self.json["items"].as_array().unwrap();
        items
            .iter()
            .filter_map(|item| item["verdict"].as_str())
            .collect()
    }

    pub(crate) fn error(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.json["error"]["kind"].as_str().unwrap_or_default()
    }

    pub(crate) fn hints(&self) -> String {
        self.json["error"]["hints"].to_string()
    }
}
