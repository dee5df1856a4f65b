//! A bucket of S3, or of what speaks like it, as a place for the record: each object is written once.
//!
//! Uses our own credentials and the one HTTP client. Never overwrites what is part of a record, and never deletes an object.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential, Checksum};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpRequestBody, HttpResponse, HttpService,
};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, CredentialProvider, ObjectStore as _, ObjectStoreExt as _,
    PutMode, PutOptions, RetryConfig,
};

use super::adapter::Settings;
use super::client::Link;
use crate::domain::why::plain;
use crate::domain::{Because, Clock, Duration, Time, Why};
use crate::provider::http;

/// Where a bucket is, and how it is reached.
#[derive(Clone, Debug)]
pub struct Address {
    /// The bucket's name.
    pub bucket: String,
    /// Its region; otherwise that of the configuration.
    pub region: Option<String>,
    /// Where it is served, where not by the vendor.
    pub endpoint: Option<String>,
    /// How long one request may take.
    pub within: Duration,
}

/// A bucket.
pub struct Bucket {
    store: AmazonS3,
    credentials: Ours,
    client: HttpClient,
    clock: Clock,
    /// The time by the latest answer.
    seen: Arc<Mutex<Option<Time>>>,
    url: String,
    region: String,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Bucket {
    /// Gets ready for requests; none is sent to the bucket yet.
    ///
    /// # Errors
    /// Says what of the configuration does not allow it.
    pub async fn open(address: &Address, settings: Settings, clock: Clock) -> Result<Self, Why> {
        let settings = Settings {
            keeps: Some(address.bucket.clone()),
            ..settings
        };
        let link = Arc::new(Link::new(settings, clock.clone()));
        let seen = Arc::<Mutex<Option<Time>>>::default();
        let region = match &address.region {
            Some(region) => region.clone(),
            None => link.base().await?.region.clone(),
        };
        let client = http::client(address.within)?;
        let within = address.within.unsigned_abs();
        let credentials = Ours(link);
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&address.bucket)
            .with_region(&region)
            .with_credentials(Arc::new(credentials.clone()))
            .with_http_connector(Connector(Heard {
                client: client.clone(),
                date: Arc::clone(&seen),
            }))
            // A bucket with Object Lock wants a checksum of each object.
            .with_checksum_algorithm(Checksum::SHA256)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: std::time::Duration::from_millis(100),
                    ..BackoffConfig::default()
                },
                max_retries: 1,
                retry_timeout: within,
            });
        let host = match &address.endpoint {
            Some(endpoint) => {
                builder = builder
                    .with_endpoint(endpoint)
                    .with_allow_http(endpoint.starts_with("http://"));
                endpoint.trim_end_matches('/').to_owned()
            }
            None => format!(
                "https://s3.{region}.{}",
                super::partition::of(&region).suffix
            ),
        };
        let store = builder.build().map_err(|error| failed(&error))?;
        Ok(Self {
            store,
            credentials,
            client: HttpClient::new(client),
            clock,
            seen,
            url: format!("{host}/{}", address.bucket),
            region,
        })
    }

    /// Writes an object where there is none; `false` where there is one.
    ///
    /// # Errors
    /// Says why not; it may be there all the same.
    pub async fn put_new(&self, key: &str, bytes: &[u8]) -> Result<bool, Why> {
        let options = PutOptions::from(PutMode::Create);
        let put = self
            .store
            .put_opts(&Path::from(key), bytes.to_vec().into(), options)
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The objects under a prefix: what follows it in each key, and the length.
    ///
    /// # Errors
    /// Says why that cannot be told.
    pub async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, Why> {
        let prefix = Path::from(prefix);
        let listed = self.store.list(Some(&prefix));
        let listed: Vec<_> = listed.try_collect().await.map_err(|error| failed(&error))?;
        let named = listed.into_iter().filter_map(|object| {
            let rest = object.location.prefix_match(&prefix)?;
            let parts: Vec<_> = rest.map(|part| part.as_ref().to_owned()).collect();
            Some((parts.join("/"), object.size))
        });
        Ok(named.collect())
    }

    /// What comes right after a prefix, where more follows it.
    ///
    /// # Errors
    /// Says why that cannot be told.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>, Why> {
        let prefix = Path::from(prefix);
        let listed = self.store.list_with_delimiter(Some(&prefix));
        let listed = listed.await.map_err(|error| failed(&error))?;
        let named = listed.common_prefixes.iter();
        let named = named.filter_map(|folder| Some(folder.filename()?.to_owned()));
        Ok(named.collect())
    }

    /// One object; nothing where there is none.
    ///
    /// # Errors
    /// Says why it cannot be had.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Why> {
        let got = self.store.get(&Path::from(key)).await;
        let bytes = match got {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        match bytes {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) => absent(&error),
        }
    }

    /// Writes an object over whatever was there: what only tells, and is no part of a record.
    ///
    /// # Errors
    /// Says why not; it may be there all the same.
    pub async fn say(&self, key: &str, bytes: &[u8]) -> Result<(), Why> {
        let put = self
            .store
            .put(&Path::from(key), bytes.to_vec().into())
            .await;
        put.map(drop).map_err(|error| failed(&error))
    }

    /// One object, and how long ago it was written by the clock of whoever serves the bucket.
    ///
    /// # Errors
    /// Says why that cannot be told.
    pub async fn heard(&self, key: &str) -> Result<Option<(Vec<u8>, Duration)>, Why> {
        let got = match self.store.get(&Path::from(key)).await {
            Ok(got) => got,
            Err(error) => return absent(&error),
        };
        let written = got.meta.last_modified.timestamp_millis();
        let bytes = got.bytes().await.map_err(|error| failed(&error))?;
        // Theirs is asked, and ours only where they say nothing of it.
        let now = hold(&self.seen).unwrap_or_else(|| self.clock.now());
        let age = Duration::from_millis(now.as_millisecond().saturating_sub(written));
        Ok(Some((bytes.into(), age.max(Duration::ZERO))))
    }

    /// What Object Lock keeps new objects for, in the vendor's words, e.g. `COMPLIANCE, 365 days`; nothing where it is off
    /// or has no default.
    ///
    /// # Errors
    /// Says why that cannot be told.
    pub async fn object_lock(&self) -> Result<Option<String>, Why> {
        let unsent =
            |error: &dyn fmt::Display| Why::new(Because::Unavailable, plain(&error.to_string()));
        let credential = self.credentials.now().await?;
        let mut ask = HttpRequest::new(HttpRequestBody::empty());
        // GetObjectLockConfiguration of the S3 API reference.
        let url = format!("{}?object-lock", self.url);
        *ask.uri_mut() = url.parse().map_err(|_| unsent(&"the endpoint is no URL"))?;
        AwsAuthorizer::new(&credential, "s3", &self.region)
            .try_authorize(&mut ask, None)
            .map_err(|error| failed(&error))?;
        let answer = self
            .client
            .execute(ask)
            .await
            .map_err(|error| unsent(&error))?;
        let status = answer.status();
        let body = answer
            .into_body()
            .bytes()
            .await
            .map_err(|error| unsent(&error))?;
        let text = String::from_utf8_lossy(&body);
        let told = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            Some(plain(rest.split_once('<')?.0))
        };
        if status.as_u16() == 404 && told("Code").is_none_or(|code| code != "NoSuchBucket") {
            return Ok(None);
        }
        if !status.is_success() {
            let code = told("Code").unwrap_or_default();
            return Err(Why::new(
                Because::Denied,
                format!("S3 answered {status} {code}"),
            ));
        }
        let span = [("Days", "days"), ("Years", "years")].into_iter();
        let mut span = span.filter_map(|(name, word)| Some(format!("{} {word}", told(name)?)));
        Ok(told("Mode").map(|mode| format!("{mode}, {}", span.next().unwrap_or_default())))
    }
}

