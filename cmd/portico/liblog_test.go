package main

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
)

func TestWhatLibrariesLogIsInTheGatewaysLog(t *testing.T) {
	defer func(flags int) { log.SetFlags(flags) }(log.Flags())
	defer log.SetOutput(log.Writer())
	var out bytes.Buffer
	level := new(slog.LevelVar)
	captureStandardLog(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: level})))
	// As net/http's transport writes it.
	report := func() {
		log.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", "Bearer s3cret", nil)
	}
	if report(); out.Len() != 0 {
		t.Errorf("at level info it has %s", out.String())
	}
	level.Set(slog.LevelDebug)
	report()
	log.Print("two\nlines")
	got := out.String()
	for _, want := range []string{`"text":"Unsolicited response received on idle HTTP channel starting with …"`, `"text":"two\nlines"`} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "s3cret") {
		t.Errorf("it has what a peer sent:\n%s", got)
	}
}
