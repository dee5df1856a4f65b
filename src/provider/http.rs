//! The one HTTP client of our own: deadlines, no redirects, no proxy from the environment, rustls.
//!
//! Never follows a redirect, so that no credential travels to a host that nobody configured. The AWS SDK brings a client
//! of its own, which takes no proxy from the environment either: `aws/client.rs` sees to that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::domain::{Because, Duration, Secret, Why};

/// What this machine trusts: rustls with the certificates of the system. They are read once, for as long as the process lives.
///
/// # Errors
/// Says that the system has none that can be read.
pub fn trust() -> Result<rustls::ClientConfig, Why> {
    static TRUST: OnceLock<Option<rustls::ClientConfig>> = OnceLock::new();
    let trust = TRUST.get_or_init(|| {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let built = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(rustls::ConfigBuilder::with_platform_verifier);
        Some(built.ok()?.with_no_client_auth())
    });
    let text =
        "the TLS set-up of this machine allows no connection: its certificates cannot be read";
    let trust = trust.clone();
    trust.ok_or_else(|| Why::new(Because::Unavailable, text))
}

/// Builds the client; `deadline` covers a whole exchange.
///
/// # Errors
/// Says why the machine's TLS set-up allows no client.
pub fn client(deadline: Duration) -> Result<reqwest::Client, Why> {
    built(builder(deadline).tls_backend_preconfigured(trust_of_http()?))
}

/// Builds a client that connects to names with public addresses only, or also to private ones.
///
/// # Errors
/// Says why the machine's TLS set-up allows no client.
pub fn guarded(deadline: Duration, private: bool) -> Result<reqwest::Client, Why> {
    known(deadline, private, &Tls::default())
}

/// What a client believes of the other side, and shows of ours, beside what the machine does.
#[derive(Clone, Copy, Default)]
pub struct Tls<'a> {
    /// The certificates, as PEM, that the other side is checked by, instead of the machine's own.
    pub roots: Option<&'a Secret>,
    /// A certificate of ours, with those between it and its root, and its private key; both as PEM.
    pub identity: Option<(&'a Secret, &'a Secret)>,
}

/// Builds a guarded client that knows the other side by certificates of its own, or is known by one.
///
/// # Errors
/// Says which certificate or key cannot be read, or why the machine's TLS set-up allows no client.
pub fn known(deadline: Duration, private: bool, tls: &Tls<'_>) -> Result<reqwest::Client, Why> {
    let unreadable = |what: &str| Why::new(Because::Unauthenticated, what);
    let mut builder = builder(deadline).dns_resolver(Arc::new(Guard::new(private)));
    if let Some(roots) = tls.roots {
        let text = "the certificates that the host is checked by cannot be read: they are PEM";
        let roots = reqwest::Certificate::from_pem_bundle(roots.expose().as_bytes());
        let roots = roots.ok().filter(|roots| !roots.is_empty());
        builder = builder.tls_certs_only(roots.ok_or_else(|| unreadable(text))?);
    }
    if let Some((certificate, key)) = tls.identity {
        let text =
            "our certificate or its key cannot be read: both are PEM, the key without a password";
        let pem = zeroize::Zeroizing::new(format!("{}\n{}", certificate.expose(), key.expose()));
        let identity = reqwest::Identity::from_pem(pem.as_bytes());
        builder = builder.identity(identity.map_err(|_| unreadable(text))?);
    }
    if tls.roots.is_none() && tls.identity.is_none() {
        builder = builder.tls_backend_preconfigured(trust_of_http()?);
    }
    built(builder)
}

fn trust_of_http() -> Result<rustls::ClientConfig, Why> {
    let mut trust = trust()?;
    trust.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(trust)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that builds an HTTP client"
)]
fn builder(deadline: Duration) -> reqwest::ClientBuilder {
    let deadline = deadline.unsigned_abs();
    reqwest::Client::builder()
        .connect_timeout(deadline.min(std::time::Duration::from_secs(5)))
        .timeout(deadline)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("contain/", env!("CARGO_PKG_VERSION")))
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Why> {
    builder
        .build()
        .map_err(|_| Why::new(Because::Unavailable, "no HTTP client could be made"))
}

/// What sort of address this is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Anybody's.
    Public,
    /// This machine's own.
    Loopback,
    /// A private network's.
    Private,
    /// Link-local, metadata, unspecified, multicast: nothing of ours goes there.
    Never,
}

/// The sort of an address that is written out, brackets allowed; nothing for a name.
#[must_use]
pub fn literal(host: &str) -> Option<Place> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().map(place)
}

