package upstream

import (
	"bytes"
	"errors"
	"math"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// Why a response is malformed. Fixed, so that no byte of a backend's answer
// gets into a log by way of an error.
var (
	errStatusLine  = errors.New("bad status line")
	errFieldLine   = errors.New("bad field line")
	errFieldCount  = errors.New("too many fields")
	errHeadSize    = errors.New("head too large")
	errLength      = errors.New("bad Content-Length")
	errCoding      = errors.New("bad Transfer-Encoding")
	errTwoLengths  = errors.New("Transfer-Encoding with Content-Length")
	errOldChunked  = errors.New("Transfer-Encoding in HTTP/1.0")
	errUnasked     = errors.New("101 without being asked")
	errOtherSwitch = errors.New("101 to another protocol")
	errBodyPending = errors.New("101 before the request's end")
	errChunk       = errors.New("bad chunk")
	errTrailer     = errors.New("bad trailer section")
)

// head is what a response's head says beyond its fields.
type head struct {
	status  int
	proto   string
	reason  string
	length  int64  // Content-Length, -1 when there is none
	chunked bool   // Transfer-Encoding is there; it can only be chunked
	close   bool   // the connection ends with this response
	upgrade string // first Upgrade field
}

// framing is how a body ends.
type framing uint8

const (
	framedNone framing = iota
	framedLength
	framedChunks
	framedClose
)

// headEnd looks for the empty line that ends a head in b, whose current line
// begins at start. It returns the end of the head, or -1 and the line to go on
// with when there is more.
func headEnd(b []byte, start int) (end, line int) {
	for {
		i := bytes.IndexByte(b[start:], '\n')
		switch {
		case i < 0:
			return -1, start
		case i == 0 || i == 1 && b[start] == '\r':
			return start + i + 1, start
		}
		start += i + 1
	}
}

// parse reads a head, its empty line included, and appends to h the fields
// that go on. Strings are cut from text.
func (d *head) parse(text string, h *hostabi.Header, limit int) error {
	line, rest := cutLine(text)
	if err := d.parseStatus(line); err != nil {
		return err
	}
	d.length = -1
	rest, err := unfold(rest)
	if err != nil {
		return err
	}
	from, named := len(*h), false
	for rest != "" {
		if line, rest = cutLine(rest); line == "" {
			break
		}
		if limit--; limit < 0 {
			return errFieldCount
		}
		name, value, err := parseField(line)
		if err != nil {
			return err
		}
		if hopField(name) {
			if err := d.own(name, value, &named); err != nil {
				return err
			}
			if d.status != 101 || len(name) != len("Upgrade") {
				continue
			}
		}
		*h = append(*h, hostabi.Field{Name: name, Value: value})
	}
	if named {
		dropNamed(text, h, from)
	}
	return nil
}

// parseStatus reads "HTTP/1.x SP 3DIGIT [SP reason]" (RFC 9112, section 4).
// The space after the status may be missing when there is no reason.
func (d *head) parseStatus(line string) error {
	const fixed = len("HTTP/1.1 200")
	if len(line) < fixed || line[:7] != "HTTP/1." || line[8] != ' ' || !isDigit(line[7]) {
		return errStatusLine
	}
	a, b, c := line[9], line[10], line[11]
	if a < '1' || a > '9' || !isDigit(b) || !isDigit(c) {
		return errStatusLine
	}
	d.status = int(a-'0')*100 + int(b-'0')*10 + int(c-'0')
	if len(line) > fixed {
		if line[fixed] != ' ' || !hostabi.ValidValue(line[fixed:]) {
			return errStatusLine
		}
		d.reason = strings.Trim(line[fixed:], " \t")
	}
	// A higher minor version is read as the highest we know (RFC 9110,
	// section 2.5).
	if d.proto = "HTTP/1.1"; line[7] == '0' {
		d.proto, d.close = "HTTP/1.0", true
	}
	return nil
}

// own takes a field that frames the message or counts for one hop. It sets
// named when Connection names other fields.
func (d *head) own(name, value string, named *bool) error {
	switch len(name) {
	case len("Content-Length"):
		n, ok := parseLength(value)
		if !ok || d.length >= 0 && n != d.length {
			return errLength
		}
		d.length = n
	case len("Transfer-Encoding"):
		if d.chunked || !hostabi.EqualName(value, "chunked") {
			return errCoding
		}
		d.chunked = true
	case len("Upgrade"):
		if d.upgrade == "" {
			d.upgrade = value
		}
	case len("Connection"):
		if !hostabi.EqualName(name, "Connection") {
			break // Keep-Alive: what it says is a guess, the close is a fact
		}
		for t := range listed(value) {
			switch {
			case hostabi.EqualName(t, "close"):
				d.close = true
			case !hostabi.EqualName(t, "keep-alive") && !hostabi.EqualName(t, "upgrade"):
				*named = true
			}
		}
	}
	return nil
}

// framing tells how the body of the answer to method ends (RFC 9112,
// section 6.3).
func (d *head) framing(method string) (framing, error) {
	switch {
	case d.chunked && d.proto == "HTTP/1.0":
		return 0, errOldChunked
	case d.chunked && d.length >= 0:
		return 0, errTwoLengths
	case d.status == 204:
		// Neither field may be here; a server that sends one may send a body.
		if d.chunked || d.length > 0 {
			d.close = true
		}
		return framedNone, nil
	case method == "HEAD" || d.status == 304:
		return framedNone, nil
	case d.chunked:
		return framedChunks, nil
	case d.length == 0:
		return framedNone, nil
	case d.length > 0:
		return framedLength, nil
	}
	d.close = true
	return framedClose, nil
}

// parseField reads a field line. No space may stand before the colon (RFC
// 9112, section 5.1).
func parseField(line string) (name, value string, err error) {
	i := strings.IndexByte(line, ':')
	if i < 0 || !hostabi.ValidName(line[:i]) {
		return "", "", errFieldLine
	}
	value = strings.Trim(line[i+1:], " \t")
	if !hostabi.ValidValue(value) {
		return "", "", errFieldLine
	}
	return line[:i], value, nil
}

// cutLine cuts the first line off text, without its LF or CRLF.
func cutLine(text string) (line, rest string) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return text, ""
	}
	line, rest = text[:i], text[i+1:]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, rest
}

