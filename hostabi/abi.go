// Package hostabi is the contract between the gateway and its plugins: names,
// versions, encodings, error codes and the interfaces of the capabilities.
// ABI.md beside this file is the contract for writers of guests; this package
// is the same contract for the host.
//
// The package knows neither wazero nor the gateway's phases. The adapters
// below it (native, and later others) turn a WebAssembly module into a
// [Plugin]; the exchange above it implements [Host], so that what a guest
// reads and writes is the request itself and never a copy of it.
package hostabi

// Version is the version of the native ABI, as in the export ExportMarker.
const Version = 1

// Exports of a native guest. A module is native when it exports ExportMarker;
// each other export makes it usable as that kind of plugin.
const (
	ExportMarker      = "portico_abi_v1"
	ExportConfigure   = "portico_configure"
	ExportAuthorize   = "portico_authorize"
	ExportMapRequest  = "portico_map_request"
	ExportMapResponse = "portico_map_response"
	ExportIntegrate   = "portico_integrate"
	ExportInitialize  = "_initialize"
	ExportMemory      = "memory"
)

// ModuleCore is the import module of the core capability, which every plugin
// has without a grant.
const ModuleCore = "portico_core_v1"

// Import modules of capabilities, which the operator grants.
const (
	ModuleCache    = "portico_cache_v1"
	ModuleThrottle = "portico_throttle_v1"
	ModuleKV       = "portico_kv_v1"
	ModuleHTTP     = "portico_http_v1"
	ModuleJWT      = "portico_jwt_v1"
	ModuleMetrics  = "portico_metrics_v1"
	ModuleSecrets  = "portico_secrets_v1"
)

// Functions of ModuleCore. ABI.md has their signatures and, in its table, the
// kinds of call in which each is allowed.
const (
	FuncLog            = "log"
	FuncConfigRead     = "config_read"
	FuncConfigError    = "config_error"
	FuncClockUnixNs    = "clock_unix_ns"
	FuncClockMonoNs    = "clock_monotonic_ns"
	FuncDeadlineMs     = "deadline_ms"
	FuncRandom         = "random"
	FuncGetField       = "get_field"
	FuncSetField       = "set_field"
	FuncGetParam       = "get_param"
	FuncParamValues    = "param_values"
	FuncGetHeader      = "get_header"
	FuncHeaderValues   = "header_values"
	FuncHeaders        = "headers"
	FuncSetHeader      = "set_header"
	FuncAddHeader      = "add_header"
	FuncRemoveHeader   = "remove_header"
	FuncGetStatus      = "get_status"
	FuncSetStatus      = "set_status"
	FuncSetPrincipal   = "set_principal"
	FuncSetAuthContext = "set_auth_context"
	FuncContextRead    = "context_read"
	FuncEventRead      = "event_read"
	FuncResultWrite    = "result_write"
	FuncScratchRead    = "scratch_read"
	FuncScratchWrite   = "scratch_write"
	FuncStreamRead     = "stream_read"
	FuncStreamWrite    = "stream_write"
	FuncStreamFlush    = "stream_flush"
	FuncStreamClose    = "stream_close"
)

// Functions of capabilities, by capability and name. A guest imports the part
// after the dot from the capability's module.
const (
	FuncCacheGet        = "cache.get"
	FuncCachePut        = "cache.put"
	FuncCacheDelete     = "cache.delete"
	FuncThrottleTake    = "throttle.take"
	FuncSecretsRead     = "secrets.read"
	FuncSecretsHMAC     = "secrets.hmac"
	FuncMetricsAdd      = "metrics.counter_add"
	FuncMetricsSet      = "metrics.gauge_set"
	FuncMetricsObserve  = "metrics.histogram_observe"
	FuncKVGet           = "kv.get"
	FuncKVPut           = "kv.put"
	FuncKVDelete        = "kv.delete"
	FuncKVIncrement     = "kv.increment"
	FuncKVCompareAndSet = "kv.compare_and_set"
	FuncKVList          = "kv.list"
	FuncHTTPRequest     = "http.request"
	FuncHTTPStart       = "http.start"
	FuncHTTPWait        = "http.wait"
	FuncHTTPStatus      = "http.status"
	FuncHTTPHeaders     = "http.headers"
	FuncHTTPGetHeader   = "http.get_header"
	FuncHTTPTrailers    = "http.trailers"
	FuncHTTPSetTrailer  = "http.set_trailer"
	FuncHTTPClose       = "http.close"
	FuncJWTVerify       = "jwt.verify"
	FuncJWTReason       = "jwt.reason"
)

// Kind is the kind of a call into a plugin.
type Kind uint8

const (
	Configure Kind = iota
	Authorize
	MapRequest
	MapResponse
	Integrate
	kinds
)

// Kinds is the number of kinds.
const Kinds = int(kinds)

func (k Kind) String() string {
	switch k {
	case Configure:
		return "configure"
	case Authorize:
		return "authorize"
	case MapRequest:
		return "map_request"
	case MapResponse:
		return "map_response"
	case Integrate:
		return "integrate"
	}
	return "unknown"
}

// Export is the name of the function a guest exports for the kind.
func (k Kind) Export() string { return "portico_" + k.String() }

// Answers of the functions a guest exports, as i32. Every negative answer is
// a failure of the plugin. An authorizer that returns anything not listed has
// failed, and a failed authorizer never allows.
const (
	// Answers of portico_authorize.
	AnswerDeny         = 0 // 403
	AnswerAllow        = 1
	AnswerUnauthorized = 2 // 401

	// AnswerResult says that the Lambda-shaped answer was given with
	// result_write: of portico_authorize and portico_integrate.
	AnswerResult = 3

	// Answers of portico_map_request, portico_map_response,
	// portico_integrate and portico_configure.
	AnswerContinue = 0
	// AnswerRespond, of portico_map_request alone: the response is set, send
	// it and call neither the integration nor further request mappers.
	AnswerRespond = 1
)

// ScratchSize is the size in bytes of what a plugin may carry from one phase
// of a request to a later one.
const ScratchSize = 64 << 10

// Handles of streams.
const (
	StreamRequest  = 0
	StreamResponse = 1

	// FirstHandle is that of the first request that a call sends with http; the
	// next ones follow.
	FirstHandle = 2
)
