package policy

import (
	"strings"
	"testing"
)

// naive matches a pattern the obvious way, with the wildcards of IAM.
func naive(pattern, s string) bool {
	// row[j] says whether the pattern so far matches s[:j].
	row := make([]bool, len(s)+1)
	row[0] = true
	for i := 0; i < len(pattern); i++ {
		next := make([]bool, len(s)+1)
		for j := range next {
			switch {
			case pattern[i] == '*':
				next[j] = row[j] || j > 0 && next[j-1]
			case j > 0:
				next[j] = row[j-1] && (pattern[i] == '?' || pattern[i] == s[j-1])
			}
		}
		row = next
	}
	return row[len(s)]
}

// A glob matches what the naive matcher matches, for any pattern and text.
func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{{"a*b?c", "axxbyc"}, {"", ""}, {"**", "x"}, {"*a*a*a", "aaaa"}, {"?*?", "ab"}, {"a", "a"},
		{"*ab", "aab"}, {"a*", "a"}, {"a*a", "a"}, {"*?a?*", "xxaxx"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		g, err := compile(pattern, true, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := g.match(s, nil); got != naive(pattern, s) {
			t.Errorf("%q matches %q = %v", pattern, s, got)
		}
	})
}

// A pattern over ARNs matches when each of its six parts does.
func FuzzResource(f *testing.F) {
	f.Add("arn:aws:execute-api:*:*:api1/*/GET/*", called)
	f.Add("arn:aws:*", called)
	f.Add("*", "x")
	f.Add("arn:a:b:c:d:e:f*", "arn:a:b:c:d:e:f:g")
	f.Fuzz(func(t *testing.T, pattern, resource string) {
		p, err := parseARN(pattern, false)
		if err != nil || p.all {
			return
		}
		a, ok := splitARN(resource)
		if !ok {
			return
		}
		patterns := strings.SplitN(pattern, ":", 6)
		parts := strings.SplitN(resource, ":", len(patterns))
		want := true
		for i := range patterns {
			want = want && naive(patterns[i], parts[i])
		}
		if got, known := p.match(&a, nil); got != want || !known {
			t.Errorf("%q matches %q = %v, %v, want %v", pattern, resource, got, known, want)
		}
	})
}

// Parse never panics, and a document that has no Allow in it never allows.
func FuzzParse(f *testing.F) {
	f.Add([]byte(statements(`{"Effect":"Allow","Action":"*","Resource":"*"}`)))
	f.Add([]byte(statements(`{"Effect":"Deny","NotAction":"s3:*","NotResource":"arn:aws:s3:::${aws:username, 'x'}*","Condition":{"ForAllValues:StringLikeIfExists":{"aws:username":["a*","${*}"]},"Null":{"aws:userid":true},"DateLessThan":{"aws:CurrentTime":"2020"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"NumericLessThan":{"aws:EpochTime":7}}}`)))
	f.Add([]byte(statements(`{"Effect":"Deny","Principal":{"AWS":["123456789012","*"]},"Action":"*","Resource":"execute-api:/*"}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := Request{Resource: called, Keys: []Key{{"aws:username", "ann"}}}
		identity, err := ParseIdentity(data)
		if err == nil && identity.Evaluate(&r) == Allow && !strings.Contains(string(data), "llow") && !strings.Contains(string(data), `\u`) {
			t.Errorf("%s allows", data)
		}
		resource, err := ParseResource(data, "arn:aws:execute-api:us-east-1:123456789012:api1")
		if err == nil {
			first := resource.Evaluate(&r)
			if second := resource.Evaluate(&r); first != second {
				t.Errorf("%s says %v, then %v", data, first, second)
			}
		}
	})
}

// A document says what an evaluation written straight from IAM's rules says:
// each byte of the input picks a piece of a statement.
func FuzzEvaluate(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7}, "prod/GET/a")
	f.Add([]byte{1, 0, 0, 0, 0, 3, 1, 4}, "prod/POST/x:y/z")
	effects := []string{"Allow", "Deny"}
	actionPatterns := []string{"*", "execute-api:Invoke", "EXECUTE-API:inv*", "s3:*", "execute-api:?nvoke", "execute-api:ManageConnections"}
	resources := []string{"*", "arn:aws:execute-api:*:*:api1/*", "arn:aws:execute-api:eu-west-1:1:api1/prod/GET/*", "arn:aws:execute-api:*:*:api2/*",
		"arn:aws:execute-api:*", "arn:aws:execute-api:eu-west-?:1:*/?", "arn:aws:s3:::b"}
	f.Fuzz(func(t *testing.T, picks []byte, path string) {
		resource := "arn:aws:execute-api:eu-west-1:1:api1/" + path
		want := Silent
		var list []string
		for len(picks) >= 5 && len(list) < 20 {
			effect := effects[picks[0]%2]
			action, notAction := actionPatterns[int(picks[1])%len(actionPatterns)], picks[3]&1 != 0
			pattern, notResource := resources[int(picks[2])%len(resources)], picks[4]&1 != 0
			picks = picks[5:]
			not := map[bool]string{true: "Not"}
			list = append(list, `{"Effect":"`+effect+`","`+not[notAction]+`Action":"`+action+`","`+not[notResource]+`Resource":["`+pattern+`"]}`)

			act := naive(strings.ToLower(action), "execute-api:invoke") != notAction
			res := pattern == "*"
			if !res {
				patterns := strings.SplitN(pattern, ":", 6)
				parts := strings.SplitN(resource, ":", len(patterns))
				res = true
				for i := range patterns {
					res = res && naive(patterns[i], parts[i])
				}
			}
			if act && res != notResource {
				if effect == "Deny" {
					want = Deny
				} else if want != Deny {
					want = Allow
				}
			}
		}
		text := statements(strings.Join(list, ","))
		d, err := ParseIdentity([]byte(text))
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if got := d.Evaluate(&Request{Resource: resource}); got != want {
			t.Errorf("%s says %v of %q, want %v", text, got, resource, want)
		}
	})
}
