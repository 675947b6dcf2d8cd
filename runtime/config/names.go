package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxName is the longest name of an API, a stage, an authorizer or a plugin:
// API Gateway's for stages and authorizers.
const maxName = 128

// pluginName is the NAME of NAME.wasm or NAME.js.
var pluginName = checked("the name of a plugin", checkPluginName)

var (
	apiNames    = regexp.MustCompile(`^[a-z0-9][A-Za-z0-9_-]*$`)
	apiIDs      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	pluginNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	words       = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	accountIDs  = regexp.MustCompile(`^[0-9]{12}$`)
	regions     = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
)

func checkName(what, name, allowed string, form *regexp.Regexp) error {
	switch {
	case len(name) > maxName:
		return fmt.Errorf("%s has at most %d bytes", what, maxName)
	case !form.MatchString(name):
		return fmt.Errorf("%s is not %s: use %s", quote(name), what, allowed)
	}
	return nil
}

func checkAPIName(s string) error {
	return checkName("the name of an API", s, "a-z, 0-9 first, then A-Z, _ and - too", apiNames)
}

func checkAPIID(s string) error {
	return checkName("the id of an API", s, "A-Z, a-z, 0-9 first, then _ and - too", apiIDs)
}

// checkPluginName lets no name leave the directory of plugins.
func checkPluginName(s string) error {
	for _, suffix := range [...]string{".wasm", ".js"} {
		if n, ok := strings.CutSuffix(s, suffix); ok && n != "" {
			return fmt.Errorf("%s: name the plugin without %s, %q", quote(s), suffix, n)
		}
	}
	return checkName("the name of a plugin", s, "A-Z, a-z, 0-9 first, then _ - and . too", pluginNames)
}

// NoAuthorizer is the value of a route's authorizer that lets everyone through.
const NoAuthorizer = "none"

func checkAuthorizerName(s string) error {
	if s == NoAuthorizer {
		return fmt.Errorf("%q is reserved: a route says so when it has no authorizer", s)
	}
	return checkName("the name of an authorizer", s, "A-Z, a-z, 0-9, _ and -", words)
}

// DefaultStage is the stage that is reached at the base path of the API itself.
const DefaultStage = "$default"

// checkStageName follows API Gateway, "CreateStage"; test-invoke-stage is its
// own.
func checkStageName(s string) error {
	switch s {
	case DefaultStage:
		return nil
	case "test-invoke-stage":
		return fmt.Errorf("%q is reserved", s)
	}
	return checkName("the name of a stage", s, `"$default", or A-Z, a-z, 0-9, _ and -`, words)
}

func checkAccountID(s string) error {
	if !accountIDs.MatchString(s) {
		return fmt.Errorf("%s is not an account id: it has 12 digits", quote(s))
	}
	return nil
}

func checkRegion(s string) error {
	if !regions.MatchString(s) {
		return fmt.Errorf("%s is not a region: use a-z, 0-9 and -, such as %q", quote(s), "us-east-1")
	}
	return nil
}

// maxBasePath and its characters are those of API Gateway, "API mappings".
const maxBasePath = 300

var basePaths = regexp.MustCompile(`^[A-Za-z0-9$_.+!*'()/-]+$`)

var basePath = checked(`a path such as "/orders"`, func(s string) error {
	switch {
	case !strings.HasPrefix(s, "/"):
		return fmt.Errorf("%s must begin with /, try %s", quote(s), quote("/"+s))
	case len(s) > maxBasePath:
		return fmt.Errorf("a base path has at most %d bytes", maxBasePath)
	case s != "/" && strings.HasSuffix(s, "/"):
		return fmt.Errorf("%s must not end with /, try %s", quote(s), quote("/"+strings.Trim(s, "/")))
	case !basePaths.MatchString(s):
		return fmt.Errorf("%s: a base path holds only A-Z, a-z, 0-9 and $-_.+!*'()/", quote(s))
	case s == "/ping" || s == "/sping":
		return fmt.Errorf("%q is reserved for health checks", s)
	}
	for part := range strings.SplitSeq(s[1:], "/") {
		if s != "/" && (part == "" || part == "." || part == "..") {
			return fmt.Errorf("%s must not hold the part %q, which no request has", quote(s), part)
		}
	}
	return nil
})

// mediaType is type/subtype or a wildcard; parameters have no place in it.
var mediaType = checked(`a media type such as "image/png" or "image/*"`, checkMediaType)

func checkMediaType(s string) error {
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || !isToken(kind) || !isToken(sub) || kind == "*" && sub != "*" {
		return fmt.Errorf(`%s is not a media type such as "image/png", "image/*" or "*/*"`, quote(s))
	}
	return nil
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2.
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r >= 0x80 || !isBareKey(byte(r)) && !strings.ContainsRune("!#$%&'*+.^`|~", r)
	}) < 0
}

// regular is an expression in Go's syntax, which takes linear time. API Gateway
// uses Java's; what Go lacks (look-around, back-references) is refused here.
var regular = checked("a regular expression", func(s string) error {
	if _, err := regexp.Compile(s); err != nil {
		return fmt.Errorf("%s is not a regular expression: %s", quote(s),
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
})

var methods = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

func checkMethod(s string) error {
	if slices.Contains(methods, s) {
		return nil
	}
	if up := strings.ToUpper(s); slices.Contains(methods, up) {
		return fmt.Errorf("method %q must be in capitals, %q", s, up)
	}
	return choice("method", s, methods)
}

// integrationMethod is a method that can be sent: not ANY.
var integrationMethod = checked("a method", func(s string) error {
	if s == "ANY" {
		return errors.New(`"ANY" cannot be sent; leave method out to send the request's own`)
	}
	return checkMethod(s)
})
