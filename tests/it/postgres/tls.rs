//! Over TLS: with a CA of its own a server is contained as any other, and one that is not trusted hears no password.

use super::{Database, LEAKED};
use crate::harness::CA;

const ROLE: &str = "postgres:role/svc@main";

#[test]
fn a_role_is_cut_over_tls_where_the_ca_of_the_server_is_named() {
    let database = Database::start(&["TLS=yes"]);
    let url = format!("{}?sslmode=require", database.url());
    let desk = database
        .desk()
        .with("DATABASE_URL", &url)
        .with("SSL_CERT_FILE", CA);
    let told = desk.run(&["isolate", ROLE, "--secret", "env:LEAKED", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let item = told.item("role/svc", "postgres.block-login");
    assert_eq!(item["verdict"], "probed-dead", "{told:?}");
    assert!(database.says(("svc", LEAKED), "SELECT 1").is_err());
}

#[test]
fn a_server_whose_certificate_is_not_trusted_is_told_so_and_hears_no_password() {
    let database = Database::start(&["TLS=yes", "log_connections=on"]);
    let url = format!("{}?sslmode=require", database.url());
    let desk = database.desk().with("DATABASE_URL", &url);
    let told = desk.run(&["isolate", ROLE, "--yes", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    let document = told.json.to_string() + &told.err;
    assert!(
        document.contains("does not trust") && document.contains("SSL_CERT_FILE"),
        "{told:?}"
    );
    assert!(database.says(("svc", LEAKED), "SELECT 1").is_ok());
}
