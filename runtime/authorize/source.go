package authorize

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// ErrSource reports an identity source that there is not.
var ErrSource = errors.New("not an identity source")

// Source is a place where a request carries an identity.
type Source struct {
	kind sourceKind
	name string
}

type sourceKind uint8

const (
	fromHeader sourceKind = iota
	fromQuery
	fromStageVariable
	fromContext
)

// prefixes has REST's form and HTTP's. Path parameters are not a source (AWS
// guide, "Configure a Lambda authorizer").
var prefixes = []struct {
	prefix string
	kind   sourceKind
}{
	{"method.request.header.", fromHeader}, {"$request.header.", fromHeader},
	{"method.request.querystring.", fromQuery}, {"$request.querystring.", fromQuery},
	{"stageVariables.", fromStageVariable}, {"$stageVariables.", fromStageVariable},
	{"context.", fromContext}, {"$context.", fromContext},
}

// ParseSource reads an identity source such as
// "$request.header.Authorization" or "method.request.querystring.token".
func ParseSource(s string) (Source, error) {
	for _, p := range prefixes {
		if name, ok := strings.CutPrefix(s, p.prefix); ok && name != "" {
			return Source{p.kind, name}, nil
		}
	}
	return Source{}, fmt.Errorf("%w: %q: want $request.header.NAME, $request.querystring.NAME, $stageVariables.NAME or $context.NAME", ErrSource, s)
}

// IsHeader reports whether the source is a header, as a token's must be.
func (s Source) IsHeader() bool { return s.kind == fromHeader }

// value reads the source. Repeated headers are read as one, as a plugin reads
// them, so that no two readers see two identities.
func (s Source) value(x *exchange.Exchange) (string, bool) {
	switch s.kind {
	case fromHeader:
		return x.Request.Header.Joined(s.name)
	case fromQuery:
		return x.QueryParam(s.name)
	case fromStageVariable:
		return x.Stage.Variable(s.name)
	default:
		return x.ContextValue(s.name)
	}
}
