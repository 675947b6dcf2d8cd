package tck

import (
	"encoding/binary"

	"github.com/portico-gateway/portico/hostabi"
)

// fieldCases are fields one by one and several at once.
func fieldCases() (cs []testCase) {
	ex := example()
	var steps []step
	for id := hostabi.FieldMethod; id <= hostabi.FieldToken; id++ {
		if v, ok := ex.Fields[id]; ok {
			steps = append(steps, step{Command: with(field(id), 128), want: int64(len(v)), buffer: v + untouched(128-len(v))})
		}
	}
	cs = append(cs, testCase{name: "get_field gives every scalar", kind: hostabi.Authorize, setup: ex, steps: steps})
	cs = append(cs, testCase{name: "fields that a request lacks are absent", kind: hostabi.Authorize,
		steps: []step{{Command: field(hostabi.FieldStage), want: int64(hostabi.ENOENT)}, {Command: field(hostabi.FieldToken), want: int64(hostabi.ENOENT)}}})
	for k := hostabi.MapRequest; int(k) < hostabi.Kinds; k++ {
		cs = append(cs, testCase{name: "the token is the authorizer's alone", kind: k, setup: ex,
			steps: []step{{Command: field(hostabi.FieldToken), want: int64(hostabi.ENOENT)}}})
	}
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		all := tlv(ex, k)
		c := Command{Func: hostabi.FuncContextRead, Mask: 1<<64 - 1}
		cs = append(cs, testCase{name: "context_read gives all fields in order and skips what it does not know", kind: k, setup: ex, steps: sized(c, all)})
	}
	cs = append(cs, testCase{name: "context_read of nothing is empty", kind: hostabi.Authorize,
		steps: []step{{Command: Command{Func: hostabi.FuncContextRead}}, {Command: Command{Func: hostabi.FuncContextRead, Mask: 1 | 1<<22 | 1<<63 | 1<<hostabi.FieldStage}}}})
	params := []struct {
		source hostabi.Source
		name   string
		one    string
		all    string
	}{
		{hostabi.SourcePath, "id", "a/b", listOf("a/b")},
		{hostabi.SourceQuery, "q", "2", listOf("1", "2")},
		{hostabi.SourceStageVariable, "backend", "10.0.0.7", listOf("10.0.0.7")},
		{hostabi.SourceAuthContext, "tenant", "t1", listOf("t1")},
		{hostabi.SourceCookie, "c", "1", listOf("1", "2")},
	}
	steps = nil
	for _, p := range params {
		steps = append(steps, sized(Command{Func: hostabi.FuncGetParam, Number: uint32(p.source), In: [2]string{p.name}}, p.one)...)
		steps = append(steps, sized(Command{Func: hostabi.FuncParamValues, Number: uint32(p.source), In: [2]string{p.name}}, p.all)...)
	}
	cs = append(cs, testCase{name: "every source has its parameters", kind: hostabi.MapResponse, setup: ex, steps: steps})
	cs = append(cs, testCase{name: "set_field changes what is read after it", kind: hostabi.MapRequest, setup: ex, steps: []step{
		{Command: Command{Func: hostabi.FuncSetField, Number: uint32(hostabi.FieldMethod), In: [2]string{"PATCH"}}},
		{Command: Command{Func: hostabi.FuncSetField, Number: uint32(hostabi.FieldPath), In: [2]string{"/new"}}},
		{Command: Command{Func: hostabi.FuncSetField, Number: uint32(hostabi.FieldQuery), In: [2]string{""}}},
		{Command: with(field(hostabi.FieldMethod), 5), want: 5, buffer: "PATCH"},
		{Command: with(field(hostabi.FieldPath), 4), want: 4, buffer: "/new"},
		{Command: field(hostabi.FieldQuery), want: 0},
	}})
	return cs
}

func field(id hostabi.FieldID) Command {
	return Command{Func: hostabi.FuncGetField, Number: uint32(id)}
}

// tlv is what context_read of everything gives.
func tlv(s Setup, k hostabi.Kind) string {
	var b []byte
	add := func(id hostabi.FieldID, v string) {
		b = binary.LittleEndian.AppendUint16(b, uint16(id))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	for id := hostabi.FieldMethod; id <= hostabi.FieldToken; id++ {
		switch v, ok := s.Fields[id]; {
		case id == hostabi.FieldTimeUnixMs:
			add(id, string(binary.LittleEndian.AppendUint64(nil, uint64(s.TimeUnixMs))))
		case ok && (id != hostabi.FieldToken || k == hostabi.Authorize):
			add(id, v)
		}
	}
	add(hostabi.FieldHeaders, pairsOf(s.Header))
	add(hostabi.FieldQueryParams, pairsOf(s.Params[hostabi.SourceQuery]))
	add(hostabi.FieldPathParams, pairsOf(s.Params[hostabi.SourcePath]))
	add(hostabi.FieldStageVariables, pairsOf(s.Params[hostabi.SourceStageVariable]))
	add(hostabi.FieldAuthContext, pairsOf(s.Params[hostabi.SourceAuthContext]))
	if k == hostabi.Authorize {
		add(hostabi.FieldIdentity, listOf(s.Identity...))
	}
	if k == hostabi.MapResponse || k == hostabi.Integrate {
		add(hostabi.FieldResponseHeaders, pairsOf(s.ResponseHeader))
		add(hostabi.FieldStatus, string([]byte{byte(s.Status), byte(s.Status >> 8)}))
	}
	return string(b)
}
