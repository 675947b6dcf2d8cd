package native_test

import (
	"testing"

	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestConformanceOfTheRustGuest(t *testing.T) {
	guest := rustGuest(t, "conformance")
	tck.Run(t, subject(newEngine(t), guest, 0))
}
