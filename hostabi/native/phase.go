package native

import (
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

// phase is a kind of call, or one of two more: they are what decides whether a
// host function may be called.
type phase uint8

const (
	// flushed is an integration after stream_flush.
	flushed = phase(hostabi.Kinds) + iota
	// starting is an instance before portico_configure.
	starting
)

// notAfterFlush are the functions that an integration may call until its
// head is final. What they look at belongs to later phases from then on.
var notAfterFlush = []string{
	hostabi.FuncGetStatus, hostabi.FuncSetStatus,
	hostabi.FuncEventRead, hostabi.FuncResultWrite,
	hostabi.FuncScratchRead, hostabi.FuncScratchWrite,
}

// phasesOf is the set of phases, bit 1<<phase, in which a function may be
// called for the request or for the response.
func phasesOf(f string, response bool) (set uint8) {
	for k := range hostabi.Kind(hostabi.Kinds) {
		if hostabi.Allowed(f, k, response) {
			set |= 1 << k
		}
	}
	if set&(1<<hostabi.Integrate) != 0 && !slices.Contains(notAfterFlush, f) && !(response && isHeader(f)) {
		set |= 1 << flushed
	}
	if f == hostabi.FuncRandom {
		set |= 1 << starting
	}
	return set
}

func isHeader(f string) bool {
	switch f {
	case hostabi.FuncGetHeader, hostabi.FuncHeaderValues, hostabi.FuncHeaders,
		hostabi.FuncSetHeader, hostabi.FuncAddHeader, hostabi.FuncRemoveHeader:
		return true
	}
	return false
}

// answers are the answers that a kind may give, bit 1<<answer.
var answers = [hostabi.Kinds]uint8{
	hostabi.Configure:   1 << hostabi.AnswerContinue,
	hostabi.Authorize:   1<<hostabi.AnswerDeny | 1<<hostabi.AnswerAllow | 1<<hostabi.AnswerUnauthorized | 1<<hostabi.AnswerResult,
	hostabi.MapRequest:  1<<hostabi.AnswerContinue | 1<<hostabi.AnswerRespond,
	hostabi.MapResponse: 1 << hostabi.AnswerContinue,
	hostabi.Integrate:   1<<hostabi.AnswerContinue | 1<<hostabi.AnswerResult,
}
