package main

import "strings"

// lists are elements that are lists, even of one, as a tree of their names. The
// nil tree has none.
type lists struct {
	list bool
	next map[string]*lists
}

// add adds an element by its path, names with dots between them.
func (l *lists) add(path string) {
	for name := range strings.SplitSeq(path, ".") {
		if l.next[name] == nil {
			if l.next == nil {
				l.next = make(map[string]*lists)
			}
			l.next[name] = &lists{}
		}
		l = l.next[name]
	}
	l.list = true
}

// below are the lists below an element.
func (l *lists) below(name string) *lists {
	if l == nil {
		return nil
	}
	return l.next[name]
}

func (l *lists) isList() bool { return l != nil && l.list }
