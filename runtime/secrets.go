package runtime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/config"
)

// maxSecret bounds a secret: keys and certificates are far smaller, and a file
// that is larger is not one.
const maxSecret = 64 << 10

// readSecrets reads the secrets of a configuration anew. No error holds a value.
func readSecrets(c *config.Config, errs *config.Errors) capability.Vault {
	v := capability.Vault{}
	for _, s := range c.Secrets {
		value, err := readSecret(c, s.Secret)
		if err != nil {
			errs.Add(c.At(s.Key, err))
			continue
		}
		v[s.Name] = capability.NewSecret(value)
	}
	return v
}

func readSecret(c *config.Config, s *config.Secret) ([]byte, error) {
	var value []byte
	if s.Env != "" {
		text, ok := os.LookupEnv(s.Env)
		if !ok {
			return nil, fmt.Errorf("the environment variable %s is not set", s.Env)
		}
		value = []byte(text)
	} else {
		f, err := os.Open(c.Resolve(s.File))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if value, err = io.ReadAll(io.LimitReader(f, maxSecret+3)); err != nil {
			return nil, err
		}
		// Editors end a file with a line feed that is not meant.
		value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
	}
	switch {
	case len(value) == 0:
		return nil, errors.New("the secret is empty")
	case len(value) > maxSecret:
		return nil, fmt.Errorf("the secret has more than %d bytes", maxSecret)
	}
	return value, nil
}
