package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// isScript reports whether a file is one that the JavaScript engine runs.
func isScript(file string) bool { return filepath.Ext(file) == ".js" }

// inspectScript evaluates a script, sandboxed and without capabilities, and
// prints what it exports.
func inspectScript(ctx context.Context, e *env, file string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(file), ".js")
	found, err := plugin.InspectScript(ctx, name, source)
	if at := (*adapter.SourceError)(nil); errors.As(err, &at) && at.Line > 0 {
		return fmt.Errorf("%s:%w", file, err)
	} else if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	sum := sha256.Sum256(source)
	line := func(name, text string) { fmt.Fprintf(e.stdout, "%-9s %s\n", name, text) }
	line("digest", "sha256:"+hex.EncodeToString(sum[:]))
	line("size", fmt.Sprintf("%d bytes", len(source)))
	var kinds []string
	for _, k := range found {
		kinds = append(kinds, k.String())
	}
	line("kinds", orNone(kinds))
	line("runs as", "a script: "+javascript.Level)
	return nil
}
