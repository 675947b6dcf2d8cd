package event

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// appendBody appends "body" and "isBase64Encoded". An empty body is null, or
// left out with omit.
func appendBody(dst []byte, x *exchange.Exchange, b []byte, omit bool) []byte {
	binary := false
	switch {
	case len(b) == 0 && omit:
	case len(b) == 0:
		dst = appendNull(dst, "body")
	default:
		dst = append(appendKey(dst, "body"), '"')
		if binary = isBinary(x, b); binary {
			dst = base64.StdEncoding.AppendEncode(dst, b)
		} else {
			dst = appendEscaped(dst, b)
		}
		dst = append(dst, '"')
	}
	dst = appendKey(dst, "isBase64Encoded")
	if binary {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// isBinary reports whether a request's body is encoded: when it is not UTF-8;
// in a REST API when its type is one of binaryMediaTypes; in an HTTP API, which
// has no such list, when its type is not known to be text. That a form counts
// as binary there is AWS's behaviour, seen by ministackorg/ministack#766, 2026.
func isBinary(x *exchange.Exchange, b []byte) bool {
	contentType, _ := x.Request.Header.Last("Content-Type")
	mediaType := mediaType(contentType)
	if x.API != nil {
		switch x.API.Protocol {
		case exchange.HTTP:
			if !isText(mediaType) {
				return true
			}
		case exchange.REST:
			if matchesType(x.API.BinaryTypes, mediaType) {
				return true
			}
		}
	}
	return !utf8.Valid(b)
}

// isText reports whether an HTTP API takes a type for text.
func isText(mediaType string) bool {
	if len(mediaType) > 5 && strings.EqualFold(mediaType[:5], "text/") {
		return true
	}
	return hostabi.EqualName(mediaType, "application/json") || hostabi.EqualName(mediaType, "application/xml") ||
		hostabi.EqualName(mediaType, "application/javascript")
}

// mediaType is the first media type of a Content-Type or Accept field,
// without parameters.
func mediaType(field string) string {
	if i := strings.IndexAny(field, ",;"); i >= 0 {
		field = field[:i]
	}
	return strings.Trim(field, " \t")
}

// matchesType reports whether one of binaryMediaTypes stands for a type:
// "*/*" for all, "image/*" for a family, else the type itself. An absent type
// counts as application/json, as wherever a REST API selects by type.
func matchesType(patterns []string, mediaType string) bool {
	if mediaType == "" {
		mediaType = "application/json"
	}
	for _, p := range patterns {
		if p == "*/*" || hostabi.EqualName(p, mediaType) {
			return true
		}
		family, ok := strings.CutSuffix(p, "/*")
		if ok && len(mediaType) > len(family) && mediaType[len(family)] == '/' &&
			hostabi.EqualName(family, mediaType[:len(family)]) {
			return true
		}
	}
	return false
}
