package authorize

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a plugin whose answers a test gives.
type fake struct {
	calls atomic.Int32
	call  func(ctx context.Context, c *exchange.Call) (int32, error)
}

func (f *fake) Name() string          { return "fake" }
func (f *fake) Has(hostabi.Kind) bool { return true }
func (f *fake) Call(ctx context.Context, _ hostabi.Kind, h hostabi.Host) (int32, error) {
	f.calls.Add(1)
	return f.call(ctx, h.(*exchange.Call))
}

func answers(answer int32) func(context.Context, *exchange.Call) (int32, error) {
	return func(context.Context, *exchange.Call) (int32, error) { return answer, nil }
}

func result(json string) func(context.Context, *exchange.Call) (int32, error) {
	return func(_ context.Context, c *exchange.Call) (int32, error) {
		return hostabi.AnswerResult, c.WriteResult([]byte(json))
	}
}

func newExchange(p exchange.Protocol, path, token string) *exchange.Exchange {
	x := &exchange.Exchange{API: &exchange.API{ID: "api", Protocol: p, AccountID: "123456789012", Region: "eu-west-1"},
		Stage: &exchange.Stage{Name: "prod"}, Route: &exchange.Route{Key: "GET " + path, Resource: path}}
	x.Request.Method, x.Request.Path, x.Request.RawPath = "GET", path, path
	x.Request.Client = netip.MustParseAddr("192.0.2.1")
	if token != "" {
		x.Request.Header.Add("Authorization", token)
	}
	return x
}

func header(t *testing.T) []Source {
	t.Helper()
	s, err := ParseSource("$request.header.Authorization")
	if err != nil {
		t.Fatal(err)
	}
	return []Source{s}
}

func policyText(effect, resource string) string {
	return `{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` +
		effect + `","Resource":"` + resource + `"}]},"context":{"n":1,"b":true,"s":"x"}}`
}

// status is what a client would see of a refusal, near enough for a table.
func status(r *exchange.Refusal) string {
	if r == nil {
		return "allowed"
	}
	return string(r.Type) + r.Message
}

const (
	explicit = "ACCESS_DENIEDUser is not authorized to access this resource with an explicit deny in an identity-based policy"
	silent   = "ACCESS_DENIEDUser is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"
	failure  = "AUTHORIZER_FAILURE"
	config   = "AUTHORIZER_CONFIGURATION_ERROR"
)

func TestOutcomes(t *testing.T) {
	trap := &hostabi.Failure{Plugin: "fake", Reason: hostabi.Trapped}
	fails := func(r hostabi.Reason) func(context.Context, *exchange.Call) (int32, error) {
		return func(context.Context, *exchange.Call) (int32, error) {
			return hostabi.AnswerAllow, &hostabi.Failure{Plugin: "fake", Reason: r}
		}
	}
	arn := "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/a"
	cases := []struct {
		name string
		call func(context.Context, *exchange.Call) (int32, error)
		v2   bool
		want string
	}{
		{"a native allow", answers(hostabi.AnswerAllow), false, "allowed"},
		{"a native deny", answers(hostabi.AnswerDeny), false, explicit},
		{"a native 401", answers(hostabi.AnswerUnauthorized), false, "UNAUTHORIZED"},
		{"an answer that there is not", answers(9), false, config},
		{"a result without one", answers(hostabi.AnswerResult), false, config},
		{"a policy that allows", result(policyText("Allow", arn)), false, "allowed"},
		{"a policy that denies", result(policyText("Deny", "*")), false, explicit},
		{"a policy that is silent", result(policyText("Allow", arn+"/other")), false, silent},
		{"a function that throws Unauthorized", result(`{"errorMessage":"Unauthorized"}`), false, "UNAUTHORIZED"},
		{"a function that throws", result(`{"errorMessage":"boom"}`), false, config},
		{"a context with an object", result(`{"principalId":"me","policyDocument":{"Statement":[]},"context":{"o":{}}}`), false, config},
		{"no JSON", result(`nonsense`), false, config},
		{"a simple yes", result(`{"isAuthorized":true,"context":{"o":{}}}`), true, "allowed"},
		{"a simple no", result(`{"isAuthorized":false}`), true, explicit},
		{"a simple yes in format 1.0", result(`{"isAuthorized":true}`), false, config},
		{"a trap, though it said allow", fails(hostabi.Trapped), false, failure},
		{"a timeout", fails(hostabi.TimedOut), false, failure},
		{"no instance free", fails(hostabi.Busy), false, failure},
		{"an open breaker", fails(hostabi.Broken), false, failure},
		{"an exit", fails(hostabi.Exited), false, failure},
		{"a negative answer", fails(hostabi.Answered), false, config},
		{"an error of another kind", func(context.Context, *exchange.Call) (int32, error) { return 1, errors.New("?") }, false, failure},
	}
	for _, ttl := range []time.Duration{0, time.Minute} {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				cache := NewCache()
				defer cache.Close()
				a, err := New(Options{Type: Request, Plugin: &fake{call: c.call}, Identity: header(t), TTL: ttl, V2: c.v2, Cache: cache})
				if err != nil {
					t.Fatal(err)
				}
				x := newExchange(exchange.REST, "/a", "t")
				got := a.Authorize(context.Background(), x)
				if status(got) != c.want {
					t.Errorf("Authorize = %s, want %s", status(got), c.want)
				}
				if c.want != "allowed" && (x.Principal != "" || len(x.AuthContext) != 0) {
					t.Errorf("a refused request has principal %q, context %v", x.Principal, x.AuthContext)
				}
			})
		}
	}
	if got := ofKind(trap); got != failed {
		t.Errorf("a trap is %s", status(got))
	}
}

