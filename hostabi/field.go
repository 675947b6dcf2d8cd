package hostabi

// FieldID names a piece of a request. get_field and set_field take one;
// context_read takes a mask of them, bit 1<<id for id.
type FieldID uint8

const (
	// Scalars: get_field and context_read give their bytes.
	FieldMethod     FieldID = 1 // verb as the client sent it, upper or lower case kept
	FieldPath       FieldID = 2 // path below the stage or base path, percent-encoded as sent
	FieldRawPath    FieldID = 3 // whole path as sent
	FieldQuery      FieldID = 4 // raw query without "?"
	FieldScheme     FieldID = 5 // "http" or "https", after trusted proxies
	FieldHost       FieldID = 6 // Host or :authority
	FieldProtocol   FieldID = 7 // "HTTP/1.1", "HTTP/2.0"
	FieldSourceIP   FieldID = 8 // of the client, behind trusted proxies
	FieldUserAgent  FieldID = 9
	FieldRequestID  FieldID = 10
	FieldTimeUnixMs FieldID = 11 // get_field: decimal; context_read: i64, little endian
	FieldAPI        FieldID = 12 // id of the API
	FieldStage      FieldID = 13
	FieldRoute      FieldID = 14 // "GET /orders/{id}", "$default"
	FieldResource   FieldID = 15 // "/orders/{id}"
	FieldMethodARN  FieldID = 16 // arn:aws:execute-api:region:account:api/stage/VERB/path
	FieldPrincipal  FieldID = 17 // of the authorizer's decision
	FieldAccount    FieldID = 18
	FieldRegion     FieldID = 19
	FieldDomainName FieldID = 20 // Host without its port
	FieldToken      FieldID = 21 // first identity source's value; authorize only

	// Lists: context_read gives them as pairs (u32 length, bytes, u32 length,
	// bytes), or single strings for FieldIdentity; get_field answers EINVAL.
	FieldHeaders         FieldID = 32
	FieldQueryParams     FieldID = 33 // decoded, in order, repeated names kept
	FieldPathParams      FieldID = 34 // decoded
	FieldStageVariables  FieldID = 35
	FieldAuthContext     FieldID = 36
	FieldIdentity        FieldID = 37 // values of all identity sources; authorize only
	FieldResponseHeaders FieldID = 38 // map_response only

	// FieldStatus is the response's status. context_read: u16, little endian.
	FieldStatus FieldID = 39
)

// Source names where get_param and param_values look.
type Source uint8

const (
	SourcePath          Source = 1 // a path parameter, decoded
	SourceQuery         Source = 2 // a query parameter, decoded; get_param gives the last
	SourceStageVariable Source = 3
	SourceAuthContext   Source = 4 // what the authorizer put into the context
	SourceCookie        Source = 5 // a cookie of the request; get_param gives the first
)

// Level is the level of a line that a guest logs.
type Level uint8

const (
	LevelDebug Level = 0
	LevelInfo  Level = 1
	LevelWarn  Level = 2
	LevelError Level = 3
)
