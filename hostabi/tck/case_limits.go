package tck

import (
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// limitCases are sizes at and over a limit.
func limitCases() []testCase {
	ex := example()
	e2big := int64(hostabi.E2BIG)
	size := 0
	for _, f := range ex.Header {
		size += len(f.Name) + len(f.Value)
	}
	room := maxFieldBytes - size - len("big")
	full := ex
	full.Header = append(slices.Clone(ex.Header), hostabi.Field{Name: "big", Value: strings.Repeat("v", room)})
	var flood []step
	for range maxFields - len(ex.Header) {
		flood = append(flood, step{Command: Command{Func: hostabi.FuncAddHeader, In: [2]string{"x", ""}}})
	}
	flood = append(flood, step{Command: Command{Func: hostabi.FuncAddHeader, In: [2]string{"x", ""}}, want: e2big})
	flood = append(flood,
		step{Command: Command{Func: hostabi.FuncSetHeader, In: [2]string{"new", ""}}, want: e2big},
		step{Command: Command{Func: hostabi.FuncSetHeader, In: [2]string{"accept", "text/html"}}},
		step{Command: Command{Func: hostabi.FuncRemoveHeader, In: [2]string{"accept"}}},
		step{Command: Command{Func: hostabi.FuncSetHeader, In: [2]string{"new", ""}}},
	)
	value := func(n int, want int64) []step {
		return []step{{Command: Command{Func: hostabi.FuncSetHeader, In: [2]string{"big", strings.Repeat("v", n)}}, want: want}}
	}
	line := Command{Func: hostabi.FuncLog, Number: uint32(hostabi.LevelWarn), In: [2]string{"again"}}
	log := []step{{Command: bulk(hostabi.FuncLog, uint32(hostabi.LevelWarn), 1<<17)}}
	for range hostabi.DefaultLines - 1 {
		log = append(log, step{Command: line})
	}
	log = append(log, fails(line, hostabi.EAGAIN), fails(line, hostabi.EAGAIN),
		step{Command: Command{Func: hostabi.FuncLog, Number: uint32(hostabi.LevelError) + 1}, want: int64(hostabi.EINVAL)})
	var body []step
	for range maxBody >> 17 {
		body = append(body, step{Command: bulk(hostabi.FuncStreamWrite, response, 1<<17), want: 1 << 17})
	}
	body = append(body, step{Command: bulk(hostabi.FuncStreamWrite, response, 1), want: e2big})
	return []testCase{
		{name: "random fills up to 64 KiB", kind: hostabi.Authorize, setup: ex, steps: []step{
			{Command: with(Command{Func: hostabi.FuncRandom}, 32), buffer: untouched(32), random: true},
			{Command: Command{Func: hostabi.FuncRandom, Cap: 65535}},
			{Command: Command{Func: hostabi.FuncRandom, Cap: 65536}},
			{Command: Command{Func: hostabi.FuncRandom, Cap: 65537, Keep: 64}, want: e2big, buffer: untouched(64)},
			{Command: Command{Func: hostabi.FuncRandom}},
		}},
		{name: "scratch holds 64 KiB and keeps what it had when more comes", kind: hostabi.MapRequest, setup: ex, steps: []step{
			{Command: bulk(hostabi.FuncScratchWrite, 0, 65535)},
			{Command: Command{Func: hostabi.FuncScratchRead}, want: 65535},
			{Command: bulk(hostabi.FuncScratchWrite, 0, 65536)},
			{Command: Command{Func: hostabi.FuncScratchRead}, want: 65536},
			{Command: bulk(hostabi.FuncScratchWrite, 0, 65537), want: e2big},
			{Command: Command{Func: hostabi.FuncScratchRead, Cap: 65536, Keep: 16}, want: 65536, buffer: untouched(16)},
			{Command: bulk(hostabi.FuncScratchWrite, 0, 0)},
			{Command: Command{Func: hostabi.FuncScratchRead}, want: 0},
		}},
		{name: "a header list holds 400 fields", kind: hostabi.MapRequest, setup: ex, steps: flood},
		{name: "a header list holds 40 KiB", kind: hostabi.MapRequest, setup: ex, steps: value(room, 0)},
		{name: "a full header list can be told the same in other words, and less", kind: hostabi.MapRequest, setup: full, steps: []step{
			{Command: Command{Func: hostabi.FuncAddHeader, In: [2]string{"x", ""}}, want: e2big},
			{Command: Command{Func: hostabi.FuncSetHeader, In: [2]string{"BIG", strings.Repeat("w", room)}}},
			{Command: Command{Func: hostabi.FuncRemoveHeader, In: [2]string{"big"}}},
			{Command: Command{Func: hostabi.FuncAddHeader, In: [2]string{"x", ""}}},
		}},
		{name: "a header list holds no more than 40 KiB", kind: hostabi.MapRequest, setup: ex, steps: value(room+1, e2big)},
		{name: "log takes 32 lines", kind: hostabi.MapResponse, setup: ex, steps: log},
		{name: "a body holds 10 MiB", kind: hostabi.MapResponse, setup: ex, steps: body},
	}
}

// bulk is a command whose first input is n bytes.
func bulk(f string, number uint32, n uint32) Command {
	return Command{Func: f, Number: number, Cap: n, Fault: 8}
}
