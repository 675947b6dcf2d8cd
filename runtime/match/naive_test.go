package match

import "strings"

// naive is the oracle: it tries every route on every request and shares no
// code with Table. It expects routes that New accepts.
func naive(p Protocol, routes []Route, method, path string) (best int, params []Param) {
	best = -1
	if !strings.HasPrefix(path, "/") {
		return best, nil
	}
	for i, r := range routes {
		if r.Path == "$default" {
			if best < 0 {
				best, params = i, nil
			}
			continue
		}
		got, ok := naiveFits(r, method, path)
		if ok && (best < 0 || naiveBetter(p, r, routes[best])) {
			best, params = i, got
		}
	}
	return best, params
}

func naiveSegments(path string) []string {
	if path = strings.TrimRight(path, "/"); path == "" {
		return nil
	}
	return strings.Split(path[1:], "/")
}

func naiveFits(r Route, method, path string) (params []Param, ok bool) {
	switch {
	case r.Method == method && method != "ANY":
	case r.Method == "ANY" && strings.Contains(" DELETE GET HEAD OPTIONS PATCH POST PUT ", " "+method+" "):
	default:
		return nil, false
	}
	want, got := naiveSegments(r.Path), naiveSegments(path)
	for i, w := range want {
		if i >= len(got) {
			return nil, false
		}
		switch {
		case strings.HasSuffix(w, "+}"):
			return append(params, Param{Name: w[1 : len(w)-2], Value: strings.Join(got[i:], "/")}), true
		case w[0] == '{' && got[i] == "":
			return nil, false
		case w[0] == '{':
			params = append(params, Param{Name: w[1 : len(w)-1], Value: got[i]})
		case w != got[i]:
			return nil, false
		}
	}
	return params, len(want) == len(got)
}

// naiveBetter compares two routes that fit the same request.
func naiveBetter(p Protocol, a, b Route) bool {
	if b.Path == "$default" {
		return true
	}
	if ag, bg := strings.Contains(a.Path, "+}"), strings.Contains(b.Path, "+}"); p == HTTP && ag != bg {
		return bg
	}
	as, bs := naiveSegments(a.Path), naiveSegments(b.Path)
	for i := range min(len(as), len(bs)) {
		if ka, kb := naiveKind(as[i]), naiveKind(bs[i]); ka != kb {
			return ka < kb
		}
	}
	return a.Method != "ANY" && b.Method == "ANY"
}

func naiveKind(segment string) int {
	switch {
	case strings.HasSuffix(segment, "+}"):
		return 2
	case segment[0] == '{':
		return 1
	}
	return 0
}
