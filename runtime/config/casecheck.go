package config

import (
	"maps"
	"slices"
)

// checkCases joins the defaults with each case and refuses a name that comes
// twice: reports and golden files go by names.
func checkCases(d *decoder, c *Cases) {
	first := map[string]string{}
	for i := range c.Case {
		x := &c.Case[i]
		if at, ok := first[x.Name]; ok && x.Name != "" {
			d.errorf(Join(x.Key, "name"), "%s is the name of %s (line %d) too", quote(x.Name), at, d.Pos(at).Line)
		}
		first[x.Name] = x.Key
		checkAnswers(d, x)
		inherit(d, x, &c.Defaults)
		checkDecisions(d, x)
	}
	checkAnswers(d, &c.Defaults)
	if len(c.Case) == 0 && !d.failed["case"] {
		d.errorf("case", "is missing; it must be a list of tables, [[case]]")
	}
}

// inherit gives a case what [defaults] says and the case does not.
func inherit(d *decoder, c, from *Case) {
	set := func(key string) bool { return d.Has(Join(c.Key, key)) || !d.Has(Join(from.Key, key)) }
	pick(set("kind"), &c.Kind, from.Kind)
	pick(set("protocol"), &c.Protocol, from.Protocol)
	pick(set("route"), &c.Route, from.Route)
	pick(set("stage"), &c.Stage, from.Stage)
	pick(set("type"), &c.Type, from.Type)
	pick(set("identity_source"), &c.IdentitySource, from.IdentitySource)
	pick(set("payload_format"), &c.PayloadFormat, from.PayloadFormat)
	pick(set("ttl"), &c.TTL, from.TTL)
	pick(set("timeout"), &c.Timeout, from.Timeout)
	pick(set("at"), &c.At, from.At)
	pick(set("backend"), &c.Backend, from.Backend)
	c.HTTP = slices.Concat(c.HTTP, from.HTTP)
	c.StageVariables = joinPairs(c.StageVariables, from.StageVariables)
	c.Secrets = joinPairs(c.Secrets, from.Secrets)
	c.KV = joinPairs(c.KV, from.KV)
	config := maps.Clone(from.Config)
	if config == nil {
		config = c.Config
	} else {
		maps.Copy(config, c.Config)
	}
	c.Config = config
}

func pick[V any](set bool, v *V, from V) {
	if !set {
		*v = from
	}
}

// joinPairs adds to own what it has no entry for.
func joinPairs(own, from []Pair) []Pair {
	list := slices.Clone(own)
	for _, p := range from {
		if !slices.ContainsFunc(own, func(o Pair) bool { return o.Name == p.Name }) {
			list = append(list, p)
		}
	}
	return list
}

// checkCase makes steps of a case that has none of its own.
func checkCase(d *decoder, c *Case) {
	if d.Has(Join(c.Key, "refused")) {
		for _, key := range []string{"request", "event", "expect", "step"} {
			if path := Join(c.Key, key); d.Has(path) {
				d.errorf(path, "there is none where the plugin is refused")
			}
		}
		return
	}
	if len(c.Step) == 0 && !d.Has(Join(c.Key, "step")) {
		checkStep(d, c.Key)
		c.Step = []Step{{Key: c.Key, Request: c.Request, Event: c.Event, Expect: c.Expect}}
		return
	}
	for _, key := range []string{"request", "event", "expect"} {
		if path := Join(c.Key, key); d.Has(path) {
			d.errorf(path, "belongs into each step where a case has [[case.step]]")
		}
	}
}

// checkAnswers holds for what backend and peers answer.
func checkAnswers(d *decoder, c *Case) {
	paths := []string{Join(c.Key, "backend")}
	for i := range c.HTTP {
		paths = append(paths, Index(Join(c.Key, "http"), i))
	}
	for _, path := range paths {
		oneBody(d, path)
		if !d.Has(Join(path, "error")) {
			continue
		}
		for _, key := range []string{"status", "headers", "body", "json"} {
			if answer := Join(path, key); d.Has(answer) {
				d.errorf(answer, "there is none where error is given")
			}
		}
	}
}

// oneBody refuses a message with two bodies.
func oneBody(d *decoder, path string) {
	if d.Has(Join(path, "body")) && d.Has(Join(path, "json")) {
		d.errorf(Join(path, "json"), "stands in place of body; give one of them")
	}
}

// checkStep holds for a table with request, event and expect.
func checkStep(d *decoder, key string) {
	request, event, expect := Join(key, "request"), Join(key, "event"), Join(key, "expect")
	if d.Has(request) && d.Has(event) {
		d.errorf(event, "stands in place of request; give one of them")
	}
	for _, path := range []string{request, expect, Join(expect, "backend")} {
		oneBody(d, path)
	}
	if d.failed[expect] {
		return
	}
	for _, e := range expectTable.entries {
		if d.Has(Join(expect, e.name)) {
			return
		}
	}
	d.errorf(expect, `is missing or empty: a case without expectations cannot fail; say status = 200, or golden = "FILE"`)
}

// checkDecisions refuses what only authorizers have, or only what follows them.
func checkDecisions(d *decoder, c *Case) {
	if c.Kind == CaseAuthorizer {
		for _, s := range c.Step {
			for _, key := range []string{"principal", "context"} {
				if path := Join(s.Key, "request", key); d.Has(path) {
					d.errorf(path, "only what comes after an authorizer has one, and this case tries an authorizer")
				}
			}
		}
	}
	if c.Kind == CaseAuthorizer || c.Kind == "" {
		return
	}
	for _, s := range c.Step {
		for _, key := range []string{"decision", "principal", "context"} {
			if path := Join(s.Key, "expect", key); d.Has(path) {
				d.errorf(path, "only an authorizer has one, and this case tries %s", article(c.Kind))
			}
		}
	}
	for _, key := range []string{"type", "identity_source", "ttl"} {
		if path := Join(c.Key, key); d.Has(path) {
			d.errorf(path, "only an authorizer has one, and this case tries %s", article(c.Kind))
		}
	}
}

func article(kind string) string {
	if kind == CaseIntegration {
		return "an integration"
	}
	return "a " + kind
}
