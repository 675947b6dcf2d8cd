package config

import (
	"time"
)

// The kinds of plugin that a case tries.
const (
	CaseAuthorizer  = "authorizer"
	CaseMapper      = "mapper"
	CaseIntegration = "integration"
)

// Cases is a file of cases for a plugin. It is immutable.
type Cases struct {
	Source
	// What holds for every case that does not say it itself. The tables config,
	// stage_variables, secrets and kv are joined with the case's, by key.
	Defaults Case
	// The cases, tried in this order. Each begins with a plugin that has just
	// been loaded, and with empty stores.
	Case []Case
}

// Case is [[case]]: what a plugin gets and what it is to make of it.
type Case struct {
	Key string // path of the table, for Config.At
	// What is tried, as a sentence. No two are the same.
	Name string
	// What the plugin is tried as: "authorizer", "mapper" of requests and
	// responses, or "integration". It is needed where the plugin can be several.
	Kind string
	// The protocol of the API: "rest" or "http".
	Protocol string
	// The route that the request meets, such as "GET /orders/{id}". Without it
	// there is one for every method and path.
	Route string
	// The stage that the request belongs to. Its name is not in the path.
	Stage string
	// The stage's variables.
	StageVariables []Pair
	// The type of the authorizer: "token" or "request".
	Type string
	// The authorizer's identity sources, as in gateway.toml.
	IdentitySource []string
	// The form of the event: "1.0" or "2.0".
	PayloadFormat string
	// How long the authorizer's decision is cached. The cache has a clock of its
	// own, which after does not move.
	TTL time.Duration
	// What the plugin is told beside [config] of NAME.toml, or instead of it, by
	// key.
	Config map[string]any
	// How long a call may take, instead of what NAME.toml says.
	Timeout time.Duration
	// Secrets that NAME.toml grants, with values for the case.
	Secrets []Pair
	// What the plugin finds in kv.
	KV []Pair
	// What time it is when the case begins; the clock then stands still, but
	// for after. Without it the clock is the machine's.
	At time.Time
	// What the backend answers: what stands behind an authorizer or a mapper.
	Backend Answer
	// What peers answer to requests that the plugin makes; the first that fits.
	// Nothing leaves the machine: a request that fits none is the case's failure.
	HTTP []HTTPAnswer
	// The request.
	Request CaseRequest
	// In place of a request, the event that a Lambda function would get: a
	// table, or the name of a JSON file. It becomes the request that has this
	// event.
	Event CaseEvent
	// What is to come of it.
	Expect Expect
	// Several requests, one after the other, in place of request and expect.
	Step []Step
	// The plugin is refused when it is loaded, with an error that holds this text:
	// for a configuration that it must not take. It stands in place of request,
	// event, expect and step.
	Refused string
}

// Step is [[case.step]]: one of several requests.
type Step struct {
	Key string
	// How much time passes before the request, for the plugin: its clock and
	// what expires by it.
	After time.Duration
	// As in a case.
	Request CaseRequest
	// As in a case.
	Event CaseEvent
	// As in a case.
	Expect Expect
}

// CaseRequest is what a client sends.
type CaseRequest struct {
	// The method.
	Method string
	// The path, percent-encoded, with the query.
	Path string
	// The headers: name = "value", or a list of values.
	Headers []Pair
	// The body.
	Body string
	// The body, written as JSON.
	JSON any
	// The host that the client names.
	Host string
	// The client's address.
	SourceIP string
	// The principal that an authorizer in front of the mapper or integration has
	// named.
	Principal string
	// The context that it has given: strings, numbers and booleans.
	Context map[string]any
}

// CaseEvent is an event, inline or in a file.
type CaseEvent struct {
	File  string         // "" for none
	Table map[string]any // nil for none
}

// Answer is what a backend or a peer answers.
type Answer struct {
	// The status.
	Status int
	// The headers: name = "value", or a list of values.
	Headers []Pair
	// The body.
	Body string
	// The body, written as JSON.
	JSON any
	// How long it takes to answer.
	Delay time.Duration
}

// HTTPAnswer is [[case.http]]: an answer to a request of the plugin's.
type HTTPAnswer struct {
	// The URL; "*" stands for any text.
	URL string
	// The method; any, if it is not given.
	Method string
	// How often it answers; 0 is any number of times.
	Times int
	// The status.
	Status int
	// The headers: name = "value", or a list of values.
	Headers []Pair
	// The body.
	Body string
	// The body, written as JSON.
	JSON any
	// How long it takes to answer.
	Delay time.Duration
	// In place of an answer, what the plugin gets: "connect" (ECONN), "timeout"
	// (ETIMEDOUT) or "refused" (EPERM).
	Error string
	// What the peer is to get.
	Expect *BackendWant
}

// Expect is what is to come of a request. Only what is given is compared.
type Expect struct {
	// The authorizer's decision: "allow", "deny" or "unauthorized".
	Decision string
	// The principal that it names.
	Principal *string
	// Its context: these keys and values and no others.
	Context *map[string]any
	// The status of the answer.
	Status int
	// Headers of the answer: name = "value", a list of values, or false where
	// there must be none.
	Headers []HeaderWant
	// The body of the answer.
	Body *string
	// The body of the answer as JSON; order of keys and blanks do not count.
	JSON any
	// What the backend gets; false: nothing.
	Backend *BackendWant
	// Texts that the plugin logs, in this order; others may stand between.
	Logs []string
	// The calls of capabilities, all of them, as "portico plugin test -v" prints
	// them; "*" stands for any text.
	Calls *[]string
	// How the plugin fails: "trap", "timeout", "exit", "bad answer", "malformed
	// result", "no instance", "busy", "breaker open" or "limit". Without it a plugin that
	// fails is a failure of the case.
	Failure string
	// The file that holds everything that came of it; "-update" writes it.
	Golden string
}

// HeaderWant is one header that is expected.
type HeaderWant struct {
	Name   string
	Values []string // nil: there must be none
}

// BackendWant is the request that a backend is to get.
type BackendWant struct {
	None bool // it must get none
	// The method.
	Method string
	// The path with the query.
	Path string
	// Headers: name = "value", a list of values, or false where there must be
	// none.
	Headers []HeaderWant
	// The body.
	Body *string
	// The body as JSON.
	JSON any
}

// LoadCases reads a file of cases. Its error is an [*Errors], or the reason why
// the file cannot be read.
func LoadCases(file string) (*Cases, error) {
	src, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return ParseCases(file, src)
}

// ParseCases reads cases from memory; name stands in errors. Each case then has
// what the defaults gave it, and at least one Step unless it is Refused. The error is an [*Errors].
func ParseCases(name string, src []byte) (*Cases, error) {
	c, source, err := decode(casesTable, name, src)
	if err != nil {
		return nil, err
	}
	c.Source = *source
	return c, nil
}