func TestWithoutIdentityThePluginIsNotCalled(t *testing.T) {
	query, _ := ParseSource("method.request.querystring.key")
	stage, _ := ParseSource("stageVariables.v")
	cases := []struct {
		name     string
		options  Options
		protocol exchange.Protocol
		token    string
		want     string
		calls    int32
	}{
		{"a token that is missing", Options{Type: Token, Identity: header(t)}, exchange.REST, "", "UNAUTHORIZED", 0},
		{"a token that is not valid", Options{Type: Token, Identity: header(t), Validation: regexp.MustCompile(`^Bearer `)}, exchange.REST, "Basic x", "UNAUTHORIZED", 0},
		{"a token that is", Options{Type: Token, Identity: header(t), Validation: regexp.MustCompile(`^Bearer `)}, exchange.REST, "Bearer x", "allowed", 1},
		{"one of two sources with a cache", Options{Type: Request, Identity: append(header(t), query), TTL: time.Minute}, exchange.REST, "x", "UNAUTHORIZED", 0},
		{"one of two sources without a cache, in REST", Options{Type: Request, Identity: append(header(t), query)}, exchange.REST, "x", "allowed", 1},
		{"one of two sources without a cache, in HTTP", Options{Type: Request, Identity: append(header(t), stage)}, exchange.HTTP, "x", "UNAUTHORIZED", 0},
		{"no sources at all", Options{Type: Request}, exchange.HTTP, "", "allowed", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cache := NewCache()
			defer cache.Close()
			f := &fake{call: answers(hostabi.AnswerAllow)}
			c.options.Plugin, c.options.Cache = f, cache
			a, err := New(c.options)
			if err != nil {
				t.Fatal(err)
			}
			got := a.Authorize(context.Background(), newExchange(c.protocol, "/a", c.token))
			if status(got) != c.want || f.calls.Load() != c.calls {
				t.Errorf("Authorize = %s after %d calls, want %s after %d", status(got), f.calls.Load(), c.want, c.calls)
			}
		})
	}
}

