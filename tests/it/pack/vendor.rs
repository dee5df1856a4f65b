//! A vendor on loopback that answers by a function of the test, with or without TLS, and keeps what came.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A file of the keys and certificates of the tests.
pub(crate) fn pki(name: &str) -> String {
    let path = format!("{}/tests/fixtures/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    /// Method, path and query.
    pub(crate) line: String,
    /// Everything before the body.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Came {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// A field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let url = format!("https://form.invalid/?{}", self.body);
        let url: reqwest::Url = url.parse().unwrap();
        let mut pairs = url.query_pairs();
        pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
    }
}

/// What a vendor answers: status, further header lines, body.
pub(crate) type Said = (u16, String, String);

/// A vendor.
pub(crate) struct Vendor {
    pub(crate) base: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Vendor {
    /// Starts one that answers in the clear.
    pub(crate) fn start(answer: impl Fn(&Came) -> Said + Send + 'static) -> Self {
        Self::with(None, answer)
    }

    /// Starts one that wants to be shown a certificate of our test CA, or not.
    pub(crate) fn secured(wants: bool, answer: impl Fn(&Came) -> Said + Send + 'static) -> Self {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(pki("ca.pem").as_bytes()).unwrap();
        roots.add(root).unwrap();
        let certificate = CertificateDer::from_pem_slice(pki("server.pem").as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pki("server.key").as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match wants {
            true => config.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .unwrap(),
            ),
            false => config.with_no_client_auth(),
        };
        let config = config.with_single_cert(vec![certificate], key).unwrap();
        Self::with(Some(Arc::new(config)), answer)
    }

    fn with(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Came) -> Said + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{}", listener.local_addr().unwrap());
        let came = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&came);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                match &tls {
                    None => serve(stream, &kept, &answer),
                    Some(config) => {
                        let tls = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(tls, stream), &kept, &answer);
                    }
                }
            }
        });
        Self { base, came }
    }

    /// What came, in order.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// The lines of what came.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.came().into_iter().map(|came| came.line).collect()
    }
}

fn serve<S: Read + Write>(mut stream: S, kept: &Mutex<Vec<Came>>, answer: &dyn Fn(&Came) -> Said) {
    let Some(came) = request(&mut stream) else {
        return;
    };
    let (status, headers, body) = answer(&came);
    kept.lock().unwrap().push(came);
    let head = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    drop(stream.write_all(head.as_bytes()));
    drop(stream.flush());
}

fn request(stream: &mut impl Read) -> Option<Came> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_lowercase();
            let length = lower
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                let line = head.lines().next()?.rsplit_once(' ')?.0.to_owned();
                return Some(Came {
                    line,
                    head: head.to_owned(),
                    body: body.to_owned(),
                });
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

/// Whether something listens there; used to see that nothing was sent to it.
pub(crate) fn silent() -> (String, Arc<Mutex<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hits = Arc::new(Mutex::new(0));
    let count = Arc::clone(&hits);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            *count.lock().unwrap() += 1;
            drop::<TcpStream>(stream);
        }
    });
    (base, hits)
}