// unfold replaces obs-fold by one space (RFC 9112, section 5.2). The first
// line cannot continue anything.
func unfold(fields string) (string, error) {
	if fields != "" && (fields[0] == ' ' || fields[0] == '\t') {
		return "", errFieldLine
	}
	if !strings.Contains(fields, "\n ") && !strings.Contains(fields, "\n\t") {
		return fields, nil
	}
	b := make([]byte, 0, len(fields))
	for fields != "" {
		line, rest := cutLine(fields)
		fields = rest
		if line != "" && (line[0] == ' ' || line[0] == '\t') {
			b = append(bytes.TrimRight(b[:len(b)-1], " \t"), ' ')
			line = strings.Trim(line, " \t")
		}
		b = append(append(b, line...), '\n')
	}
	return string(b), nil
}

// dropNamed removes from h the fields that Connection fields of text name.
func dropNamed(text string, h *hostabi.Header, from int) {
	text, _ = unfold(text)
	_, text = cutLine(text)
	for text != "" {
		var line string
		line, text = cutLine(text)
		name, value, err := parseField(line)
		if err != nil || !hostabi.EqualName(name, "Connection") {
			continue
		}
		for t := range listed(value) {
			if !hostabi.EqualName(t, "Upgrade") {
				tail := (*h)[from:]
				tail.Del(t)
				*h = (*h)[:from+len(tail)]
			}
		}
	}
}

// listed yields the elements of a comma-separated value.
func listed(value string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for value != "" {
			var t string
			t, value, _ = strings.Cut(value, ",")
			if t = strings.Trim(t, " \t"); t != "" && !yield(t) {
				return
			}
		}
	}
}

// parseLength reads a Content-Length: digits, no sign, no list.
func parseLength(s string) (n int64, ok bool) {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, s != ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseTrailer appends the fields of a trailer section that may stand there:
// not those that frame, route or describe the content (RFC 9110, section
// 6.5.1).
func parseTrailer(text string, h *hostabi.Header, limit int) error {
	text, err := unfold(text)
	if err != nil {
		return err
	}
	for text != "" {
		var line string
		if line, text = cutLine(text); line == "" {
			break
		}
		if limit--; limit < 0 {
			return errFieldCount
		}
		name, value, err := parseField(line)
		if err != nil {
			return err
		}
		if trailerField(name) {
			h.Add(name, value)
		}
	}
	return nil
}

// trailerField reports whether name may stand in a trailer section.
func trailerField(name string) bool {
	if ownField(name) {
		return false
	}
	for _, no := range [...]string{"Trailer", "Content-Type", "Content-Encoding", "Content-Range"} {
		if hostabi.EqualName(name, no) {
			return false
		}
	}
	return true
}
