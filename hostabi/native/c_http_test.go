package native_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// shop has a document per URL; a request for another one fails.
type shop struct {
	documents map[string]string
	asked     chan string
}

func (shop) Limits() hostabi.HTTPLimits {
	return hostabi.HTTPLimits{Requests: 2}
}

func (s shop) Start(_ context.Context, r hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	accept, _ := r.Header.Get("Accept")
	s.asked <- r.Method + " " + r.URL.String() + " " + accept + " " + r.Timeout.String()
	document, ok := s.documents[r.URL.Host]
	if !ok {
		return nil, hostabi.EPERM
	}
	return &delivery{Reader: strings.NewReader(document)}, nil
}

// delivery is an answer that is there at once, 404 if it is empty.
type delivery struct{ *strings.Reader }

func (d *delivery) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func (d *delivery) Response() (int, hostabi.Header, error) {
	if d.Size() == 0 {
		return 404, nil, nil
	}
	return 200, nil, nil
}
func (*delivery) Trailer() hostabi.Header         { return nil }
func (*delivery) Write([]byte) (int, error)       { return 0, io.ErrClosedPipe }
func (*delivery) SetTrailer(string, string) error { return hostabi.EINVAL }
func (*delivery) CloseWrite() error               { return nil }
func (*delivery) Close() error                    { return nil }

func TestAnIntegrationInCThatAsksTwoBackends(t *testing.T) {
	for _, tt := range []struct {
		does      string
		documents map[string]string
		want      string
	}{
		{"both answer", map[string]string{"stock.internal:8080": "7", "price.internal:8080": "4.5"}, `{"stock":7,"price":4.5}` + "\n"},
		{"one has nothing, the other is not granted", map[string]string{"price.internal:8080": ""}, `{"stock":null,"price":null}` + "\n"},
		{"one says too much", map[string]string{"stock.internal:8080": strings.Repeat("7", 16385), "price.internal:8080": strings.Repeat("4", 16384)},
			`{"stock":null,"price":` + strings.Repeat("4", 16384) + "}\n"},
	} {
		t.Run(tt.does, func(t *testing.T) {
			s := shop{tt.documents, make(chan string, 2)}
			p := loadC(t, freestanding, "examples/both.c", hostabi.Capabilities{HTTP: s})
			h := tck.NewHost(tck.Setup{})
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			answer, err := p.Call(ctx, hostabi.Integrate, h)
			if body, _, _ := h.Body(true); answer != 0 || err != nil || string(body) != tt.want {
				t.Errorf("%d, %v, %q", answer, err, body)
			}
			for _, host := range []string{"stock", "price"} {
				if got, want := <-s.asked, "GET http://"+host+".internal:8080/tea application/json 2s"; got != want {
					t.Errorf("it asked %s, want %s", got, want)
				}
			}
		})
	}
}
