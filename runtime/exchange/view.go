package exchange

import (
	"encoding/json"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

func (c *Call) Field(id hostabi.FieldID) (string, bool) {
	x := c.x
	switch id {
	case hostabi.FieldMethod:
		return x.Request.Method, true
	case hostabi.FieldPath:
		return x.Request.Path, true
	case hostabi.FieldRawPath:
		return x.Request.RawPath, true
	case hostabi.FieldQuery:
		return x.Request.Query, true
	case hostabi.FieldScheme:
		return x.Request.Scheme, true
	case hostabi.FieldHost:
		return x.Request.Host, true
	case hostabi.FieldProtocol:
		return x.Request.Proto, true
	case hostabi.FieldSourceIP:
		return x.Request.Client.String(), true
	case hostabi.FieldUserAgent:
		return x.Request.Header.Get("User-Agent")
	case hostabi.FieldRequestID:
		return x.ID, true
	case hostabi.FieldDomainName:
		return x.DomainName(), true
	case hostabi.FieldPrincipal:
		return x.Principal, x.Principal != ""
	case hostabi.FieldMethodARN:
		return x.MethodARN(), x.API != nil && x.Stage != nil
	case hostabi.FieldToken:
		if len(c.Identity) > 0 {
			return c.Identity[0], true
		}
		return "", false
	}
	if x.API != nil {
		switch id {
		case hostabi.FieldAPI:
			return x.API.ID, true
		case hostabi.FieldAccount:
			return x.API.AccountID, true
		case hostabi.FieldRegion:
			return x.API.Region, true
		}
	}
	if id == hostabi.FieldStage && x.Stage != nil {
		return x.Stage.Name, true
	}
	if x.Route != nil {
		switch id {
		case hostabi.FieldRoute:
			return x.Route.Key, true
		case hostabi.FieldResource:
			return x.Route.Resource, true
		}
	}
	return "", false
}

func (c *Call) SetField(id hostabi.FieldID, value string) error {
	if c.flushed {
		return hostabi.EPHASE
	}
	switch id {
	case hostabi.FieldMethod:
		if !hostabi.ValidName(value) || len(value) > 32 {
			return hostabi.EINVAL
		}
		c.x.SetMethod(value)
	case hostabi.FieldPath:
		if !strings.HasPrefix(value, "/") || !validTarget(value, "?#") {
			return hostabi.EINVAL
		}
		c.x.Request.Path = value
	case hostabi.FieldQuery:
		if !validTarget(value, "#") {
			return hostabi.EINVAL
		}
		c.x.SetQuery(value)
	default:
		return hostabi.EINVAL
	}
	return nil
}

// validTarget reports whether s can stand in a request line: visible ASCII
// without the bytes of not.
func validTarget(s, not string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(not, s[i]) >= 0 {
			return false
		}
	}
	return true
}

func (c *Call) Param(s hostabi.Source, name string) (string, bool) {
	switch s {
	case hostabi.SourcePath:
		return c.x.PathParam(name)
	case hostabi.SourceQuery:
		return c.x.QueryParam(name)
	case hostabi.SourceStageVariable:
		return c.x.Stage.Variable(name)
	case hostabi.SourceAuthContext:
		v, ok := c.x.AuthValue(name)
		return v.Value, ok
	case hostabi.SourceCookie:
		for _, f := range c.x.Cookies(nil) {
			if f.Name == name {
				return f.Value, true
			}
		}
	}
	return "", false
}

func (c *Call) AppendParams(dst []Field, s hostabi.Source) []Field {
	switch s {
	case hostabi.SourcePath:
		return append(dst, c.x.PathParams...)
	case hostabi.SourceQuery:
		return append(dst, c.x.QueryParams()...)
	case hostabi.SourceStageVariable:
		if c.x.Stage != nil {
			return append(dst, c.x.Stage.Variables...)
		}
	case hostabi.SourceAuthContext:
		for i := range c.x.AuthContext {
			dst = append(dst, Field{Name: c.x.AuthContext[i].Key, Value: c.x.AuthContext[i].Value})
		}
	case hostabi.SourceCookie:
		return c.x.Cookies(dst)
	}
	return dst
}

func (c *Call) AppendIdentity(dst []string) []string { return append(dst, c.Identity...) }

// validAuthValue reports whether value is of its kind and one that the API's
// protocol takes.
func validAuthValue(value string, kind hostabi.ValueKind, api *API) bool {
	switch kind {
	case hostabi.ValueString:
		return true
	case hostabi.ValueBoolean:
		return value == "true" || value == "false"
	case hostabi.ValueNumber:
		var n json.Number
		return json.Unmarshal([]byte(value), &n) == nil && !strings.HasPrefix(value, `"`) && value != "null"
	case hostabi.ValueJSON:
		return api != nil && api.Protocol == HTTP && json.Valid([]byte(value))
	}
	return false
}

// carried is what one plugin carries through the phases of one request.
type carried struct {
	plugin  string
	scratch []byte
	usage   hostabi.Usage
}

// carriedBy is what a plugin carries, nil if nothing.
func (c *Call) carriedBy(plugin string) *carried {
	for i := range c.x.carried {
		if p := &c.x.carried[i]; p.plugin == plugin {
			return p
		}
	}
	return nil
}

// carry is the same, for writing.
func (c *Call) carry(plugin string) *carried {
	if p := c.carriedBy(plugin); p != nil {
		return p
	}
	c.x.carried = append(c.x.carried, carried{plugin: plugin})
	return &c.x.carried[len(c.x.carried)-1]
}

func (c *Call) Scratch(plugin string) []byte {
	if p := c.carriedBy(plugin); p != nil {
		return p.scratch
	}
	return nil
}

func (c *Call) SetScratch(plugin string, b []byte) error {
	if c.flushed {
		return hostabi.EPHASE
	}
	if len(b) > hostabi.ScratchSize {
		return hostabi.E2BIG
	}
	p := c.carry(plugin)
	p.scratch = append(p.scratch[:0], b...)
	return nil
}

func (c *Call) Usage(plugin string) hostabi.Usage {
	if p := c.carriedBy(plugin); p != nil {
		return p.usage
	}
	return hostabi.Usage{}
}

func (c *Call) SetUsage(plugin string, u hostabi.Usage) {
	if !c.flushed {
		c.carry(plugin).usage = u
	}
}
