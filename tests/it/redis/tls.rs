//! Over TLS: with a CA of its own a server is contained as any other, and one that is not trusted is told so.

use super::{LEAKED, OURS};
use crate::harness::{CA, Desk, Server};

const USER: &str = "redis:user/svc@main";

/// A command of the vendor's own client, over TLS.
fn says(server: &Server, user: (&str, &str), words: &[&str]) -> String {
    let (host, port) = server.endpoint().split_once(':').unwrap();
    let ended = std::process::Command::new("redis-cli")
        .args(["-h", host, "-p", port, "--tls", "--cacert", CA])
        .args(["--user", user.0, "--pass", user.1, "--no-auth-warning"])
        .args(words)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned()
}

fn begin() -> (Server, Desk) {
    let server = Server::start("redis", &["TLS=yes"]);
    let rule = format!(">{LEAKED}");
    let user = ["ACL", "SETUSER", "svc", "on", &rule, "~*", "+@all"];
    assert_eq!(says(&server, ("default", OURS), &user).trim(), "OK");
    let url = format!("rediss://default:{OURS}@{}", server.endpoint());
    let desk = Desk::bare()
        .with("REDIS_URL", &url)
        .with("LEAKED", LEAKED)
        .file(
            "contain.yaml",
            "contain: 1\nproviders:\n  redis:\n    servers: {main: env:REDIS_URL}\n",
        );
    (server, desk)
}

#[test]
fn a_user_is_cut_over_tls_where_the_ca_of_the_server_is_named() {
    let (server, desk) = begin();
    let desk = desk.with("SSL_CERT_FILE", CA);
    let told = desk.run(&["isolate", USER, "--secret", "env:LEAKED", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let item = told.item("user/svc", "redis.disable-user");
    assert_eq!(item["verdict"], "probed-dead", "{told:?}");
    let refused = says(&server, ("svc", LEAKED), &["PING"]);
    assert!(refused.contains("WRONGPASS"), "{refused}");
}

#[test]
fn a_server_whose_certificate_is_not_trusted_is_told_so() {
    let (server, desk) = begin();
    let told = desk.run(&["isolate", USER, "--yes", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    let document = told.json.to_string() + &told.err;
    assert!(
        document.contains("does not trust") && document.contains("SSL_CERT_FILE"),
        "{told:?}"
    );
    assert_eq!(says(&server, ("svc", LEAKED), &["PING"]).trim(), "PONG");
}
