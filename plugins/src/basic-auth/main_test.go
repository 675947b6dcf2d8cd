package main

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

const body = "7nekXzl6yajooRi/4q4jTOAfziyStoiRefOp5aSRiBS/anCLrDXQa" // of a hash of "secret", cost 4

func TestMistakesInTheConfigurationFailTheLoad(t *testing.T) {
	const none = "config.users: there are none; name them, or a secret with a file of htpasswd by users_secret"
	const name = "config.users: a name has 1 to 255 bytes of UTF-8, no colon and no control characters"
	const plain = "config.users.a: not a hash of bcrypt; a password in plain text, or of crypt, is not taken: make one with htpasswd -B"
	tests := []struct{ name, config, want string }{
		{"no users", `{}`, none},
		{"an empty table of users", `{"users":{}}`, none},
		{"a key that is not one", `{"users_secret":"s","realm":"r"}`, "config.realm: unknown key; the plugin has users, users_secret, remember"},
		{"plain text", `{"users":{"a":"secret"}}`, plain},
		{"crypt", `{"users":{"a":"9h5yqb5S8FMVA"}}`, plain},
		{"nothing", `{"users":{"a":""}}`, plain},
		{"SHA", `{"users":{"a":"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="}}`, "config.users.a: SHA-1 without a salt is not taken; set the password anew with htpasswd -B"},
		{"MD5-crypt", `{"users":{"a":"$apr1$zkMXVMGj$7rUTmxZMSLtXUOx7JeaWA."}}`, "config.users.a: MD5-crypt is not taken; set the password anew with htpasswd -B"},
		{"a hash that was cut", `{"users":{"a":"$2y$10$abc"}}`, "config.users.a: a hash of bcrypt has 60 characters, such as $2y$10$… and 53 more"},
		{"a cost above 12", `{"users":{"a":"$2y$13$` + body + `"}}`, "config.users.a: the cost of bcrypt must be 4 to 12, is 13"},
		{"a cost below 4", `{"users":{"a":"$2y$03$` + body + `"}}`, "config.users.a: the cost of bcrypt must be 4 to 12, is 03"},
		{"a cost that is no number", `{"users":{"a":"$2y$+9$` + body + `"}}`, "config.users.a: the cost of bcrypt must be 4 to 12, is +9"},
		{"a name with a colon", `{"users":{"a:b":"$2y$10$` + body + `"}}`, name},
		{"a name that breaks a line", `{"users":{"a\nb":"$2y$10$` + body + `"}}`, name},
		{"a time to remember that is too long", `{"users_secret":"s","remember":"2h"}`, `config.remember: must be a time such as "5m", 0s to 1h0m0s`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := porticotest.Configure(tt.config); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestWhoIsNotThereHasAHashOfTheHighestCost(t *testing.T) {
	if err := porticotest.Configure(`{"users":{"a":"$2y$04$` + body + `","b":"$2a$06$` + body + `","c":"$2b$05$` + body + `"}}`); err != nil {
		t.Fatal(err)
	}
	nobody := config.users.nobody
	if h, err := parseHash(string(nobody)); err != nil || h.cost() != "06" {
		t.Errorf("%s: cost %s, %v, want 06", nobody, h.cost(), err)
	}
}

func TestAPasswordBelongsToItsHash(t *testing.T) {
	if !hash("$2b$04$" + body).is("secret") {
		t.Error("the right password is wrong")
	}
	if hash("$2b$05$" + body).is("secret") {
		t.Error("the cost does not count")
	}
}

func TestSourcesAreNetworks(t *testing.T) {
	for source, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"::ffff:192.0.2.1":     "::ffff:192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"@":                    "@",
		"":                     "",
	} {
		if got := network(source); got != want {
			t.Errorf("network(%q) = %q, want %q", source, got, want)
		}
	}
}

// FuzzCredentials: what is taken is user and password of exactly this text, in
// their bounds; a NUL, which would end a password, is in neither.
func FuzzCredentials(f *testing.F) {
	for _, s := range []string{"a:b", "a", ":b", "a:", "a:b:c", "a\x00:b", "ä:\xff", strings.Repeat("a", 256) + ":b"} {
		f.Add("Basic " + base64.StdEncoding.EncodeToString([]byte(s)))
	}
	f.Add("Basic YTpiYh==")
	f.Fuzz(func(t *testing.T, header string) {
		user, password, ok := credentials(header)
		if !ok {
			return
		}
		again := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
		if _, encoded, _ := strings.Cut(header, " "); strings.Trim(strings.NewReplacer("\r", "", "\n", "").Replace(encoded), " ") != again {
			t.Errorf("credentials(%q) = %q, %q", header, user, password)
		}
		if !isUser(user) || len(password) > maxPassword || strings.Contains(user+password, "\x00") || strings.Contains(user, ":") {
			t.Errorf("credentials(%q) = %q, %q, out of bounds", header, user, password)
		}
	})
}