fn absent<T>(error: &object_store::Error) -> Result<Option<T>, Why> {
    if matches!(error, object_store::Error::NotFound { .. }) {
        Ok(None)
    } else {
        Err(failed(error))
    }
}

fn failed(error: &object_store::Error) -> Why {
    use object_store::Error as E;
    let because = if matches!(error, E::NotFound { .. }) {
        Because::Missing
    } else if matches!(error, E::PermissionDenied { .. }) {
        Because::Denied
    } else if matches!(error, E::Unauthenticated { .. }) {
        Because::Unauthenticated
    } else {
        Because::Unavailable
    };
    // Whoever serves the bucket writes parts of this text.
    let text: String = plain(&error.to_string()).chars().take(300).collect();
    Why::new(because, text)
}

/// Our own credentials, for whoever asks here.
#[derive(Clone)]
struct Ours(Arc<Link>);

impl fmt::Debug for Ours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ours(..)")
    }
}

impl Ours {
    async fn now(&self) -> Result<AwsCredential, Why> {
        let held = self.0.credentials().await?;
        Ok(AwsCredential {
            key_id: held.access_key_id().to_owned(),
            secret_key: held.secret_access_key().to_owned(),
            token: held.session_token().map(str::to_owned),
        })
    }
}

type Given<'a> =
    Pin<Box<dyn Future<Output = object_store::Result<Arc<AwsCredential>>> + Send + 'a>>;

impl CredentialProvider for Ours {
    type Credential = AwsCredential;

    fn get_credential<'life, 'given>(&'life self) -> Given<'given>
    where
        'life: 'given,
        Self: 'given,
    {
        Box::pin(async move {
            let given = self.now().await.map(Arc::new);
            given.map_err(|why| object_store::Error::Unauthenticated {
                path: String::new(),
                source: why.to_string().into(),
            })
        })
    }
}

/// Sends what the store asks for with the one client, which takes no proxy from the environment; notes what time the
/// answers say it is.
#[derive(Clone, Debug)]
struct Heard {
    client: reqwest::Client,
    date: Arc<Mutex<Option<Time>>>,
}

#[derive(Debug)]
struct Connector(Heard);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

type Answered<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Heard {
    fn call<'life, 'answered>(&'life self, asked: HttpRequest) -> Answered<'answered>
    where
        'life: 'answered,
        Self: 'answered,
    {
        Box::pin(async move {
            let answer = HttpService::call(&self.client, asked).await?;
            let date = answer.headers().get("date");
            let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok());
            if let Some(date) = date {
                *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.timestamp());
            }
            Ok(answer)
        })
    }
}

fn hold(seen: &Mutex<Option<Time>>) -> Option<Time> {
    *seen.lock().unwrap_or_else(PoisonError::into_inner)
}
