use std::net::IpAddr;

/// An address or a network: its first and its last address. An IPv4 address that is mapped
/// into IPv6 (RFC 4291, section 2.5.5.2) is an IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    V4(u32, u32),
    V6(u128, u128),
}

impl Network {
    /// Reads `192.0.2.1`, `192.0.2.0/24` and the same of IPv6. The error says what is wrong
    /// with it.
    pub fn parse(text: &str) -> Result<Network, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr =
            address.parse().map_err(|_| "is neither an address nor a network such as 192.0.2.0/24")?;
        match address {
            IpAddr::V4(v4) => {
                let prefix = prefix_of(prefix, 32)?;
                v4_network(v4.into(), prefix, prefix)
            }
            IpAddr::V6(v6) => {
                let prefix = prefix_of(prefix, 128)?;
                match v6.to_ipv4_mapped() {
                    Some(v4) if prefix >= 96 => v4_network(v4.into(), prefix - 96, prefix),
                    _ => v6_network(v6.into(), prefix),
                }
            }
        }
    }
}

/// The bits that all addresses of a network share; of a single address all.
fn prefix_of(text: Option<&str>, bits: u32) -> Result<u32, String> {
    let text = match text {
        Some(text) => text,
        None => return Ok(bits),
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let prefix = text.parse().ok().filter(|p| digits && *p <= bits);
    prefix.ok_or(format!("has the prefix /{text}, which is none from /0 to /{bits}"))
}

/// `written` is the prefix as the operator wrote it.
fn v4_network(address: u32, prefix: u32, written: u32) -> Result<Network, String> {
    let rest = u32::MAX.checked_shr(prefix).unwrap_or(0);
    match address & rest {
        0 => Ok(Network::V4(address, address | rest)),
        _ if prefix == 32 => Ok(Network::V4(address, address)),
        _ => Err(beyond(IpAddr::V4((address & !rest).into()), prefix, written)),
    }
}

fn v6_network(address: u128, prefix: u32) -> Result<Network, String> {
    let rest = u128::MAX.checked_shr(prefix).unwrap_or(0);
    match address & rest {
        0 => Ok(Network::V6(address, address | rest)),
        _ => Err(beyond(IpAddr::V6((address & !rest).into()), prefix, prefix)),
    }
}

/// An address that goes on after the prefix is more often a slip than a network.
fn beyond(network: IpAddr, prefix: u32, written: u32) -> String {
    format!("goes on after the {written} bits of its prefix; the network is {network}/{prefix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read() {
        for (text, want) in [
            ("192.0.2.1", Network::V4(0xc0000201, 0xc0000201)),
            ("192.0.2.0/24", Network::V4(0xc0000200, 0xc00002ff)),
            ("192.0.2.1/32", Network::V4(0xc0000201, 0xc0000201)),
            ("0.0.0.0/0", Network::V4(0, u32::MAX)),
            ("::1", Network::V6(1, 1)),
            ("::/0", Network::V6(0, u128::MAX)),
            ("2001:db8::/32", Network::V6(0x20010db8 << 96, (0x20010db9 << 96) - 1)),
            ("::ffff:192.0.2.1", Network::V4(0xc0000201, 0xc0000201)),
            ("::ffff:192.0.2.0/120", Network::V4(0xc0000200, 0xc00002ff)),
            ("::ffff:0:0/96", Network::V4(0, u32::MAX)),
        ] {
            assert_eq!(Network::parse(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_the_reason() {
        let none = "is neither an address nor a network such as 192.0.2.0/24";
        for (text, want) in [
            ("", none),
            ("localhost", none),
            ("192.0.2", none),
            ("192.0.2.01", none),
            ("192.0.2.256", none),
            (" 192.0.2.1", none),
            ("::1%lo", none),
            ("/24", none),
            ("192.0.2.0/33", "has the prefix /33, which is none from /0 to /32"),
            ("192.0.2.0/", "has the prefix /, which is none from /0 to /32"),
            ("192.0.2.0/+8", "has the prefix /+8, which is none from /0 to /32"),
            ("192.0.2.0/024", "has the prefix /024, which is none from /0 to /32"),
            ("192.0.2.0/99999999999", "has the prefix /99999999999, which is none from /0 to /32"),
            ("::/129", "has the prefix /129, which is none from /0 to /128"),
            ("192.0.2.1/24", "goes on after the 24 bits of its prefix; the network is 192.0.2.0/24"),
            ("10.0.0.1/0", "goes on after the 0 bits of its prefix; the network is 0.0.0.0/0"),
            ("2001:db8::1/64", "goes on after the 64 bits of its prefix; the network is 2001:db8::/64"),
            ("::ffff:192.0.2.1/120", "goes on after the 120 bits of its prefix; the network is 192.0.2.0/24"),
            ("::ffff:0:0/95", "goes on after the 95 bits of its prefix; the network is ::fffe:0:0/95"),
        ] {
            assert_eq!(Network::parse(text), Err(want.into()), "{text}");
        }
    }
}
