package outbound

import (
	"net/url"
	"testing"
)

func TestHostsAreMatchedWhole(t *testing.T) {
	l := list{
		{Scheme: "https", Name: "api.example.com", Port: "443"},
		{Scheme: "https", Name: "example.org", Wildcard: true, Port: "443"},
		{Scheme: "http", Name: "10.0.0.7", Port: "8080"},
		{Scheme: "http", Name: "2001:db8::1", Port: "80"},
	}
	tests := []struct {
		url  string
		want bool
	}{
		{"https://api.example.com/a?b", true}, {"https://api.example.com:443/", true}, {"https://API.example.com/", true},
		{"http://api.example.com/", false}, {"https://api.example.com:8443/", false}, {"https://example.com/", false},
		{"https://x.api.example.com/", false}, {"https://api.example.com.evil.test/", false}, {"https://api.example.com./", false},
		{"https://a.example.org/", true}, {"https://a.b.example.org/", true}, {"https://example.org/", false}, {"https://aexample.org/", false},
		{"https://.example.org/", false}, {"https://a..example.org/", false}, {"https://a%2f.example.org/", false}, {"https://example.org.test/", false},
		{"http://10.0.0.7:8080/", true}, {"http://10.0.0.7/", false}, {"http://[::ffff:10.0.0.7]:8080/", false}, {"http://010.0.0.7:8080/", false},
		{"http://[2001:db8::1]/", true}, {"http://[2001:db8:0:0::1]/", true}, {"http://[2001:db8::2]/", false},
		{"ftp://api.example.com/", false}, {"//api.example.com/", false},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			u, err := url.Parse(tt.url)
			if err != nil {
				if tt.want {
					t.Fatal(err)
				}
				return
			}
			if got := l.allows(placeOf(u)); got != tt.want {
				t.Errorf("allows = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnAddressInTheListNeedsItsGrant(t *testing.T) {
	p := NewPool(PoolOptions{})
	defer p.Close()
	_, err := p.NewClient(Options{Hosts: []Host{{Scheme: "https", Name: "api.example.com", Port: "443"}, {Scheme: "http", Name: "fd00::7", Port: "8080"}}})
	const want = `"http://[fd00::7]:8080" is private, and such addresses need a grant; add addresses = ["fd00::7"]`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	c, err := p.NewClient(Options{Hosts: []Host{{Scheme: "http", Name: "fd00::7", Port: "8080"}}, Addresses: prefixes("fd00::/8")})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