/// The sort of an address (the IANA special-purpose registries, as far as they matter here).
#[must_use]
pub fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => match inner(address) {
            Some(inner) => place_v4(inner),
            None => place_v6(address),
        },
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped or compatible (RFC 4291), translated (RFC 6052), or 6to4 (RFC 3056).
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    let is_translated = (first, second, third, fourth, fifth, sixth) == (0x64, 0xff9b, 0, 0, 0, 0);
    let is_compatible = (first, second, third, fourth, fifth, sixth) == (0, 0, 0, 0, 0, 0)
        && !address.is_loopback()
        && !address.is_unspecified();
    match () {
        () if is_translated || is_compatible => Some(of(seventh, eighth)),
        () if first == 0x2002 => Some(of(second, third)),
        () => address.to_ipv4_mapped(),
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    match () {
        () if address.is_loopback() => Place::Loopback,
        () if address.is_link_local() || address.is_multicast() || first == 0 || first >= 240 => {
            Place::Never
        }
        () if address.is_private() || is_shared => Place::Private,
        () => Place::Public,
    }
}

fn place_v6(address: Ipv6Addr) -> Place {
    // The metadata address of EC2 over IPv6.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let [first, second, third, .., seventh, eighth] = address.segments();
    let last = Ipv4Addr::from(u32::from(seventh) << 16 | u32::from(eighth));
    // A translation of this network's own (RFC 8215), which may lead anywhere inside of it.
    let is_own = (first, second, third) == (0x64, 0xff9b, 1);
    match () {
        () if address.is_loopback() => Place::Loopback,
        () if is_own && place_v4(last) != Place::Never => Place::Private,
        () if is_own => Place::Never,
        () if address == METADATA
            || address.is_unspecified()
            || address.is_multicast()
            || address.is_unicast_link_local() =>
        {
            Place::Never
        }
        () if address.is_unique_local() => Place::Private,
        () => Place::Public,
    }
}

/// Reads the address of a host: `https`, or plain `http` on loopback; a private one only where that is configured.
///
/// # Errors
/// Says what is wrong with it.
pub fn address(text: &str, private: bool) -> Result<Url, Why> {
    let invalid = |text: &str| Why::new(Because::Invalid, text);
    let form = "an address is written https://HOST, without query, fragment or user";
    let url = Url::parse(text).map_err(|_| invalid(form))?;
    let host = url.host_str().unwrap_or_default();
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if host.is_empty() || !is_plain {
        return Err(invalid(form));
    }
    match (url.scheme(), sort(host)) {
        (_, Place::Never) => Err(invalid(
            "nothing is sent to a link-local or metadata address",
        )),
        (_, Place::Private) if !private => Err(invalid(
            "the address is private; say `private: true` where that is meant",
        )),
        ("https", _) | ("http", Place::Loopback) => Ok(url),
        ("http", _) => Err(invalid(
            "an address is https; plain http is for loopback alone",
        )),
        _ => Err(invalid(form)),
    }
}

/// The sort of a host as its text tells it.
#[must_use]
pub fn sort(host: &str) -> Place {
    let known = match host {
        "localhost" => Place::Loopback,
        _ => Place::Public,
    };
    literal(host).unwrap_or(known)
}

/// The addresses of a name, as they come.
type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up and refuses what they may not mean, at the moment of connecting. What was looked at is what is connected
/// to: no name is looked up a second time for the same connection.
struct Guard {
    private: bool,
    lookup: Box<dyn Fn(String) -> Found + Send + Sync>,
}

impl Guard {
    fn new(private: bool) -> Self {
        let lookup = |name: String| -> Found {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.collect())
            })
        };
        Self {
            private,
            lookup: Box::new(lookup),
        }
    }
}

/// A name that means an address to which nothing is sent.
#[derive(Debug, thiserror::Error)]
#[error("the name means an address to which nothing is sent unless it is configured")]
struct Refused;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            let is_allowed = |address: &SocketAddr| match place(address.ip()) {
                Place::Public => true,
                Place::Loopback | Place::Private => private,
                Place::Never => false,
            };
            // One forbidden address is enough: which of them is taken is not ours to choose.
            if !found.iter().all(is_allowed) {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Why a client refused to connect, where it was its own rule.
#[must_use]
pub fn refused(failed: &reqwest::Error) -> Option<Why> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(failed);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return Some(Why::new(Because::Forbidden, error.to_string()));
        }
        cause = error.source();
    }
    None
}

