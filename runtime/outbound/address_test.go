package outbound

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressesThatAreNotPublicNeedAGrant(t *testing.T) {
	tests := []struct {
		address, granted string
		want             string // what the refusal begins with, "" allows
	}{
		{"93.184.216.34", "", ""}, {"1.1.1.1", "", ""}, {"2606:4700::1111", "", ""}, {"2a00:1450::1", "", ""},
		{"0.0.0.0", "", "unspecified"}, {"0.1.2.3", "", "unspecified"}, {"::", "", "unspecified"},
		{"127.0.0.1", "", "loopback"}, {"127.255.255.255", "", "loopback"}, {"::1", "", "loopback"},
		{"10.0.0.1", "", "private"}, {"172.16.0.1", "", "private"}, {"172.31.255.255", "", "private"}, {"172.32.0.0", "", ""},
		{"192.168.1.1", "", "private"}, {"fc00::1", "", "private"}, {"fdff::1", "", "private"}, {"fec0::1", "", "private"},
		{"100.64.0.1", "", "shared"}, {"100.127.255.255", "", "shared"}, {"100.128.0.0", "", ""},
		{"169.254.1.1", "", "link-local"}, {"fe80::1", "", "link-local"}, {"fe80::1%eth0", "", "link-local"},
		{"224.0.0.1", "", "multicast"}, {"239.255.255.255", "", "multicast"}, {"ff02::1", "", "multicast"},
		{"192.0.2.1", "", "for documentation"}, {"198.51.100.1", "", "for documentation"}, {"203.0.113.1", "", "for documentation"},
		{"2001:db8::1", "", "for documentation"}, {"3fff::1", "", "for documentation"},
		{"198.18.0.1", "", "for benchmarks"}, {"198.19.255.255", "", "for benchmarks"}, {"2001:2::1", "", "for benchmarks"},
		{"2002:0a00:0001::1", "", "of a tunnel"}, {"2002:0808:0808::1", "", "of a tunnel"}, {"2001::1", "", "of a tunnel"}, {"192.88.99.1", "", "of a tunnel"},
		{"192.0.0.1", "", "reserved"}, {"240.0.0.1", "", "reserved"}, {"255.255.255.255", "", "reserved"}, {"2001:10::1", "", "reserved"},
		{"100::1", "", "not of the public"}, {"::10.0.0.1", "", "not of the public"}, {"4000::1", "", "not of the public"}, {"5f00::1", "", "not of the public"},

		{"::ffff:127.0.0.1", "", "loopback"}, {"::ffff:10.0.0.1", "", "private"}, {"::ffff:169.254.169.254", "", "the address of a metadata"}, {"::ffff:1.1.1.1", "", ""},
		{"64:ff9b::127.0.0.1", "", "loopback, by NAT64"}, {"64:ff9b::10.0.0.1", "", "private, by NAT64"}, {"64:ff9b::1.1.1.1", "", ""},
		{"64:ff9b::169.254.169.254", "", "the address of a metadata"}, {"64:ff9b::192.0.2.1", "", "for documentation"},
		{"64:ff9b:1::10.0.0.1", "", "unspecified, by NAT64"}, {"64:ff9b:1:0a00:0:100::", "", "private, by NAT64"}, {"64:ff9b:1:0808:8:800::1", "", "unspecified, by NAT64"},

		{"169.254.169.254", "", "the address of a metadata"}, {"169.254.170.2", "", "the address of a metadata"}, {"fd00:ec2::254", "", "the address of a metadata"},
		{"168.63.129.16", "", "the address of a metadata"}, {"100.100.100.200", "", "the address of a metadata"},

		{"10.1.2.3", "10.0.0.0/8", ""}, {"11.0.0.1", "10.0.0.0/8", ""}, {"192.168.0.1", "10.0.0.0/8", "private"}, {"::ffff:10.1.2.3", "10.0.0.0/8", ""},
		{"127.0.0.1", "127.0.0.1/32", ""}, {"127.0.0.2", "127.0.0.1/32", "loopback"}, {"::1", "127.0.0.0/8", "loopback"}, {"::1", "::1/128", ""},
		{"64:ff9b::10.0.0.1", "10.0.0.0/8", ""}, {"64:ff9b::10.0.0.1", "64:ff9b::/96", ""}, {"64:ff9b::169.254.169.254", "64:ff9b::/96", "the address of a metadata"},
		{"169.254.169.254", "169.254.0.0/16", "the address of a metadata"}, {"169.254.169.254", "0.0.0.0/0", "the address of a metadata"},
		{"169.254.169.254", "169.254.169.254/32", ""}, {"fd00:ec2::254", "fd00::/8", "the address of a metadata"}, {"fd00:ec2::253", "fd00::/8", ""},
		{"10.0.0.1", "0.0.0.0/0", ""},
	}
	for _, tt := range tests {
		t.Run(tt.address+" with "+tt.granted, func(t *testing.T) {
			got := newGuard(prefixes(tt.granted)).refuses(netip.MustParseAddr(tt.address))
			if (got == "") != (tt.want == "") || !strings.HasPrefix(got, tt.want) {
				t.Errorf("refuses = %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever form an address takes, it is refused as IPv4 if it is that.
func FuzzAnAddressIsRefusedInEveryForm(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1}, []byte{10, 0, 0, 0}, uint8(8))
	f.Add([]byte{169, 254, 169, 254}, []byte{169, 254, 0, 0}, uint8(16))
	f.Add([]byte{8, 8, 8, 8}, []byte{0, 0, 0, 0}, uint8(32))
	f.Fuzz(func(t *testing.T, b, granted []byte, bits uint8) {
		if len(b) != 4 || len(granted) != 4 || bits > 32 {
			return
		}
		g := newGuard([]netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte(granted)), int(bits))})
		plain := netip.AddrFrom4([4]byte(b))
		want := g.refuses(plain) != ""
		mapped := netip.AddrFrom16(plain.As16())
		translated := nat64.Addr().As16()
		copy(translated[12:], b)
		for _, a := range []netip.Addr{mapped, netip.AddrFrom16(translated)} {
			if got := g.refuses(a) != ""; got != want {
				t.Errorf("%v is refused: %v; %v is: %v", plain, want, a, got)
			}
		}
	})
}

func TestGuardsThatAllowTheSameShareConnections(t *testing.T) {
	key := func(s string) string { return newGuard(prefixes(s)).key() }
	if key("10.0.0.0/8 127.0.0.0/8") != key("127.0.0.1/8 10.1.1.1/8 10.0.0.0/8") {
		t.Error("the same addresses, written otherwise, are another guard")
	}
	for _, other := range []string{"", "10.0.0.0/8", "10.0.0.0/9 127.0.0.0/8", "127.0.0.0/8"} {
		if key(other) == key("10.0.0.0/8 127.0.0.0/8") {
			t.Errorf("%q is the same guard", other)
		}
	}
}
