package outbound

import (
	"net/netip"
	"slices"
	"strings"
)

// guard says which addresses may be dialled: those of the public internet, and
// what the operator granted beyond.
type guard struct {
	granted []netip.Prefix // sorted, each once
}

func newGuard(granted []netip.Prefix) guard {
	g := guard{make([]netip.Prefix, 0, len(granted))}
	for _, p := range granted {
		g.granted = append(g.granted, p.Masked())
	}
	slices.SortFunc(g.granted, netip.Prefix.Compare)
	g.granted = slices.Compact(g.granted)
	return g
}

// key is the same for guards that allow the same.
func (g guard) key() string {
	var b strings.Builder
	for _, p := range g.granted {
		b.WriteString(p.String())
		b.WriteByte(' ')
	}
	return b.String()
}

// refuses says what kind of address a is if it may not be dialled, "" if it may.
// One that carries another address is refused with it.
func (g guard) refuses(a netip.Addr) (why string) {
	a = a.Unmap().WithZone("")
	why = kindOf(a)
	for _, inner := range embedded(a) {
		if k := g.refuses(inner); why == "" && k != "" {
			why = k + ", by NAT64"
		}
	}
	if why != "" && g.grants(a, why) {
		return ""
	}
	return why
}

// grants reports whether the operator allows an address. One of a metadata
// service gives credentials to whoever asks: it must be granted by itself and
// not as one of many.
func (g guard) grants(a netip.Addr, why string) bool {
	alone := strings.HasPrefix(why, metadata)
	return slices.ContainsFunc(g.granted, func(p netip.Prefix) bool {
		return p.Contains(a) && (!alone || p.IsSingleIP())
	})
}

const metadata = "the address of a metadata service"

// metadataServices answer with credentials of the machine: of EC2 and most
// others, ECS and EKS, Azure's platform, Oracle, Alibaba.
var metadataServices = addresses("169.254.169.254 169.254.170.2 169.254.170.23 168.63.129.16 192.0.0.192 100.100.100.200 " +
	"fd00:ec2::254 fd00:ec2::23 fd20:ce::254")

// special are what is not of the public internet: IANA's registries of special
// purpose addresses, those for IPv4 and IPv6, as of RFC 6890. The first that
// contains an address names it.
var special = []struct {
	why      string
	prefixes []netip.Prefix
}{
	{"unspecified", prefixes("0.0.0.0/8 ::/128")},
	{"loopback", prefixes("127.0.0.0/8 ::1/128")},
	{"private", prefixes("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10")},
	{"shared by a provider's customers (CGNAT)", prefixes("100.64.0.0/10")},
	{"link-local", prefixes("169.254.0.0/16 fe80::/10")},
	{"multicast", prefixes("224.0.0.0/4 ff00::/8")},
	{"for documentation", prefixes("192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20")},
	{"for benchmarks", prefixes("198.18.0.0/15 2001:2::/48")},
	{"of a tunnel (6to4, Teredo)", prefixes("2002::/16 2001::/32 192.88.99.0/24")},
	{"reserved", prefixes("192.0.0.0/24 240.0.0.0/4 2001::/23")},
}

// NAT64 carries IPv4 in the last 32 bits of 64:ff9b::/96 (RFC 6052), and, where a
// network chose so, anywhere that RFC 6052 allows in 64:ff9b:1::/48 (RFC 8215).
var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")
	// unicast is where public IPv6 lies.
	unicast = netip.MustParsePrefix("2000::/3")
)

// kindOf says what kind of address a is, "" for a public one.
func kindOf(a netip.Addr) string {
	if slices.Contains(metadataServices, a) {
		return metadata
	}
	for _, s := range special {
		if slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool { return p.Contains(a) }) {
			return s.why
		}
	}
	if a.Is6() && !unicast.Contains(a) && !nat64.Contains(a) && !nat64Local.Contains(a) {
		return "not of the public internet"
	}
	return ""
}

// embedded are the addresses of IPv4 that a translator may make of a.
func embedded(a netip.Addr) (list []netip.Addr) {
	b := a.As16()
	switch {
	case a.Is4():
	case nat64.Contains(a):
		list = append(list, netip.AddrFrom4([4]byte(b[12:])))
	case nat64Local.Contains(a): // prefixes of 48, 56, 64 and 96 bits; byte 8 is skipped
		list = append(list,
			netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]}), netip.AddrFrom4([4]byte{b[7], b[9], b[10], b[11]}),
			netip.AddrFrom4([4]byte(b[9:])), netip.AddrFrom4([4]byte(b[12:])))
	}
	return list
}

func addresses(text string) (list []netip.Addr) {
	for s := range strings.FieldsSeq(text) {
		list = append(list, netip.MustParseAddr(s))
	}
	return list
}

func prefixes(text string) (list []netip.Prefix) {
	for s := range strings.FieldsSeq(text) {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}
