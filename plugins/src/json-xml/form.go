package main

import "strings"

// form is the form of a body.
type form byte

const (
	formJSON form = 'j'
	formXML  form = 'x'
)

func (f form) other() form {
	if f == formJSON {
		return formXML
	}
	return formJSON
}

// mediaType is what a body of the form is sent as.
func (f form) mediaType() string {
	if f == formJSON {
		return "application/json"
	}
	return config.xmlType + "; charset=utf-8"
}

// accept asks a backend for the form, and takes what it cannot give in it.
func (f form) accept() string {
	if f == formJSON {
		return "application/json, */*;q=0.1"
	}
	return config.xmlType + ", */*;q=0.1"
}

// formOf is the form that a Content-Type, or a range of Accept, names: by its
// type or by the suffix of RFC 6839.
func formOf(contentType string) (form, bool) {
	t, _, _ := strings.Cut(contentType, ";")
	switch t = strings.ToLower(strings.TrimSpace(t)); {
	case t == "application/json", t == "text/json", strings.HasSuffix(t, "+json"):
		return formJSON, true
	case t == "application/xml", t == "text/xml", strings.HasSuffix(t, "+xml"):
		return formXML, true
	}
	return 0, false
}

// isUTF8 reports that a Content-Type names no other charset.
func isUTF8(contentType string) bool {
	_, rest, _ := strings.Cut(contentType, ";")
	for p := range strings.SplitSeq(rest, ";") {
		key, value, _ := strings.Cut(p, "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		if strings.EqualFold(strings.TrimSpace(key), "charset") && !strings.EqualFold(value, "utf-8") && !strings.EqualFold(value, "us-ascii") {
			return false
		}
	}
	return true
}

// preferred is the form that an Accept likes better; otherwise where it likes
// both the same or is not there.
func preferred(accept string, otherwise form) form {
	rest := 0
	q := map[form]int{formJSON: -1, formXML: -1}
	for r := range strings.SplitSeq(accept, ",") {
		t, parameters, _ := strings.Cut(r, ";")
		if f, ok := formOf(t); ok {
			q[f] = max(q[f], quality(parameters))
		} else if t = strings.ToLower(strings.TrimSpace(t)); t == "*/*" || t == "application/*" {
			rest = max(rest, quality(parameters))
		}
	}
	for f := range q {
		if q[f] < 0 {
			q[f] = rest
		}
	}
	switch {
	case q[formJSON] > q[formXML]:
		return formJSON
	case q[formXML] > q[formJSON]:
		return formXML
	}
	return otherwise
}

// quality is the weight among parameters in thousandths (RFC 9110, section
// 12.4.2); what is no weight counts as 1.
func quality(parameters string) int {
	for p := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(key, "q") {
			continue
		}
		whole, fraction, _ := strings.Cut(value, ".")
		if whole != "0" || len(fraction) > 3 {
			return 1000
		}
		q := 0
		for i := range 3 {
			q *= 10
			if i < len(fraction) && '0' <= fraction[i] && fraction[i] <= '9' {
				q += int(fraction[i] - '0')
			}
		}
		return q
	}
	return 1000
}
