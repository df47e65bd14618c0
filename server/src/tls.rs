//! HTTPS. Browsers keep nothing for offline work over plain HTTP from another machine, so a tablet
//! needs it: with the operator's certificate, or with one of a local authority that is made on
//! first use and that each tablet is told to trust once.

mod authority;
mod listener;
mod page;

use std::{
    fmt,
    fs::File,
    io::{self, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Router,
    http::{
        HeaderValue,
        header::{SET_COOKIE, STRICT_TRANSPORT_SECURITY},
    },
    middleware::map_response,
    response::Response,
};
use clap::Args;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{net::TcpListener, time::sleep};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};

use self::authority::Authority;
use crate::console::reason;

/// How often the certificate is made or read anew.
const RENEWED_EVERY: Duration = Duration::from_hours(24);
/// A browser that has heard it asks this name for nothing but HTTPS, for a year.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

#[derive(Args, Debug)]
#[group(id = "https")]
pub(crate) struct Options {
    /// 用 HTTPS，平板才能离线办理；没有证书文件就用本机的证书机构，首次自动建立
    #[arg(long)]
    tls: bool,
    /// 单位自己的证书（PEM，连同中间证书）
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// 证书的私钥（PEM）
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// 本机证书另外写上的域名或地址，可写多个
    #[arg(long, value_name = "NAME", conflicts_with = "tls_certificate")]
    tls_name: Vec<String>,
}

/// Why there is no HTTPS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file could not be read or written.
    #[error("{} 不能读写：{}", path.display(), reason(source))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds no certificate, or no key.
    #[error("{} 里没有可用的证书或私钥", .0.display())]
    Unusable(PathBuf),
    /// Certificate and key are not of each other, or of a kind that nobody knows.
    #[error("证书不能使用：{0}")]
    Certificate(#[from] rustls::Error),
    /// A certificate could not be made.
    #[error("证书不能签发：{0}")]
    Issue(#[from] rcgen::Error),
}

/// Where the certificate comes from.
enum Source {
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
    Local {
        authority: Box<Authority>,
        names: Vec<String>,
    },
}

impl Source {
    fn certified(&self) -> Result<CertifiedKey, Error> {
        let (chain, key) = match self {
            Self::Files { certificate, key } => (read_chain(certificate)?, read_key(key)?),
            Self::Local { authority, names } => authority.issue(names)?,
        };
        Ok(CertifiedKey::from_der(
            chain,
            key,
            &ring::default_provider(),
        )?)
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unusable = || Error::Unusable(path.to_owned());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_reader_iter(open(path)?).collect();
    let chain = chain.map_err(|_| unusable())?;
    if chain.is_empty() {
        Err(unusable())
    } else {
        Ok(chain)
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_reader(open(path)?).map_err(|_| Error::Unusable(path.to_owned()))
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })
}

/// The certificate of the moment: every new connection is shown it.
struct Current(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(
            self.0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }
}

/// HTTPS as it was asked for.
pub(crate) struct Tls {
    source: Source,
    current: Arc<Current>,
}

impl Tls {
    /// As the options say; `None` where they ask for plain HTTP. A local authority is kept in `data`.
    ///
    /// # Errors
    /// [`Error`], each with the file that is at fault.
    pub(crate) fn of(options: &Options, data: &Path) -> Result<Option<Self>, Error> {
        let source = match (&options.tls_certificate, &options.tls_key) {
            (Some(certificate), Some(key)) => Source::Files {
                certificate: certificate.clone(),
                key: key.clone(),
            },
            _ if options.tls => Source::Local {
                authority: Box::new(Authority::open(&data.join("tls"))?),
                names: options.tls_name.clone(),
            },
            _ => return Ok(None),
        };
        let current = Arc::new(Current(RwLock::new(Arc::new(source.certified()?))));
        Ok(Some(Self { source, current }))
    }

    /// What the operator reads on the console, for a server at these addresses.
    pub(crate) fn greeting(&self, bound: SocketAddr) -> String {
        match &self.source {
            Source::Files { .. } => String::new(),
            Source::Local { authority, names } => authority.greeting(names, bound),
        }
    }

    /// What is served over HTTPS: the same, and where to get the authority's certificate.
    pub(crate) fn router(&self, router: Router) -> Router {
        let is_local = match &self.source {
            Source::Files { .. } => false,
            Source::Local { .. } => true,
        };
        let marked = move |response: Response| std::future::ready(mark(response, is_local));
        router.merge(self.pages()).layer(map_response(marked))
    }

    /// What is served to who asks in plain HTTP: the authority's certificate, which must be had
    /// before it is trusted; for the rest, the way to HTTPS.
    pub(crate) fn plain_router(&self) -> Router {
        self.pages().fallback(page::to_https)
    }

    fn pages(&self) -> Router {
        match &self.source {
            Source::Files { .. } => Router::new(),
            Source::Local { authority, .. } => page::router(authority),
        }
    }

    /// Parts a listener: connections under TLS, and plain ones.
    pub(crate) fn listen(
        &self,
        listener: TcpListener,
    ) -> io::Result<(listener::Secure, listener::Plain)> {
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        listener::part(listener, TlsAcceptor::from(Arc::new(config)))
    }

    /// Makes or reads the certificate anew, day by day. Names and addresses are then as they are.
    pub(crate) async fn renew(self) {
        loop {
            sleep(RENEWED_EVERY).await;
            // Where it fails the old one stays, and it is tried again.
            if let Ok(certified) = self.source.certified() {
                let mut current = self
                    .current
                    .0
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(certified);
            }
        }
    }
}

/// Cookies go over HTTPS alone. Strict transport is not for a local authority: who loses trust in
/// it must still reach the page that gives it back.
fn mark(mut response: Response, is_local: bool) -> Response {
    let head = response.headers_mut();
    if let Some(cookie) = head.get(SET_COOKIE) {
        let secured = [cookie.as_bytes(), b"; Secure"].concat();
        if let Ok(secured) = HeaderValue::from_bytes(&secured) {
            head.insert(SET_COOKIE, secured);
        }
    }
    if !is_local {
        head.insert(STRICT_TRANSPORT_SECURITY, STRICT);
    }
    response
}