func TestATokenIsValidAsAWhole(t *testing.T) {
	for _, c := range []struct {
		expression, token string
		want              bool
	}{
		{"Bearer .+", "Bearer x", true},
		{"Bearer [a-z]+", "Bearer x; and more", false},
		{"Bearer [a-z]+", "no Bearer x", false},
		{"Bearer.*", "Bearer x", true},
		{"a|b", "a", true},
		{"a|b", "b", true},
		{"a|b", "ab", false},
		{"a|b", "xb", false},
		{"^Bearer x$", "Bearer x", true},
		{"(?m)^x$", "x\ny", false},
	} {
		v, err := ParseValidation(c.expression)
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(Options{Type: Token, Identity: header(t), Validation: v, Plugin: &fake{call: answers(hostabi.AnswerAllow)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Authorize(context.Background(), newExchange(exchange.REST, "/a", c.token)); (got == nil) != c.want {
			t.Errorf("%q with %q: %s", c.token, c.expression, status(got))
		}
	}
	for _, bad := range []string{"(", "a)|(?:b"} {
		if _, err := ParseValidation(bad); err == nil {
			t.Errorf("ParseValidation(%q) = nil", bad)
		}
	}
}

func TestDecisionsAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := NewCache()
		defer cache.Close()
		f := &fake{call: result(policyText("Allow", "arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/a"))}
		o := Options{Type: Token, Plugin: f, Identity: header(t), TTL: time.Minute, Cache: cache, Key: "v1"}
		a, _ := New(o)
		ask := func(a *Authorizer, path, token string) string {
			return status(a.Authorize(context.Background(), newExchange(exchange.REST, path, token)))
		}
		expect := func(step string, got, want string, calls int32) {
			t.Helper()
			if got != want || f.calls.Load() != calls {
				t.Errorf("%s: %s after %d calls, want %s after %d", step, got, f.calls.Load(), want, calls)
			}
		}
		expect("first", ask(a, "/a", "t"), "allowed", 1)
		expect("again", ask(a, "/a", "t"), "allowed", 1)
		expect("the policy is asked for another method", ask(a, "/b", "t"), silent, 1)
		expect("another token", ask(a, "/a", "u"), "allowed", 2)
		time.Sleep(2 * time.Minute)
		expect("after the TTL", ask(a, "/a", "t"), "allowed", 3)
		o.Key = "v2"
		b, _ := New(o)
		expect("a changed plugin or configuration", ask(b, "/a", "t"), "allowed", 4)
		f.call = answers(-1)
		expect("a failure", ask(a, "/a", "w"), config, 5)
		f.call = answers(hostabi.AnswerAllow)
		expect("is not remembered", ask(a, "/a", "w"), "allowed", 6)
	})
}

func TestARememberedDecisionCarriesItsContext(t *testing.T) {
	cache := NewCache()
	defer cache.Close()
	a, _ := New(Options{Type: Token, Plugin: &fake{call: func(_ context.Context, c *exchange.Call) (int32, error) {
		return hostabi.AnswerAllow, errors.Join(c.SetPrincipal("me"), c.SetAuthContext("tenant", "t1", hostabi.ValueString))
	}}, Identity: header(t), TTL: time.Minute, Cache: cache})
	for range 2 {
		x := newExchange(exchange.REST, "/a", "t")
		if got := a.Authorize(context.Background(), x); got != nil {
			t.Fatal(status(got))
		}
		if v, _ := x.AuthValue("tenant"); x.Principal != "me" || v.Value != "t1" {
			t.Errorf("principal %q, context %v (cached %v)", x.Principal, x.AuthContext, x.Log.AuthorizerCached)
		}
	}
}

func TestAStampedeIsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := NewCache()
		defer cache.Close()
		f := &fake{call: func(ctx context.Context, _ *exchange.Call) (int32, error) {
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				return 0, &hostabi.Failure{Reason: hostabi.Canceled}
			}
			return hostabi.AnswerAllow, nil
		}}
		a, _ := New(Options{Type: Token, Plugin: f, Identity: header(t), TTL: time.Minute, Cache: cache})
		firstCtx, leave := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		outcome := make([]string, 100)
		for i := range outcome {
			ctx := context.Background()
			switch i {
			case 0:
				ctx = firstCtx
			case 1:
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
			}
			wg.Go(func() { outcome[i] = status(a.Authorize(ctx, newExchange(exchange.REST, "/a", "t"))) })
			synctest.Wait()
		}
		leave() // the first caller's client goes away: nobody else may notice
		wg.Wait()
		for i, got := range outcome {
			want := "allowed"
			if i == 1 {
				want = string(exchange.ClientGone.Type) + exchange.ClientGone.Message // its own
			}
			if got != want {
				t.Errorf("request %d: %s, want %s", i, got, want)
			}
		}
		if n := f.calls.Load(); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
}

// readsBody allows who sends a whole body, and denies others.
func readsBody(_ context.Context, c *exchange.Call) (int32, error) {
	for p := make([]byte, 8); ; {
		switch n, err := c.ReadBody(false, p); {
		case err != nil:
			return hostabi.AnswerDeny, nil
		case n == 0:
			return hostabi.AnswerAllow, nil
		}
	}
}

