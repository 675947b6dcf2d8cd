package match

import "testing"

func TestIndexWhereALengthHasManyShapes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		routes []Route
		index  bool
	}{
		{"one route", parseRoutes("GET /a/{b}"), false},
		{"the root", parseRoutes("GET /"), false},
		{"many texts of one shape", parseRoutes("GET /a", "GET /b", "GET /c", "GET /d", "GET /e"), false},
		{"three shapes of a length", parseRoutes("GET /a/b", "GET /a/{b}", "GET /{p+}"), false},
		{"many shapes, three of a length", parseRoutes("GET /a/b", "GET /a/{b}", "GET /{p+}", "GET /", "GET /a", "GET /a/b/c", "GET /a/{b}/c"), false},
		{"four shapes of a length", parseRoutes("GET /a/b", "GET /a/{b}", "GET /{a}/b", "GET /{a}/{b}"), true},
		{"four shapes of the lengths that no template has", parseRoutes("GET /{p+}", "GET /a/{p+}", "GET /{a}/{p+}", "GET /a/b/{p+}"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := mustNew(t, REST, tt.routes)
			if got := table.lengths == nil; got != tt.index {
				t.Errorf("index: %v, want %v", got, tt.index)
			}
			if got := len(table.index.bits) > 0; got != tt.index {
				t.Errorf("bits of an index: %v, want %v", got, tt.index)
			}
		})
	}
}
