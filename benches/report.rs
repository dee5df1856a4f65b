//! Reading what leaked, 100 MB of it: a scanner's report, SARIF, and a log; time and peak memory, each a process of its own.
//!
//! In every form the same few thousand credentials stand again and again, as they do in the history of a repository.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what cannot be, and reads the wall clock"
)]

mod process;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use contain::domain::Clock;
use contain::pack::{self, Packed};
use contain::provider::aws::{Aws, Settings};
use contain::provider::{Catalogue, Provider, leak};

const LENGTH: usize = 100_000_000;
/// How many different credentials there are.
const DIFFERENT: usize = 5_000;

fn main() {
    if let Some(file) = process::asked() {
        one(Path::new(&file));
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    for form in ["gitleaks", "trufflehog", "sarif", "log"] {
        let file = place.path().join(form);
        make(form, &file).expect("a file");
        process::measure(&format!("100 MB ({form})"), &file);
    }
}

/// Writes a file of the form.
fn make(form: &str, file: &Path) -> std::io::Result<()> {
    let mut to = BufWriter::new(File::create(file)?);
    let (open, between, close) = match form {
        "gitleaks" => ("[", ",\n", "]\n"),
        "sarif" => (
            r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":["#,
            ",\n",
            "]}]}\n",
        ),
        _ => ("", "\n", "\n"),
    };
    to.write_all(open.as_bytes())?;
    let mut written = 0;
    for nth in 0.. {
        let line = line(form, nth);
        written += line.len() + between.len();
        to.write_all(line.as_bytes())?;
        if written >= LENGTH {
            break;
        }
        to.write_all(between.as_bytes())?;
    }
    to.write_all(close.as_bytes())?;
    to.flush()
}

fn line(form: &str, nth: usize) -> String {
    let token = format!("xoxb-{:024}-benchmark", nth % DIFFERENT);
    let commit = format!("{nth:040x}");
    match form {
        "gitleaks" => format!(
            r#"{{"RuleID":"slack-bot-token","Description":"Slack","StartLine":3,"EndLine":3,"StartColumn":9,"EndColumn":49,"Match":"{token}","Secret":"{token}","File":"deploy/x{nth}.env","SymlinkFile":"","Commit":"{commit}","Entropy":4.5,"Author":"A","Email":"a@example.com","Date":"2026-01-05T10:00:00Z","Message":"change {nth}","Tags":[],"Fingerprint":"{commit}:deploy/x.env:slack-bot-token:3"}}"#
        ),
        "trufflehog" => format!(
            r#"{{"SourceMetadata":{{"Data":{{"Git":{{"commit":"{commit}","file":"keys{nth}","email":"a@example.com","repository":"https://git.example/team/keys","timestamp":"2026-01-03 10:27:56 -0700","line":4}}}}}},"SourceID":1,"SourceType":16,"SourceName":"trufflehog - git","DetectorType":2,"DetectorName":"Slack","DecoderName":"PLAIN","Verified":false,"Raw":"{token}","RawV2":"","Redacted":"","ExtraData":null,"StructuredData":null}}"#
        ),
        "sarif" => format!(
            r#"{{"message":{{"text":"slack-bot-token has detected secret for file x{nth}."}},"ruleId":"slack-bot-token","locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"x{nth}"}},"region":{{"startLine":3,"snippet":{{"text":"{token}"}}}}}}}}],"partialFingerprints":{{"commitSha":"{commit}","date":"2026-01-05T10:00:00Z"}}}}"#
        ),
        _ => format!(
            "2026-01-05T10:00:00Z level=info request={nth} path=/api/v1/items/{nth} status=200 token={token} took=12ms"
        ),
    }
}

/// Reads the file once in this process.
fn one(file: &Path) {
    let aws: Arc<dyn Provider> = Arc::new(Aws::new(Settings::default(), Clock::wall()));
    let packs = pack::shipped().into_iter().map(|pack| {
        let packed: Arc<dyn Provider> = Arc::new(Packed::new(pack, None, Clock::wall()));
        packed
    });
    let catalogue = Catalogue::new(std::iter::once(aws).chain(packs).collect());
    let began = Instant::now();
    let leak = leak::read(&catalogue, File::open(file).expect("a file")).expect("a report");
    let took = began.elapsed();
    assert_eq!(leak.found.len(), DIFFERENT, "{:?}", leak.format);
    process::tell(took);
}
