//! Which hosts are this machine, and which are on a private network.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, header, uri::Authority},
    middleware::Next,
    response::Response,
};
use url::Host;

use crate::{
    Simulator,
    api::{error::ApiError, gate},
};

/// Ends of the names that are resolved on a private network only.
const PRIVATE_DOMAINS: [&str; 4] = [".home.arpa", ".internal", ".lan", ".local"];

/// Returns true if every host that a request names, in its target and in `Host`, is this machine.
///
/// A browser sends the name that a page was opened by. A name that leads to this machine by DNS alone belongs to a site
/// elsewhere, whose page must not pass for one of this machine's (DNS rebinding). A request that names no host comes from
/// no browser and is accepted.
pub fn names_only_loopback(target: &Uri, headers: &HeaderMap) -> bool {
    let in_target = target.authority().map(|authority| authority.as_str().as_bytes());
    let in_headers = headers.get_all(header::HOST).iter().map(HeaderValue::as_bytes);
    in_headers.chain(in_target).all(is_loopback_authority)
}

/// Refuses requests to other hosts with 421.
pub(crate) async fn require_loopback(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    if names_only_loopback(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        gate::refuse(&simulator, request, ApiError::misdirected())
    }
}

/// Returns true for the names and addresses that mean this machine wherever they are used.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = without_root(name.as_ref());
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).to_canonical().is_loopback(),
    }
}

/// Returns true for loopback, private addresses, and names that no public DNS knows, such as those of containers.
pub(crate) fn is_private<S: AsRef<str>>(host: &Host<S>) -> bool {
    let is_private_name =
        |name: &str| !name.contains('.') || PRIVATE_DOMAINS.iter().any(|domain| name.ends_with(domain));
    let is_private_address = |address: IpAddr| match address.to_canonical() {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    };
    is_loopback(host)
        || match host {
            Host::Domain(name) => is_private_name(without_root(name.as_ref())),
            Host::Ipv4(address) => is_private_address(IpAddr::V4(*address)),
            Host::Ipv6(address) => is_private_address(IpAddr::V6(*address)),
        }
}

fn is_loopback_authority(authority: &[u8]) -> bool {
    Authority::try_from(authority).is_ok_and(|authority| {
        !authority.as_str().contains('@')
            && Host::parse(authority.host()).is_ok_and(|host| is_loopback(&host))
    })
}

/// The name without the dot that stands for the root of DNS.
fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["localhost"], true)]
    #[case(&["LOCALHOST:3100"], true)]
    #[case(&["localhost.:3100"], true)]
    #[case(&["app.localhost:3100"], true)]
    #[case(&["127.0.0.1:3100"], true)]
    #[case(&["127.8.9.1"], true)]
    #[case(&["[::1]:3100"], true)]
    #[case(&["[::ffff:127.0.0.1]"], true)]
    #[case(&["rebind.example:3100"], false)]
    #[case(&["localhost.example"], false)]
    #[case(&["notlocalhost"], false)]
    #[case(&["127.0.0.1.example"], false)]
    #[case(&["0.0.0.0:3100"], false)]
    #[case(&["[::]:3100"], false)]
    #[case(&["192.168.0.7:3100"], false)]
    #[case(&["localhost@rebind.example"], false)]
    #[case(&["rebind.example@localhost"], false)]
    #[case(&["localhost, rebind.example"], false)]
    #[case(&["localhost/rebind.example"], false)]
    #[case(&["localhost", "rebind.example"], false)]
    #[case(&["l\u{f6}calhost"], false)]
    #[case(&[":3100"], false)]
    #[case(&[""], false)]
    #[case(&[], true)]
    fn only_names_of_this_machine_pass(#[case] hosts: &[&str], #[case] passes: bool) {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_bytes(host.as_bytes()).expect("a header"));
        }
        assert_eq!(names_only_loopback(&Uri::from_static("/"), &headers), passes);
    }

    #[rstest]
    #[case("http://localhost:3100/", true)]
    #[case("http://rebind.example/", false)]
    fn the_target_counts_too(#[case] target: &'static str, #[case] passes: bool) {
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("localhost"))]);
        assert_eq!(names_only_loopback(&Uri::from_static(target), &headers), passes);
    }

    #[rstest]
    #[case("connect", true)]
    #[case("host.docker.internal", true)]
    #[case("connect.default.svc.cluster.local.", true)]
    #[case("nas.lan", true)]
    #[case("10.1.2.3", true)]
    #[case("172.31.0.1", true)]
    #[case("192.168.0.7", true)]
    #[case("[fd00::7]", true)]
    #[case("[::1]", true)]
    #[case("localhost", true)]
    #[case("host.example", false)]
    #[case("internal.example", false)]
    #[case("203.0.113.9", false)]
    #[case("172.32.0.1", false)]
    #[case("169.254.169.254", false)]
    #[case("[2001:db8::1]", false)]
    fn private_networks_are_known(#[case] host: &str, #[case] private: bool) {
        assert_eq!(is_private(&Host::parse(host).expect("a host")), private);
    }
}
