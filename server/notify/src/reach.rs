//! Where a request may lead.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::net::lookup_host;
use url::{Host, Url};

use crate::NotifyError;

/// How long it may take to find a name's addresses.
const PATIENCE: Duration = Duration::from_secs(5);

/// Names at which clouds hand out a machine's own credentials.
const METADATA_NAMES: [&str; 4] = ["metadata.google.internal", "metadata.goog", "metadata", "instance-data"];

/// Addresses at which they do, beside link-local ones such as 169.254.169.254: Alibaba's, Oracle's and Azure's.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];

/// Amazon's and Google's.
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Which networks a webhook may lead to. A cloud's metadata service and link-local addresses are never among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    #[default]
    Public,
    /// Also this machine and private networks.
    Any,
}

/// The addresses behind a URL; none for a name that this machine does not know: behind a proxy, only that knows names.
///
/// # Errors
/// [`NotifyError::Settings`] when it leads to where it must not.
pub async fn resolve(url: &Url, reach: Reach) -> Result<Vec<SocketAddr>, NotifyError> {
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = match url.host() {
        Some(Host::Ipv4(ip)) => vec![SocketAddr::new(ip.into(), port)],
        Some(Host::Ipv6(ip)) => vec![SocketAddr::new(ip.into(), port)],
        Some(Host::Domain(name)) => {
            if METADATA_NAMES.contains(&name.trim_end_matches('.')) {
                return Err(machines_own());
            }
            let found = tokio::time::timeout(PATIENCE, lookup_host((name, port))).await;
            found.ok().and_then(Result::ok).map(Iterator::collect).unwrap_or_default()
        }
        None => return Err(NotifyError::Settings("the address names no host".to_owned())),
    };
    addresses.iter().try_for_each(|address| allow(plain(address.ip()), reach))?;
    Ok(addresses)
}

fn allow(ip: IpAddr, reach: Reach) -> Result<(), NotifyError> {
    if is_machines_own(ip) {
        return Err(machines_own());
    }
    if reach == Reach::Public && is_private(ip) {
        let reason = "the address leads to this machine or into a private network, which callback_hosts = \"any\" allows";
        return Err(NotifyError::Settings(reason.to_owned()));
    }
    Ok(())
}

fn machines_own() -> NotifyError {
    let reason =
        "the address is link-local or a cloud's metadata service, where only this machine's own services are";
    NotifyError::Settings(reason.to_owned())
}

/// The IPv4 address that an IPv6 address stands for (mapped, or by NAT64's well-known prefix, RFC 6052), else the address.
fn plain(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => match ip.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                IpAddr::from(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
            }
            _ => ip.into(),
        },
        ip => ip,
    }
}

fn is_machines_own(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified() || METADATA_V4.contains(&ip),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified() || METADATA_V6.contains(&ip),
    }
}

/// This machine, and networks of one's own (RFC 1918, RFC 6598, RFC 4193).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_loopback() || ip.is_private() || first == 0 || first == 100 && (64..128).contains(&second)
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn leads(url: &str, reach: Reach) -> Result<usize, NotifyError> {
        resolve(&url.parse().unwrap(), reach).await.map(|found| found.len())
    }

    #[tokio::test]
    async fn a_clouds_metadata_is_never_reached() {
        for host in [
            "169.254.169.254",
            "[fd00:ec2::254]",
            "[fd20:ce::254]",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "0.0.0.0",
            "[fe80::1]",
            "2852039166",
            "metadata.google.internal",
            "METADATA.google.internal.",
            "metadata",
        ] {
            assert_eq!(
                leads(&format!("http://{host}/latest"), Reach::Any).await,
                Err(machines_own()),
                "{host}"
            );
        }
    }

    #[tokio::test]
    async fn private_networks_are_reached_only_where_that_is_allowed() {
        for host in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "[::1]",
            "[fd12::1]",
            "localhost",
            "[::ffff:10.0.0.1]",
            "127.1",
            "0x7f.1",
        ] {
            let url = format!("https://{host}:8443/hook");
            assert!(matches!(leads(&url, Reach::Public).await, Err(NotifyError::Settings(_))), "{host}");
            assert!(leads(&url, Reach::Any).await.is_ok_and(|found| found > 0), "{host}");
        }
        for host in ["203.0.113.7", "172.32.0.1", "100.128.0.1", "[2001:db8::1]"] {
            assert_eq!(leads(&format!("https://{host}/hook"), Reach::Public).await, Ok(1), "{host}");
        }
    }
}
