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
// picked by it. Without responses it answers its status with an empty body, or
// 200 where its status is 0 or cannot end a request.
func NewMock(status int, list []Response) (*Mock, error) {
	if status == 0 {
		status = 200
	}
	if len(list) == 0 {
		empty, answer := "", status
		if answer < 200 {
			answer = 200
		}
		list = []Response{{Status: answer, Body: &empty}}
	}
	r, err := newResponses(list)
	return &Mock{status, r}, err
}

// Integrate implements [Integration].
func (m *Mock) Integrate(_ context.Context, x *exchange.Exchange) *exchange.Refusal {
	x.Log.IntegrationStatus, x.Log.BackendStatus = m.status, m.status
	x.Response.Body.SetBytes(nil)
	if refusal := m.responses.apply(x, nil, 0); refusal != nil {
		return refusal
	}
	if !x.Response.Header.Has("Content-Type") {
		x.Response.Header.Add("Content-Type", "application/json")
	}
	return nil
}
