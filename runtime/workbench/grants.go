package workbench

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// settings puts a case's own into what NAME.toml says.
func (s *scene) settings(c *config.Case) func(string, *plugin.Settings) {
	return func(name string, set *plugin.Settings) {
		if name != s.bench.name {
			return
		}
		set.Fresh = set.Fresh || s.fresh
		if c.Timeout != 0 {
			set.Timeout = c.Timeout
		}
		if len(c.Config) > 0 {
			set.Config = joined(set.Config, c.Config)
		}
		if inner := set.Grant; inner != nil {
			set.Grant = func() (plugin.Grant, error) {
				g, err := inner()
				if err != nil {
					return nil, err
				}
				return &grant{g, s.capabilities(c, g.Capabilities())}, nil
			}
		}
	}
}

// joined adds to a JSON object what a case says, by key.
func joined(object []byte, more map[string]any) []byte {
	all := map[string]any{}
	if len(object) > 0 && json.Unmarshal(object, &all) != nil {
		return object // config made it: it is an object
	}
	maps.Copy(all, more)
	text, err := json.Marshal(all)
	if err != nil { // values of TOML have none
		return object
	}
	return text
}

// grant is what the plugin was granted, with a record of its use.
type grant struct {
	plugin.Grant
	capabilities hostabi.Capabilities
}

func (g *grant) Capabilities() hostabi.Capabilities { return g.capabilities }

// capabilities records the use of those that were granted.
func (s *scene) capabilities(c *config.Case, have hostabi.Capabilities) hostabi.Capabilities {
	r := s.record
	if have.Cache != nil {
		have.Cache = recordedCache{have.Cache, r}
	}
	if have.Throttle != nil {
		have.Throttle = recordedThrottle{have.Throttle, r}
	}
	if have.Secrets != nil {
		have.Secrets = recordedSecrets{have.Secrets, r}
	}
	if have.Metrics != nil {
		have.Metrics = recordedMetrics{have.Metrics, r}
	}
	if have.HTTP != nil {
		have.HTTP = recordedHTTP{have.HTTP, r}
	} else if len(c.HTTP) > 0 && have.JWT == nil {
		r.fault(`the case answers requests of http, which NAME.toml does not grant: capabilities = ["http"]`)
	}
	if have.JWT != nil {
		have.JWT = recordedJWT{have.JWT, r}
	}
	if have.KV != nil {
		for _, p := range c.KV {
			if err := have.KV.Put(context.Background(), p.Name, []byte(p.Value), 0); err != nil {
				r.fault("kv: put " + show([]byte(p.Name)) + ": " + err.Error())
			}
		}
		have.KV = recordedKV{have.KV, r}
	} else if len(c.KV) > 0 {
		r.fault(`the case fills kv, which NAME.toml does not grant: capabilities = ["kv"]`)
	}
	return have
}
