package integrate

import (
	"context"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Mock answers without a backend.
type Mock struct {
	status    int
	responses *responses
}

var _ Integration = (*Mock)(nil)

// NewMock makes a mock whose integration status is status; the response is
// picked by it. Without responses it answers 200 with an empty body.
func NewMock(status int, list []Response) (*Mock, error) {
	if status == 0 {
		status = 200
	}
	if len(list) == 0 {
		empty := ""
		list = []Response{{Status: 200, Body: &empty}}
	}
	r, err := newResponses(list)
	return &Mock{status, r}, err
}

// Integrate implements [Integration].
func (m *Mock) Integrate(_ context.Context, x *exchange.Exchange) *exchange.Refusal {
	x.Log.IntegrationStatus = m.status
	x.Response.Body.SetBytes(nil)
	if refusal := m.responses.apply(x, nil, 0); refusal != nil {
		return refusal
	}
	if !x.Response.Header.Has("Content-Type") {
		x.Response.Header.Add("Content-Type", "application/json")
	}
	return nil
}
