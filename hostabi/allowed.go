package hostabi

// Allowed reports whether a function, by its name in [Functions], may be called
// in a kind of call. For functions that take a stream or a message, response says
// which is meant; others ignore it. It is the table "function × kind" of
// ABI.md, and the test there holds the two together.
func Allowed(f string, k Kind, response bool) bool {
	row, ok := allowed[f]
	if !ok {
		return false
	}
	if response {
		return row.response&(1<<k) != 0
	}
	return row.request&(1<<k) != 0
}

const (
	conf = 1 << Configure
	auth = 1 << Authorize
	mreq = 1 << MapRequest
	mres = 1 << MapResponse
	intg = 1 << Integrate

	calls  = auth | mreq | mres | intg
	always = conf | calls
)

// allowed: in request, kinds in which the function may be used for the request
// or without regard to a message; in response, for the response.
var allowed = map[string]struct{ request, response uint8 }{
	FuncLog:         {always, always},
	FuncConfigRead:  {always, always},
	FuncConfigError: {conf, conf},
	FuncClockUnixNs: {always, always},
	FuncClockMonoNs: {always, always},
	FuncDeadlineMs:  {always, always},
	FuncRandom:      {always, always},

	FuncGetField:     {calls, calls},
	FuncSetField:     {mreq, mreq},
	FuncGetParam:     {calls, calls},
	FuncParamValues:  {calls, calls},
	FuncGetHeader:    {calls, mres | intg},
	FuncHeaderValues: {calls, mres | intg},
	FuncHeaders:      {calls, mres | intg},
	FuncSetHeader:    {mreq, mreq | mres | intg},
	FuncAddHeader:    {mreq, mreq | mres | intg},
	FuncRemoveHeader: {mreq, mreq | mres | intg},
	FuncGetStatus:    {mres | intg, mres | intg},
	FuncSetStatus:    {mreq | mres | intg, mreq | mres | intg},

	FuncSetPrincipal:   {auth, auth},
	FuncSetAuthContext: {auth, auth},
	FuncContextRead:    {calls, calls},
	FuncEventRead:      {auth | intg, auth | intg},
	FuncResultWrite:    {auth | intg, auth | intg},
	FuncScratchRead:    {calls, calls},
	FuncScratchWrite:   {calls, calls},

	// For the bodies of this request and its response; those of requests that
	// the plugin sends are read and written wherever there is a handle.
	FuncStreamRead:  {auth | mreq | intg, mres},
	FuncStreamWrite: {mreq, mreq | mres | intg},
	FuncStreamFlush: {0, intg},
	FuncStreamClose: {mreq, mreq | mres | intg},

	// Nothing with state in configure: it runs for snapshots that are only
	// checked, or never serve, and the secrets that it would see may change.
	FuncCacheGet:        {calls, calls},
	FuncCachePut:        {calls, calls},
	FuncCacheDelete:     {calls, calls},
	FuncThrottleTake:    {calls, calls},
	FuncSecretsRead:     {calls, calls},
	FuncSecretsHMAC:     {calls, calls},
	FuncMetricsAdd:      {calls, calls},
	FuncMetricsSet:      {calls, calls},
	FuncMetricsObserve:  {calls, calls},
	FuncKVGet:           {calls, calls},
	FuncKVPut:           {calls, calls},
	FuncKVDelete:        {calls, calls},
	FuncKVIncrement:     {calls, calls},
	FuncKVCompareAndSet: {calls, calls},
	FuncKVList:          {calls, calls},
	FuncHTTPRequest:     {calls, calls},
	FuncHTTPStart:       {calls, calls},
	FuncHTTPWait:        {calls, calls},
	FuncHTTPStatus:      {calls, calls},
	FuncHTTPHeaders:     {calls, calls},
	FuncHTTPGetHeader:   {calls, calls},
	FuncHTTPTrailers:    {calls, calls},
	FuncHTTPSetTrailer:  {calls, calls},
	FuncHTTPClose:       {calls, calls},
	FuncJWTVerify:       {calls, calls},
	FuncJWTReason:       {calls, calls},
}
