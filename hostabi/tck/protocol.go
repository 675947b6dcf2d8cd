package tck

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// Command is one host call that the guest is to make.
type Command struct {
	Func   string
	Number uint32
	Mask   uint64
	Cap    uint32
	Keep   uint32
	In     [2]string
	// Fault has bit 1 for the first input, 2 for the second, 4 for the
	// buffer, whose pointer shall be At; 8 passes the buffer, filled with
	// 0xA5, as the first input, 16 as the second.
	Fault uint8
	At    uint32
}

// Result is what a host call answered.
type Result struct {
	Value  int64
	Buffer string
}

// filler is what the buffer holds before a command.
const filler = 0xa5

var index = func() map[string]byte {
	m := map[string]byte{}
	for i, f := range hostabi.Functions {
		m[f.Name] = byte(i)
	}
	return m
}()

// Encode is a program for the guest.
func Encode(answer int32, commands []Command) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(answer))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(commands)))
	for _, c := range commands {
		n, ok := index[c.Func]
		if !ok {
			panic("tck: no function " + c.Func)
		}
		b = append(b, n, c.Fault)
		b = binary.LittleEndian.AppendUint32(b, c.Number)
		b = binary.LittleEndian.AppendUint64(b, c.Mask)
		b = binary.LittleEndian.AppendUint32(b, c.At)
		b = binary.LittleEndian.AppendUint32(b, c.Cap)
		b = binary.LittleEndian.AppendUint32(b, c.Keep)
		for _, in := range c.In {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(in)))
			b = append(b, in...)
		}
	}
	return b
}

// EncodeConfig is a configuration that has the guest run a program when it is
// configured.
func EncodeConfig(answer int32, commands []Command) []byte {
	return []byte(`{"tck":"` + hex.EncodeToString(Encode(answer, commands)) + `"}`)
}

// errReport reports a report that is not one.
var errReport = errors.New("malformed report")

// Decode reads the report on n commands.
func Decode(b []byte, n int) ([]Result, error) {
	results := make([]Result, 0, n)
	for range n {
		if len(b) < 12 {
			return nil, fmt.Errorf("%w: it ends after %d of %d results", errReport, len(results), n)
		}
		value := int64(binary.LittleEndian.Uint64(b))
		size := uint64(binary.LittleEndian.Uint32(b[8:]))
		if b = b[12:]; uint64(len(b)) < size {
			return nil, fmt.Errorf("%w: a buffer of %d bytes in the last %d", errReport, size, len(b))
		}
		results = append(results, Result{value, string(b[:size])})
		b = b[size:]
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errReport, len(b))
	}
	return results, nil
}

// DecodeError reads the report out of the text that config_error was given,
// wherever it stands in the error of a failed load.
func DecodeError(err error, n int) ([]Result, error) {
	if err == nil {
		return nil, fmt.Errorf("%w: the load did not fail", errReport)
	}
	_, text, ok := strings.Cut(err.Error(), "tck:")
	if !ok {
		return nil, fmt.Errorf("%w: no report in %w", errReport, err)
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
	if end >= 0 {
		text = text[:end]
	}
	b, herr := hex.DecodeString(text)
	if herr != nil {
		return nil, fmt.Errorf("%w: %w", errReport, herr)
	}
	return Decode(b, n)
}