func TestACallThatReadsABodyIsItsOwnRequestsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := NewCache()
		defer cache.Close()
		f := &fake{call: func(ctx context.Context, c *exchange.Call) (int32, error) {
			time.Sleep(time.Second) // for others to come and wait
			return readsBody(ctx, c)
		}}
		a, _ := New(Options{Type: Token, Plugin: f, Identity: header(t), TTL: time.Minute, Cache: cache})
		var all sync.WaitGroup
		body, client := io.Pipe()
		post := func(outcome *string, body io.ReadCloser, size int64, ctx context.Context) {
			x := newExchange(exchange.REST, "/a", "t")
			x.Request.Body.SetStream(body, size)
			all.Go(func() { *outcome = status(a.Authorize(ctx, x)) })
			synctest.Wait()
		}
		var stalls, tooMuch, left string
		post(&stalls, body, 10, context.Background())
		post(&tooMuch, io.NopCloser(iotest.ErrReader(exchange.ErrTooLarge)), -1, context.Background())
		ctx, leave := context.WithCancel(context.Background())
		post(&left, io.NopCloser(strings.NewReader("x")), 1, ctx)
		others := make([]string, 3)
		for i := range others {
			post(&others[i], io.NopCloser(strings.NewReader("whole")), 5, context.Background())
		}
		leave()
		time.Sleep(time.Minute)
		synctest.Wait()
		if stalls != "" {
			t.Errorf("who stalls has an answer: %s", stalls)
		}
		for i, got := range others {
			if got != "allowed" {
				t.Errorf("request %d beside one that stalls: %q", i, got)
			}
		}
		client.CloseWithError(io.ErrUnexpectedEOF)
		all.Wait()
		if stalls != explicit || tooMuch != explicit || left != status(exchange.ClientGone) {
			t.Errorf("who stalled: %s; whose body is long: %s; who left: %s", stalls, tooMuch, left)
		}
		var again string
		post(&again, io.NopCloser(strings.NewReader("whole")), 5, context.Background())
		all.Wait()
		if n := f.calls.Load(); again != "allowed" || n != 6 {
			t.Errorf("afterwards: %s, %d calls, want each request to have its own: 6", again, n)
		}
		if len(a.flights.m) != 0 {
			t.Errorf("%d flights are left", len(a.flights.m))
		}
	})
}

func TestAFlightWithoutALeaderEndsWithTheLastWhoWaits(t *testing.T) {
	var f flights
	own, leads := f.join(key{})
	if same, second := f.join(key{}); !leads || second || same != own {
		t.Fatal("not one flight with one leader")
	}
	f.stepAside(key{}, own)
	if len(f.m) != 1 || len(own.lead) != 1 {
		t.Fatal("nobody may lead")
	}
	f.leave(key{}, own) // without having taken the lead
	if len(f.m) != 0 {
		t.Error("who comes next would wait for ever")
	}
}

func TestWhoWaitedHasItInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := NewCache()
		defer cache.Close()
		outcome := answers(hostabi.AnswerAllow)
		f := &fake{call: func(ctx context.Context, c *exchange.Call) (int32, error) {
			time.Sleep(3 * time.Second)
			return outcome(ctx, c)
		}}
		a, _ := New(Options{Type: Token, Plugin: f, Identity: header(t), TTL: time.Minute, Cache: cache})
		both := func(token string) (leader, waited exchange.Record) {
			var wg sync.WaitGroup
			for _, log := range []*exchange.Record{&leader, &waited} {
				x := newExchange(exchange.REST, "/a", token)
				wg.Go(func() { a.Authorize(context.Background(), x); *log = x.Log })
				time.Sleep(time.Second)
			}
			wg.Wait()
			return leader, waited
		}
		leader, waited := both("t")
		if want := (exchange.Record{AuthorizerStatus: 200, AuthorizerLatency: 3 * time.Second}); leader != want {
			t.Errorf("who called: %+v, want %+v", leader, want)
		}
		if want := (exchange.Record{AuthorizerShared: true, AuthorizerLatency: 2 * time.Second}); waited != want {
			t.Errorf("who waited: %+v, want %+v", waited, want)
		}
		outcome = func(context.Context, *exchange.Call) (int32, error) {
			return 0, &hostabi.Failure{Reason: hostabi.Trapped}
		}
		if leader, waited = both("u"); waited.AuthorizerError == "" || waited.AuthorizerError != leader.AuthorizerError {
			t.Errorf("a failure: %q, and who waited for it: %q", leader.AuthorizerError, waited.AuthorizerError)
		}
	})
}