/// Turns a failed exchange into a reason; nothing of the request is repeated in it.
#[must_use]
pub fn why(failed: &reqwest::Error, what: &str) -> Why {
    if failed.is_timeout() && !failed.is_connect() {
        Why::new(
            Because::Timeout,
            format!("{what} gave no answer within the deadline"),
        )
    } else if failed.is_body() || failed.is_decode() {
        Why::new(Because::Garbled, format!("{what} broke off its answer"))
    } else {
        Why::new(Because::Unavailable, format!("{what} was not reached"))
    }
}

/// Reads the body of a reply; nothing where it is longer than so many bytes, however much of it there is.
///
/// # Errors
/// The exchange broke off.
pub async fn body(
    mut reply: reqwest::Response,
    most: usize,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(more) = reply.chunk().await? {
        if more.len() > most - bytes.len() {
            return Ok(None);
        }
        bytes.extend_from_slice(&more);
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_public_only_where_it_is_nobody_elses() {
        for (address, wanted) in [
            ("203.0.113.9", Place::Public),
            ("8.8.8.8", Place::Public),
            ("127.0.0.1", Place::Loopback),
            ("[::1]", Place::Loopback),
            ("::ffff:127.0.0.1", Place::Loopback),
            ("10.1.2.3", Place::Private),
            ("172.16.0.1", Place::Private),
            ("192.168.1.1", Place::Private),
            ("100.64.0.1", Place::Private),
            ("::ffff:10.0.0.1", Place::Private),
            ("fd12::1", Place::Private),
            ("169.254.169.254", Place::Never),
            ("::ffff:169.254.169.254", Place::Never),
            ("[fe80::1]", Place::Never),
            ("fd00:ec2::254", Place::Never),
            ("0.0.0.0", Place::Never),
            ("[::]", Place::Never),
            ("255.255.255.255", Place::Never),
            ("224.0.0.1", Place::Never),
            ("2600::1", Place::Public),
            ("64:ff9b::a9fe:a9fe", Place::Never),
            ("64:ff9b::10.0.0.1", Place::Private),
            ("2002:7f00:1::1", Place::Loopback),
            ("64:ff9b::8.8.8.8", Place::Public),
            ("::169.254.169.254", Place::Never),
            ("::127.0.0.1", Place::Loopback),
            ("[::10.0.0.1]", Place::Private),
            ("::8.8.8.8", Place::Public),
            ("64:ff9b:1::10.0.0.1", Place::Private),
            ("64:ff9b:1::8.8.8.8", Place::Private),
            ("64:ff9b:1::169.254.169.254", Place::Never),
        ] {
            assert_eq!(literal(address), Some(wanted), "{address}");
        }
        assert_eq!(literal("example.com"), None);
    }

    #[tokio::test]
    async fn a_name_that_means_this_machine_is_refused_unless_that_is_configured() {
        let name = || "localhost".parse().unwrap_or_else(|_| unreachable!());
        let found = async |private| Guard::new(private).resolve(name()).await;
        assert!(found(false).await.is_err_and(|error| error.is::<Refused>()));
        assert!(
            found(true)
                .await
                .is_ok_and(|mut found| found.next().is_some())
        );
    }

    /// A server that answers every connection and then closes it.
    async fn server() -> SocketAddr {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|_| unreachable!());
        let address = listener.local_addr().unwrap_or_else(|_| unreachable!());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut part = [0; 1024];
                drop(stream.read(&mut part).await);
                let reply = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                drop(stream.write_all(reply).await);
            }
        });
        address
    }

    #[tokio::test]
    async fn a_name_that_means_something_else_meanwhile_is_not_followed_there() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let there = server().await;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        // First the server, from then on the metadata service.
        let lookup = move |_: String| -> Found {
            let first = count.fetch_add(1, Ordering::SeqCst) == 0;
            let address = match first {
                true => SocketAddr::new(there.ip(), 0),
                false => SocketAddr::from(([169, 254, 169, 254], 0)),
            };
            Box::pin(async move { Ok(vec![address]) })
        };
        let guard = Guard {
            private: true,
            lookup: Box::new(lookup),
        };
        let deadline = Duration::from_secs(5);
        let client = built(builder(deadline).dns_resolver(Arc::new(guard)));
        let client = client.unwrap_or_else(|_| unreachable!());
        let url = format!("http://vendor.invalid:{}/", there.port());
        let first = client.get(&url).send().await;
        assert!(first.is_ok_and(|reply| reply.status().as_u16() == 204));
        assert_eq!(
            asked.load(Ordering::SeqCst),
            1,
            "looked up once, connected there"
        );
        let second = client.get(&url).send().await;
        let why = second.err().as_ref().and_then(refused);
        assert_eq!(why.map(|why| why.because), Some(Because::Forbidden));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
