package hostabi

import "testing"

func TestSecretsAreFilledIn(t *testing.T) {
	secret := func(name string) ([]byte, error) {
		switch name {
		case "key":
			return []byte("s3cret"), nil
		case "lines":
			return []byte("a\nb"), nil
		case "nested":
			return []byte("{secret:key}"), nil
		}
		return nil, ENOENT
	}
	tests := []struct {
		name, value, want string
		filled            bool
		err               error
	}{
		{"a value without one is itself", "plain {text}", "plain {text}", false, nil},
		{"one stands alone", "{secret:key}", "s3cret", true, nil},
		{"several stand in a text", "Bearer {secret:key}.{secret:key}!", "Bearer s3cret.s3cret!", true, nil},
		{"a secret is not read again", "{secret:nested}", "{secret:key}", true, nil},
		{"one that was not granted", "{secret:other}", "", true, ENOENT},
		{"no name is no secret", "{secret:}", "", true, ENOENT},
		{"one without an end", "a {secret:key", "", true, EINVAL},
		{"one that cannot stand in a header", "{secret:lines}", "", true, EINVAL},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, filled, err := FillSecrets(tt.value, secret)
			if got != tt.want || filled != tt.filled || err != tt.err {
				t.Errorf("FillSecrets(%q) = %q, %v, %v, want %q, %v, %v", tt.value, got, filled, err, tt.want, tt.filled, tt.err)
			}
		})
	}
}
