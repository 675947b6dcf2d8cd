package native_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/tck"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// probe is the exchange as the conformance suite looks at it.
type probe struct {
	*exchange.Call
	sent   []byte
	closed bool
}

func (p *probe) Start() error {
	b, _ := p.Exchange().Response.Body.InMemory()
	p.sent = append([]byte{}, b...)
	return nil
}

func (p *probe) Write(b []byte) (int, error) {
	p.sent = append(p.sent, b...)
	return len(b), nil
}
func (p *probe) Close() error { p.closed = true; return nil }

func (p *probe) Body(response bool) ([]byte, bool, bool) {
	if response && p.Flushed() {
		return p.sent, true, p.closed
	}
	b := &p.Exchange().Request.Body
	if response {
		b = &p.Exchange().Response.Body
	}
	bytes, _ := b.InMemory()
	return bytes, false, false
}
func (p *probe) Result() []byte { return p.Call.Result }
func (p *probe) Decision() (string, []tck.Value) {
	var vs []tck.Value
	for _, v := range p.Call.AuthContext {
		vs = append(vs, tck.Value{Key: v.Key, Value: v.Value, Kind: v.Kind})
	}
	return p.Call.Principal, vs
}

func newProbe(s tck.Setup) tck.Probe {
	f := s.Fields
	x := &exchange.Exchange{}
	x.Request.Method, x.Request.Path, x.Request.RawPath = f[1], f[2], f[3]
	x.Request.Query, x.Request.Scheme, x.Request.Host, x.Request.Proto = f[4], f[5], f[6], f[7]
	if f[8] != "" {
		x.Request.Client = netip.MustParseAddr(f[8])
	}
	x.ID = f[10]
	x.Start = time.UnixMilli(s.TimeUnixMs)
	x.Request.Header = append(exchange.Header{}, s.Header...)
	x.Response.Header = append(exchange.Header{}, s.ResponseHeader...)
	x.Response.Status = s.Status
	x.Request.Body.SetBytes(s.Body)
	x.Response.Body.SetBytes(s.ResponseBody)
	if f[12] != "" {
		x.API = &exchange.API{ID: f[12], AccountID: f[18], Region: f[19], Protocol: exchange.HTTP}
		x.Stage = &exchange.Stage{Name: f[13], Variables: s.Params[hostabi.SourceStageVariable]}
		x.Route = &exchange.Route{Key: f[14], Resource: f[15]}
	}
	x.Principal = f[17]
	x.PathParams = s.Params[hostabi.SourcePath]
	for _, v := range s.Params[hostabi.SourceAuthContext] {
		x.SetAuthValue(exchange.AuthValue{Key: v.Name, Value: v.Value})
	}
	c := x.NewCall()
	c.Identity = s.Identity
	p := &probe{Call: c}
	c.Stream = p
	if s.Event != nil {
		c.BuildEvent = func(*exchange.Call) ([]byte, error) { return s.Event, nil }
	}
	for name, b := range s.Scratch {
		if err := c.SetScratch(name, b); err != nil {
			panic(err)
		}
	}
	return p
}

func TestConformanceOverTheExchange(t *testing.T) {
	s := subject(newEngine(t), tck.Guest, tck.GuestMemory)
	s.NewHost = newProbe
	tck.Run(t, s)
}
