package hostabi

// Host is what a plugin sees and changes of one request. The exchange
// implements it; adapters call it while a call into a guest is under way, from
// one goroutine at a time. An adapter checks first that the kind of call
// allows what is asked, by the table in ABI.md ([Allowed]).
//
// Strings that Host returns are valid as long as the request. Errors are of
// type [Code].
//
// The names that Param and RemoveHeader get, and all bytes, are views of the
// guest's memory: they are valid until the method returns. Other strings may be
// kept.
type Host interface {
	// Field returns a scalar. ok is false when the request has no such field.
	Field(id FieldID) (value string, ok bool)

	// SetField changes FieldMethod, FieldPath or FieldQuery for what comes
	// after this call. EINVAL refuses other fields and values that cannot
	// stand in a request line.
	SetField(id FieldID, value string) error

	// Param returns one parameter by name.
	Param(s Source, name string) (value string, ok bool)

	// AppendParams appends all parameters of a source, in order.
	AppendParams(dst []Field, s Source) []Field

	// AppendIdentity appends the values of the authorizer's identity sources.
	AppendIdentity(dst []string) []string

	// TimeUnixMs is when the request came, in milliseconds since 1970.
	TimeUnixMs() int64

	// Header is the header list of the request or of the response, for
	// reading. What a guest sets goes through SetHeader.
	Header(response bool) Header

	// SetHeader replaces, AddHeader appends and RemoveHeader removes. EINVAL
	// refuses what is not a field name or value, E2BIG a flood, EPERM the
	// fields that frame a message (Content-Length, Transfer-Encoding,
	// Connection, Host and the like), which belong to the host.
	SetHeader(response bool, name, value string) error
	AddHeader(response bool, name, value string) error
	RemoveHeader(response bool, name string) error

	// Status is the response's, 0 before there is one.
	Status() int
	// SetStatus takes 200 to 599, else EINVAL.
	SetStatus(status int) error

	// SetPrincipal and SetAuthContext fill the decision of an authorizer.
	// kind says what the value is: a JSON string, number or boolean.
	SetPrincipal(id string) error
	SetAuthContext(key, value string, kind ValueKind) error

	// Event returns the event that a Lambda function in this plugin's place
	// would get, as JSON. The bytes are valid until the call into the guest
	// ends.
	Event() ([]byte, error)

	// WriteResult takes the answer that a Lambda function would give, as
	// JSON. A second call replaces the first. The bytes are copied.
	WriteResult(json []byte) error

	// Scratch returns what the plugin stored for this request, nil if
	// nothing; SetScratch replaces it (E2BIG over ScratchSize). The bytes are
	// copied.
	Scratch(plugin string) []byte
	SetScratch(plugin string, b []byte) error

	// Usage is what the plugin has used up in this request before; SetUsage
	// says what it has used up by now, and is ignored after FlushBody: a plugin
	// that streams runs beside the later phases.
	Usage(plugin string) Usage
	SetUsage(plugin string, u Usage)

	// ReadBody reads the body of the request or response, from its start in
	// every call into a plugin: what one plugin reads the next still gets.
	// It returns 0 at the end, EABORT when the client has gone, ECONN when
	// the upstream failed, E2BIG when the body is larger than may be kept.
	ReadBody(response bool, p []byte) (int, error)

	// WriteBody writes the body of the request or response; the first call
	// within one call into a plugin drops the body that was there. CloseBody
	// says that it is complete. FlushBody, of an integration's response:
	// status and headers are final and leave with what was written so far;
	// each later WriteBody waits for the client.
	WriteBody(response bool, p []byte) (int, error)
	FlushBody(response bool) error
	CloseBody(response bool) error
}

// ValueKind is the JSON type of a value in an authorizer's context.
type ValueKind uint8

const (
	ValueString  ValueKind = 0
	ValueNumber  ValueKind = 1
	ValueBoolean ValueKind = 2
	// ValueJSON is any JSON text: HTTP APIs take it, REST APIs refuse
	// objects and arrays (AWS guide, "Output from a Lambda authorizer").
	ValueJSON ValueKind = 3
)
