package upstream

import (
	"errors"

	"github.com/portico-gateway/portico/hostabi"
)

// Why a request is invalid. These are fixed so that refusing costs nothing and
// so that no byte of a request's content gets into a log by way of an error.
var (
	errMethod  = errors.New("method is no token or is CONNECT")
	errURI     = errors.New("URI is not a visible path beginning with one slash")
	errHost    = errors.New("host is empty or not host[:port]")
	errName    = errors.New("field name is no token")
	errValue   = errors.New("field value has a control byte")
	errFraming = errors.New("field is the client's to set")
	errUpgrade = errors.New("upgrade is no protocol name")
	errSize    = errors.New("size below -1, or without a body")
	errTLS     = errors.New("https needs the std transport")
	errScheme  = errors.New("scheme is neither http nor https")
)

// check reports why r cannot be sent, nil when it can.
func (r *Request) check() error {
	if !hostabi.ValidName(r.Method) || r.Method == "CONNECT" {
		return errMethod
	}
	if !validURI(r.URI) {
		return errURI
	}
	if !validHost(r.host()) {
		return errHost
	}
	if r.Size < -1 || r.Size > 0 && r.Body == nil {
		return errSize
	}
	for i := range r.Header {
		f := &r.Header[i]
		if !hostabi.ValidName(f.Name) {
			return errName
		}
		if !hostabi.ValidValue(f.Value) {
			return errValue
		}
		if ownField(f.Name) {
			return errFraming
		}
	}
	if r.Upgrade != "" && !validProtocol(r.Upgrade) {
		return errUpgrade
	}
	return nil
}

func (r *Request) host() string {
	if r.Host != "" {
		return r.Host
	}
	return r.Target.Host
}

// hasBody reports whether something will be sent after the head.
func (r *Request) hasBody() bool { return r.Body != nil && r.Size != 0 }

// validURI reports whether s can be a request target in origin form (RFC 9112,
// section 3.2.1). Two slashes at its start would read as an authority where a
// server resolves it as a reference.
func validURI(s string) bool {
	if s == "" || s[0] != '/' || len(s) > 1 && s[1] == '/' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '#' {
			return false
		}
	}
	return true
}

// validHost reports whether s can stand in a Host field. It need not be a name
// that resolves; it must not be able to end the line or turn into a path.
func validHost(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ' || c >= 0x7f:
			return false
		case c == '/' || c == '?' || c == '#' || c == '@' || c == '\\' || c == ',' || c == '"':
			return false
		}
	}
	return s != ""
}

// validProtocol reports whether s is a name and an optional version of a
// protocol (RFC 9110, section 7.8).
func validProtocol(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '/' {
			return hostabi.ValidName(s[:i]) && hostabi.ValidName(s[i+1:])
		}
	}
	return hostabi.ValidName(s)
}

// ownField reports whether a request's field is the client's to write.
func ownField(name string) bool {
	switch len(name) {
	case 2:
		return hostabi.EqualName(name, "TE")
	case 4:
		return hostabi.EqualName(name, "Host")
	case 6:
		return hostabi.EqualName(name, "Expect")
	}
	return hopField(name)
}

// hopField reports whether a field counts for one hop or frames the message
// (RFC 9110, section 7.6.1), Trailer and TE aside.
func hopField(name string) bool {
	switch len(name) {
	case 7:
		return hostabi.EqualName(name, "Upgrade")
	case 10:
		return hostabi.EqualName(name, "Connection") || hostabi.EqualName(name, "Keep-Alive")
	case 14:
		return hostabi.EqualName(name, "Content-Length")
	case 16:
		return hostabi.EqualName(name, "Proxy-Connection")
	case 17:
		return hostabi.EqualName(name, "Transfer-Encoding")
	}
	return false
}
