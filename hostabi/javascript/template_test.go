package javascript_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/javascript"
)

// What a project begins with is a plugin of its kind.
func TestTemplates(t *testing.T) {
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string][]hostabi.Kind{
		"authorizer":  {hostabi.Authorize},
		"mapper":      {hostabi.MapRequest, hostabi.MapResponse},
		"integration": {hostabi.Authorize, hostabi.Integrate},
	} {
		source, err := os.ReadFile(filepath.Join("../../sdk/js/template", kind, "{{name}}.js"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := javascript.Kinds(t.Context(), e, kind, source); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", kind, got, err, want)
		}
	}
}