func TestAPanicInAPluginReleasesThoseWhoWait(t *testing.T) {
	var f flights
	func() {
		defer func() { _ = recover() }()
		f.do(context.Background(), key{}, func(context.Context, func()) (*decision, *exchange.Refusal) { panic("bug") })
	}()
	if len(f.m) != 0 {
		t.Error("the flight is still there")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	q, _ := ParseSource("$request.querystring.q")
	for name, o := range map[string]Options{
		"a TTL over an hour":                {Type: Request, TTL: MaxTTL + 1, Identity: header(t)},
		"a negative TTL":                    {Type: Request, TTL: -1},
		"a token without a source":          {Type: Token},
		"a token in the query":              {Type: Token, Identity: []Source{q}},
		"a cache without a source":          {Type: Request, TTL: 1},
		"a validation of a whole request":   {Type: Request, Validation: regexp.MustCompile("x")},
		"two sources of a token authorizer": {Type: Token, Identity: append(header(t), header(t)...)},
	} {
		if _, err := New(o); !errors.Is(err, ErrTTL) && !errors.Is(err, ErrIdentity) {
			t.Errorf("%s: New = %v", name, err)
		}
	}
	for _, s := range []string{"", "Authorization", "$request.header.", "$request.path.id", "method.request.body"} {
		if _, err := ParseSource(s); !errors.Is(err, ErrSource) {
			t.Errorf("ParseSource(%q) = %v", s, err)
		}
	}
}

func TestALongMethodARNIsRefused(t *testing.T) {
	f := &fake{call: answers(hostabi.AnswerAllow)}
	http, _ := New(Options{Type: Request, Plugin: f})
	if got := http.Authorize(context.Background(), newExchange(exchange.HTTP, "/"+strings.Repeat("a", 1600), "t")); got != nil {
		t.Errorf("Authorize in an HTTP API, which has no such limit = %s", status(got))
	}
	a, _ := New(Options{Type: Request, Plugin: f})
	x := newExchange(exchange.REST, "/"+strings.Repeat("a", 1600), "t")
	if got := a.Authorize(context.Background(), x); got != arnTooLong {
		t.Errorf("Authorize = %s", status(got))
	}
	x.Request.Path = "/" + strings.Repeat("a", 1600-len("arn:aws:execute-api:eu-west-1:123456789012:api/prod/GET/"))
	if n := len(x.MethodARN()); n != 1600 {
		t.Fatalf("the ARN has %d bytes", n)
	}
	if got := a.Authorize(context.Background(), x); got != nil {
		t.Errorf("Authorize at the limit = %s", status(got))
	}
}

func TestEventsOfEachType(t *testing.T) {
	cases := []struct {
		name string
		o    Options
		p    exchange.Protocol
		has  []string
	}{
		{"token", Options{Type: Token, Identity: header(t)}, exchange.REST, []string{`"type":"TOKEN"`, `"authorizationToken":"tok"`, `"methodArn":"arn:`}},
		{"request 1.0", Options{Type: Request, Identity: header(t)}, exchange.REST, []string{`"type":"REQUEST"`, `"methodArn"`, `"httpMethod":"GET"`}},
		{"request 2.0", Options{Type: Request, Identity: header(t), V2: true}, exchange.HTTP, []string{`"version":"2.0"`, `"routeArn"`, `"identitySource":["tok"]`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.o.Plugin = &fake{call: func(_ context.Context, call *exchange.Call) (int32, error) {
				event, err := call.Event()
				for _, want := range c.has {
					if !strings.Contains(string(event), want) {
						t.Errorf("no %s in %s", want, event)
					}
				}
				return hostabi.AnswerAllow, err
			}}
			a, err := New(c.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Authorize(context.Background(), newExchange(c.p, "/a", "tok")); got != nil {
				t.Error(status(got), got.Cause)
			}
		})
	}
}

func TestARememberedAllowCostsNoAllocation(t *testing.T) {
	cache := NewCache()
	defer cache.Close()
	a, _ := New(Options{Type: Token, Plugin: &fake{call: answers(hostabi.AnswerAllow)}, Identity: header(t), TTL: time.Minute, Cache: cache})
	x := newExchange(exchange.REST, "/a", "t")
	if n := testing.AllocsPerRun(200, func() { a.Authorize(context.Background(), x) }); n > 1 {
		t.Errorf("%v allocations, want at most 1", n)
	}
}
