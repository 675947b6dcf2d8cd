package main

import (
	"log"
	"log/slog"
	"strings"
)

// libraryLog has what libraries write to the standard logger in the gateway's own
// log, at debug: net/http writes a line for each peer that says something unasked,
// so peers decide how many there are.
type libraryLog struct{ to *slog.Logger }

// captureStandardLog sends the standard logger's lines to a log.
func captureStandardLog(to *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(libraryLog{to})
}

// Write logs a line as far as its first quotation mark: what is quoted came from a
// peer, who may send back what it was sent, secrets too.
func (l libraryLog) Write(line []byte) (int, error) {
	text, _, quotes := strings.Cut(strings.TrimRight(string(line), "\n"), `"`)
	if quotes {
		text += "…"
	}
	l.to.Debug("a library reports", "text", text)
	return len(line), nil
}
