package config

import "time"

// The schema of a file of cases.

var casesTable = &table[Cases]{
	entries: []entry[Cases]{
		nested("defaults", caseDefaultsTable, func(c *Cases) *Case { return &c.Defaults }),
		field("case", rows(caseTable), func(c *Cases) *[]Case { return &c.Case }, nil),
	},
	check: checkCases,
}

// caseSettings are the keys of a case that [defaults] has too.
var caseSettings = []entry[Case]{
	derived("kind", oneOf("kind", []string{CaseAuthorizer, CaseMapper, CaseIntegration}, nil),
		func(c *Case) *string { return &c.Kind }, "what the plugin is"),
	field("protocol", oneOf("protocol", []string{ProtocolREST, ProtocolHTTP}, nil), func(c *Case) *string { return &c.Protocol }, ProtocolREST),
	derived("route", anyText, func(c *Case) *string { return &c.Route }, "any method and path"),
	field("stage", checked("the name of a stage", checkStageName), func(c *Case) *string { return &c.Stage }, DefaultStage),
	field("stage_variables", pairs("a table of name = text", checkVariable), func(c *Case) *[]Pair { return &c.StageVariables }, nil),
	derived("type", oneOf("authorizer type", []string{AuthorizerToken, AuthorizerRequest}, laterAuthorizers),
		func(c *Case) *string { return &c.Type }, `"token" with an event of that type, else "request"`),
	derived("identity_source", list(checked("an identity source", checkIdentitySource)),
		func(c *Case) *[]string { return &c.IdentitySource }, `["`+DefaultTokenSource+`"] for type "token"`),
	derived("payload_format", oneOf("payload format", []string{Payload1, Payload2}, nil),
		func(c *Case) *string { return &c.PayloadFormat }, `"2.0" for protocol "http", else "1.0"`),
	field("ttl", duration(0, MaxTTL), func(c *Case) *time.Duration { return &c.TTL }, 0),
	field("config", freeTable, func(c *Case) *map[string]any { return &c.Config }, nil),
	derived("timeout", duration(time.Millisecond, MaxTimeout), func(c *Case) *time.Duration { return &c.Timeout }, "that of NAME.toml"),
	field("secrets", pairs("a table of NAME = value", func(name, _ string) error { return checkSecretName(name) }),
		func(c *Case) *[]Pair { return &c.Secrets }, nil),
	field("kv", pairs("a table of key = value", func(_, _ string) error { return nil }), func(c *Case) *[]Pair { return &c.KV }, nil),
	derived("at", instant, func(c *Case) *time.Time { return &c.At }, "now"),
	nested("backend", answerTable, func(c *Case) *Answer { return &c.Backend }),
	field("http", rows(httpAnswerTable), func(c *Case) *[]HTTPAnswer { return &c.HTTP }, nil),
}

var caseDefaultsTable = &table[Case]{
	key:     func(c *Case) *string { return &c.Key },
	entries: caseSettings,
}

var caseTable = &table[Case]{
	key: func(c *Case) *string { return &c.Key },
	entries: append([]entry[Case]{
		required("name", text, func(c *Case) *string { return &c.Name }),
		nested("request", requestTable, func(c *Case) *CaseRequest { return &c.Request }),
		derived("event", caseEvent, func(c *Case) *CaseEvent { return &c.Event }, nothing),
		nested("expect", expectTable, func(c *Case) *Expect { return &c.Expect }),
		field("step", rows(stepTable), func(c *Case) *[]Step { return &c.Step }, nil),
		derived("refused", someText, func(c *Case) *string { return &c.Refused }, nothing),
	}, caseSettings...),
	check: checkCase,
}

var stepTable = &table[Step]{
	key: func(s *Step) *string { return &s.Key },
	entries: []entry[Step]{
		field("after", duration(0, 100*365*24*time.Hour), func(s *Step) *time.Duration { return &s.After }, 0),
		nested("request", requestTable, func(s *Step) *CaseRequest { return &s.Request }),
		derived("event", caseEvent, func(s *Step) *CaseEvent { return &s.Event }, nothing),
		nested("expect", expectTable, func(s *Step) *Expect { return &s.Expect }),
	},
	check: func(d *decoder, s *Step) { checkStep(d, s.Key) },
}

