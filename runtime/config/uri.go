package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// placeholders cuts a URI at {name} and ${stageVariables.name} and calls found
// for each; the result is the URI with a digit in place of each of them.
func placeholders(uri string, found func(name string, variable bool, before string) error) (string, error) {
	var b strings.Builder
	for {
		i := strings.IndexAny(uri, "{}")
		if i < 0 {
			b.WriteString(uri)
			return b.String(), nil
		}
		end := strings.IndexAny(uri[i+1:], "{}")
		if uri[i] == '}' || end < 0 || uri[i+1+end] == '{' {
			return "", errors.New("{ and } do not pair")
		}
		name, variable := uri[i+1:i+1+end], i > 0 && uri[i-1] == '$'
		text := uri[:i]
		if variable {
			text = uri[:i-1]
			v, ok := strings.CutPrefix(name, "stageVariables.")
			if !ok {
				return "", fmt.Errorf("${%s}: only ${stageVariables.NAME} can stand here", name)
			}
			name = v
		}
		b.WriteString(text)
		if err := found(name, variable, b.String()); err != nil {
			return "", err
		}
		b.WriteByte('1') // fits into a host, a port and a path
		uri = uri[i+1+end+1:]
	}
}

// checkURI checks what can be known without a request. A path parameter comes
// from the client, so it must not choose the host.
func checkURI(s string) error {
	refuse := func(err error) error { return fmt.Errorf("%s: %w", quote(s), err) }
	if err := checkText(s); err != nil {
		return refuse(err)
	}
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		if _, _, ok := strings.Cut(s, "://"); !ok {
			return fmt.Errorf("%s must begin with http:// or https://, try %s", quote(s), quote("http://"+strings.TrimLeft(s, "/")))
		}
		return refuse(errors.New("must begin with http:// or https://"))
	}
	plain, err := placeholders(s, func(name string, variable bool, before string) error {
		_, rest, _ := strings.Cut(before, "://")
		switch {
		case variable && !words.MatchString(name):
			return fmt.Errorf("%q is not the name of a stage variable", name)
		case variable:
			return nil
		case strings.HasSuffix(name, "+"):
			return fmt.Errorf("{%s}: write {%s}, the + belongs into the route", name, strings.TrimSuffix(name, "+"))
		case !parameterName(name):
			return fmt.Errorf("{%s}: %q is not the name of a path parameter", name, name)
		case !strings.ContainsAny(rest, "/?"):
			return fmt.Errorf("{%s}: a path parameter cannot choose the host; use a stage variable", name)
		}
		return nil
	})
	if err != nil {
		return refuse(err)
	}
	// A stage variable may hold host and port; what remains must be a URL.
	u, err := url.Parse(plain)
	switch {
	case err != nil:
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return refuse(err)
	case u.Hostname() == "":
		return refuse(errors.New("has no host"))
	case u.User != nil:
		return refuse(errors.New("must not hold a user; send credentials in a header"))
	case strings.Contains(plain, "#"):
		return refuse(errors.New("must not hold a fragment, which is never sent"))
	case strings.ContainsAny(plain, " "):
		return refuse(errors.New("must not hold blanks"))
	}
	return nil
}

// parameterName has the form of API Gateway: ^[a-zA-Z0-9._$:-]+$.
func parameterName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r >= 0x80 || !isBareKey(byte(r)) && !strings.ContainsRune(".$:", r)
	}) < 0
}

// uriParameters lists the path parameters that a valid URI uses.
func uriParameters(uri string) []string {
	var names []string
	_, _ = placeholders(uri, func(name string, variable bool, _ string) error {
		if !variable {
			names = append(names, name)
		}
		return nil
	})
	return names
}
