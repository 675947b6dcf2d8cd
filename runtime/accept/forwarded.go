package accept

import (
	"net/netip"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

func (p *Phase) trusts(a netip.Addr) bool {
	for i := range p.trusted {
		if p.trusted[i].Contains(a) {
			return true
		}
	}
	return false
}

// client fills in where the request comes from.
func (p *Phase) client(q *exchange.Request) {
	peer := q.Peer.Addr()
	q.Client = peer
	var stack [4]netip.Addr
	hops := stack[:0]
	if p.trusts(peer) {
		hops = p.walk(hops, q.Header)
		if len(hops) > 0 {
			q.Client = hops[len(hops)-1]
		}
		p.spoken(q)
	}
	if q.Port == "" {
		q.Port = defaultPort(q.Scheme)
	}
	if !peer.IsValid() {
		return
	}
	if len(hops) == 0 && q.PeerText != "" {
		q.Forwarded = q.PeerText
		return
	}
	var buf [64]byte
	b := buf[:0]
	for i := len(hops) - 1; i >= 0; i-- {
		b = append(hops[i].AppendTo(b), ", "...)
	}
	q.Forwarded = string(peer.AppendTo(b))
}

// walk appends the addresses of X-Forwarded-For from the peer towards the
// client, as far as trusted hops reported them.
func (p *Phase) walk(hops []netip.Addr, h exchange.Header) []netip.Addr {
	for i := len(h) - 1; i >= 0; i-- {
		if !hostabi.EqualName(h[i].Name, "X-Forwarded-For") {
			continue
		}
		for list := h[i].Value; list != ""; {
			var entry string
			list, entry = cutLast(list)
			if entry == "" {
				continue // RFC 9110, section 5.6.1
			}
			a, ok := parseHop(entry)
			if !ok {
				return hops
			}
			hops = append(hops, a)
			if !p.trusts(a) {
				return hops
			}
		}
	}
	return hops
}

// cutLast cuts the last entry off a list.
func cutLast(list string) (rest, entry string) {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		rest, list = list[:i], list[i+1:]
	}
	return rest, strings.Trim(list, " \t")
}

// parseHop parses an address, with or without a port. A zone means nothing
// outside its host and is malformed.
func parseHop(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		ap, portErr := netip.ParseAddrPort(s)
		if portErr != nil {
			if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
				return netip.Addr{}, false
			}
			if a, err = netip.ParseAddr(s[1 : len(s)-1]); err != nil || a.Is4() {
				return netip.Addr{}, false
			}
		} else {
			a = ap.Addr()
		}
	}
	return a.Unmap(), a.Zone() == ""
}

// spoken takes from a trusted peer how the client spoke to it.
func (p *Phase) spoken(q *exchange.Request) {
	if v, ok := q.Header.Last("X-Forwarded-Proto"); ok {
		_, v = cutLast(v)
		switch {
		case hostabi.EqualName(v, "https"):
			q.Scheme = "https"
			q.Port = defaultPort("https")
		case hostabi.EqualName(v, "http"):
			q.Scheme = "http"
			q.Port = defaultPort("http")
		}
	}
	if v, ok := q.Header.Last("X-Forwarded-Port"); ok {
		if _, v = cutLast(v); validPort(v) {
			q.Port = v
		}
	}
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

func validPort(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' || i == 5 {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	return 0 < n && n < 1<<16 && s[0] != '0'
}