var requestTable = &table[CaseRequest]{
	entries: []entry[CaseRequest]{
		field("method", checked("a method", checkToken), func(r *CaseRequest) *string { return &r.Method }, "GET"),
		field("path", checked("a path", checkRequestPath), func(r *CaseRequest) *string { return &r.Path }, "/"),
		field("headers", headerPairs, func(r *CaseRequest) *[]Pair { return &r.Headers }, nil),
		field("body", anyText, func(r *CaseRequest) *string { return &r.Body }, ""),
		derived("json", anyJSON, func(r *CaseRequest) *any { return &r.JSON }, nothing),
		field("host", text, func(r *CaseRequest) *string { return &r.Host }, "api.example.com"),
		field("source_ip", checked("an address", checkIP), func(r *CaseRequest) *string { return &r.SourceIP }, "192.0.2.1"),
		field("principal", text, func(r *CaseRequest) *string { return &r.Principal }, ""),
		field("context", freeTable, func(r *CaseRequest) *map[string]any { return &r.Context }, nil),
	},
}

var answerTable = &table[Answer]{
	entries: []entry[Answer]{
		field("status", integer(200, 599), func(a *Answer) *int { return &a.Status }, 200),
		field("headers", headerPairs, func(a *Answer) *[]Pair { return &a.Headers }, nil),
		field("body", anyText, func(a *Answer) *string { return &a.Body }, ""),
		derived("json", anyJSON, func(a *Answer) *any { return &a.JSON }, nothing),
		field("delay", duration(0, time.Minute), func(a *Answer) *time.Duration { return &a.Delay }, 0),
	},
}

var httpAnswerTable = &table[HTTPAnswer]{
	entries: []entry[HTTPAnswer]{
		required("url", text, func(a *HTTPAnswer) *string { return &a.URL }),
		field("method", text, func(a *HTTPAnswer) *string { return &a.Method }, ""),
		field("times", integer(0, 1_000_000), func(a *HTTPAnswer) *int { return &a.Times }, 0),
		field("status", integer(200, 599), func(a *HTTPAnswer) *int { return &a.Status }, 200),
		field("headers", headerPairs, func(a *HTTPAnswer) *[]Pair { return &a.Headers }, nil),
		field("body", anyText, func(a *HTTPAnswer) *string { return &a.Body }, ""),
		derived("json", anyJSON, func(a *HTTPAnswer) *any { return &a.JSON }, nothing),
		field("delay", duration(0, time.Minute), func(a *HTTPAnswer) *time.Duration { return &a.Delay }, 0),
		field("error", oneOf("error", []string{"connect", "timeout", "refused"}, nil), func(a *HTTPAnswer) *string { return &a.Error }, ""),
		derived("expect", given(backendTable.kind()), func(a *HTTPAnswer) **BackendWant { return &a.Expect }, nothing),
	},
}

var expectTable = &table[Expect]{
	entries: []entry[Expect]{
		field("decision", oneOf("decision", []string{"allow", "deny", "unauthorized"}, nil), func(e *Expect) *string { return &e.Decision }, ""),
		derived("principal", given(anyText), func(e *Expect) **string { return &e.Principal }, nothing),
		derived("context", given(freeTable), func(e *Expect) **map[string]any { return &e.Context }, nothing),
		derived("status", integer(100, 599), func(e *Expect) *int { return &e.Status }, nothing),
		field("headers", headerWants, func(e *Expect) *[]HeaderWant { return &e.Headers }, nil),
		derived("body", given(anyText), func(e *Expect) **string { return &e.Body }, nothing),
		derived("json", anyJSON, func(e *Expect) *any { return &e.JSON }, nothing),
		derived("backend", backendWant, func(e *Expect) **BackendWant { return &e.Backend }, nothing),
		field("logs", texts, func(e *Expect) *[]string { return &e.Logs }, nil),
		derived("calls", given(texts), func(e *Expect) **[]string { return &e.Calls }, nothing),
		field("failure", oneOf("failure", failures, nil), func(e *Expect) *string { return &e.Failure }, ""),
		field("golden", text, func(e *Expect) *string { return &e.Golden }, ""),
	},
}

// failures are the names of hostabi.Reason; "canceled" needs a client that
// leaves, which cases do not have.
var failures = []string{"trap", "timeout", "exit", "bad answer", "malformed result", "no instance", "busy", "breaker open", "limit"}

var backendTable = &table[BackendWant]{
	entries: []entry[BackendWant]{
		field("method", text, func(b *BackendWant) *string { return &b.Method }, ""),
		field("path", text, func(b *BackendWant) *string { return &b.Path }, ""),
		field("headers", headerWants, func(b *BackendWant) *[]HeaderWant { return &b.Headers }, nil),
		derived("body", given(anyText), func(b *BackendWant) **string { return &b.Body }, nothing),
		derived("json", anyJSON, func(b *BackendWant) *any { return &b.JSON }, nothing),
	},
}
