package exchange

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// Trace returns the X-Amzn-Trace-Id that goes to the integration, and makes
// it at the first call: Root, Parent and Sampled that the client sent are
// kept, the rest is made up ("Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=0").
func (x *Exchange) Trace() string {
	if x.TraceID != "" {
		return x.TraceID
	}
	sent, _ := x.Request.Header.Get("X-Amzn-Trace-Id")
	root, parent, sampled := "", "", ""
	for sent != "" {
		var part string
		part, sent, _ = strings.Cut(sent, ";")
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "Root":
			if len(value) == 35 && value[:2] == "1-" && value[10] == '-' && isHex(value[2:10]) && isHex(value[11:]) {
				root = value
			}
		case "Parent":
			if len(value) == 16 && isHex(value) {
				parent = value
			}
		case "Sampled":
			sampled = value
		}
	}
	b := make([]byte, 0, 74)
	b = append(b, "Root="...)
	if root != "" {
		b = append(b, root...)
	} else {
		b = append(b, "1-"...)
		b = appendHex32(b, uint32(x.Start.Unix()))
		b = append(b, '-')
		b = appendHex32(b, rand.Uint32())
		b = appendHex64(b, rand.Uint64())
	}
	b = append(b, ";Parent="...)
	if parent != "" {
		b = append(b, parent...)
	} else {
		b = appendHex64(b, rand.Uint64())
	}
	if sampled != "1" {
		sampled = "0"
	}
	b = append(append(b, ";Sampled="...), sampled...)
	x.TraceID = string(b)
	return x.TraceID
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if unhex(s[i]) < 0 {
			return false
		}
	}
	return true
}

func appendHex32(b []byte, n uint32) []byte {
	return hex.AppendEncode(b, []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

func appendHex64(b []byte, n uint64) []byte {
	return appendHex32(appendHex32(b, uint32(n>>32)), uint32(n))
}
