package adapter

import "fmt"

// SourceError is what is wrong at a place of a script. Line and Column count from
// 1; 0 means that they are not known.
type SourceError struct {
	Line, Column int
	Text         string
}

func (e *SourceError) Error() string { return e.Place() + e.Text }

// Place is what stands before the text: "3:7: ", "3: " or nothing.
func (e *SourceError) Place() string {
	switch {
	case e.Line == 0:
		return ""
	case e.Column == 0:
		return fmt.Sprintf("%d: ", e.Line)
	}
	return fmt.Sprintf("%d:%d: ", e.Line, e.Column)
}
