package exchange

import "testing"

func TestNormalPath(t *testing.T) {
	cases := []struct{ name, raw, want string }{
		{"nothing to do", "/a/b", "/a/b"},
		{"an unreserved character", "/%61dmin%2e", "/admin."},
		{"a colon, a comma, an at sign", "/jobs%3Arun%2c%40", "/jobs:run,@"},
		{"a slash stays data, in one spelling", "/a%2fb%2F", "/a%2Fb%2F"},
		{"bytes of UTF-8", "/%c3%A9", "/%C3%A9"},
		{"a plus and a semicolon are left encoded", "/%2b%3b", "/%2B%3B"},
		{"an encoded percent sign is not decoded twice", "/%2561", "/%2561"},
		{"what is no escape", "/%6/%zz%", "/%6/%zz%"},
	}
	for _, c := range cases {
		if got := NormalPath(c.raw); got != c.want {
			t.Errorf("%s: NormalPath(%q) = %q, want %q", c.name, c.raw, got, c.want)
		}
		if again := NormalPath(c.want); again != c.want {
			t.Errorf("%s: normalizing %q again gives %q", c.name, c.want, again)
		}
	}
}
