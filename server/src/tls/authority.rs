//! The local authority: one root for as long as the data directory lives, and leaves of it.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::Error;
use crate::api::now_milliseconds;

/// The authority's certificate, for tablets to trust; and its key, which never leaves.
const CERTIFICATE: &str = "authority.pem";
const KEY: &str = "authority-key.pem";
/// Clocks of tablets may be behind.
const BEFORE: Duration = Duration::days(2);
const ROOT_LASTS: Duration = Duration::days(3650);
/// No browser takes a leaf of more than 825 days; it is made anew every day.
const LEAF_LASTS: Duration = Duration::days(90);

/// A root and its key.
pub(super) struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The one kept in this folder, made if there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
        if !certificate.exists() {
            make(folder, &certificate, &key)?;
        }
        let pem = read(&certificate)?;
        let unusable = |path: PathBuf| move |_| Error::Unusable(path);
        let key_pair = KeyPair::from_pem(&read(&key)?).map_err(unusable(key))?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&pem, key_pair)
                .map_err(unusable(certificate.clone()))?,
            certificate: CertificateDer::from_pem_slice(pem.as_bytes())
                .map_err(|_| Error::Unusable(certificate))?,
        })
    }

    /// A leaf for this machine as it is called and reached now, and for further names.
    pub(super) fn issue(
        &self,
        names: &[String],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
        let names: Vec<String> = all_names(names).into_iter().collect();
        let mut params = lasting(CertificateParams::new(names)?, LEAF_LASTS);
        params
            .distinguished_name
            .push(DnType::CommonName, "Aftercheck");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let leaf = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
        Ok((vec![leaf.der().clone(), self.certificate.clone()], key))
    }

    /// The certificate's bytes.
    pub(super) fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of the certificate, as certificate viewers write it: what a person compares.
    pub(super) fn fingerprint(&self) -> String {
        let pairs = Sha256::digest(&self.certificate)
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect::<Vec<_>>();
        pairs.join(":")
    }

    /// What the operator reads on the console: where tablets reach it, and how they come to trust it.
    pub(super) fn greeting(&self, names: &[String], bound: SocketAddr) -> String {
        let port = bound.port();
        let reached: Vec<String> = if bound.ip().is_unspecified() {
            all_names(names)
                .into_iter()
                .filter(|name| names.contains(name) || is_far(name))
                .collect()
        } else {
            vec![bound.ip().to_string()]
        };
        let first = reached.first().map_or("localhost", String::as_str);
        let addresses: Vec<_> = reached
            .iter()
            .map(|name| format!("  https://{name}:{port}"))
            .collect();
        format!(
            "平板可用的地址：\n{}\n平板先信任本机的证书机构，一台一次：打开 http://{first}:{port}/authority 下载证书并按步骤安装\n证书指纹（SHA-256，安装前核对）：\n  {}",
            addresses.join("\n"),
            self.fingerprint()
        )
    }
}

/// Makes the root. The key is written first: a certificate always has one.
fn make(folder: &Path, certificate: &Path, key: &Path) -> Result<(), Error> {
    let mut params = lasting(CertificateParams::default(), ROOT_LASTS);
    let name = format!("抽查后处理 本地证书机构（{}）", machine());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pair = KeyPair::generate()?;
    let root = params.self_signed(&pair)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    write_secret(key, &pair.serialize_pem()).map_err(failed(key))?;
    fs::write(certificate, root.pem()).map_err(failed(certificate))
}

fn lasting(mut params: CertificateParams, lasts: Duration) -> CertificateParams {
    let seconds = i64::try_from(now_milliseconds() / 1000).unwrap_or_default();
    let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    params.not_before = now - BEFORE;
    params.not_after = now + lasts;
    params
}

/// For the eyes of the server's own user alone.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

/// Whether another machine reaches it by this address.
fn is_far(name: &str) -> bool {
    name.parse::<Ipv4Addr>().is_ok_and(|ip| !ip.is_loopback())
}

/// What this machine is called.
fn machine() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// Every name and address at which this machine may be reached.
fn all_names(further: &[String]) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = further.iter().cloned().collect();
    names.insert("localhost".to_owned());
    names.insert(IpAddr::from(Ipv4Addr::LOCALHOST).to_string());
    // A machine's name may hold what no certificate takes.
    let machine = machine().to_lowercase();
    if machine
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || char == '-' || char == '.')
        && !machine.is_empty()
    {
        names.insert(machine);
    }
    // Addresses of the moment; where they cannot be listed, those given by name remain.
    let addresses = if_addrs::get_if_addrs().unwrap_or_default();
    names.extend(
        addresses
            .iter()
            .map(if_addrs::Interface::ip)
            .filter(is_lasting)
            .map(|ip| ip.to_string()),
    );
    names
}

/// An address of one link alone is no use to a tablet.
fn is_lasting(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_stays_and_leaves_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(&folder.path().join("tls")).unwrap();
        let again = Authority::open(&folder.path().join("tls")).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        let issue = || again.issue(&["tablets.example".to_owned()]).unwrap().0;
        let (one, other) = (issue(), issue());
        assert_ne!(one[0], other[0], "a leaf of today");
        assert_eq!(
            one[1].as_ref(),
            first.der(),
            "with the root that it hangs on"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_the_server_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(KEY))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_harmed_authority_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        let file = folder.path().join(CERTIFICATE);
        fs::write(&file, "not a certificate").unwrap();
        assert!(
            matches!(Authority::open(folder.path()), Err(Error::Unusable(path)) if path == file)
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "not a certificate");
    }

    #[test]
    fn names_hold_this_machine_and_what_was_added() {
        let names = all_names(&["tablets.example".to_owned()]);
        for name in ["localhost", "127.0.0.1", "tablets.example"] {
            assert!(names.contains(name), "{name}");
        }
    }
}
