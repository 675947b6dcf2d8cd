package runtime_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recordedConfig is what AWS was configured with.
type recordedConfig struct {
	APIs map[string]struct {
		Deployments map[string]struct {
			Resources map[string]struct {
				Path    string
				Methods map[string]struct {
					Integration struct {
						Type             string
						RequestTemplates map[string]string
						Responses        map[string]struct {
							StatusCode        string
							SelectionPattern  string
							ResponseTemplates map[string]string
						} `json:"integrationResponses"`
					}
				}
			}
		}
		Stages map[string]struct{ DeploymentID string }
	}
}

// recordedFiles makes a gateway of the configuration of a case: mocks whose
// templates have nothing to evaluate, and a guest in the place of a function.
func recordedFiles(t *testing.T, c *recordedCase) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(recorded, "configs", c.Config+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var from recordedConfig
	if err := json.Unmarshal(raw, &from); err != nil {
		t.Fatal(err)
	}
	stage := strings.Split(c.Request.Path, "/")[1]
	api := from.APIs[c.API]
	deployment, ok := api.Deployments[api.Stages[stage].DeploymentID]
	if !ok {
		t.Fatalf("%s: stage %q has no deployment", c.ID, stage)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "account_id = \"111111111111\"\n[apis.recorded]\nprotocol = \"rest\"\n[apis.recorded.stages.%s]\n", stage)
	for _, id := range slices.Sorted(maps.Keys(deployment.Resources)) {
		r := deployment.Resources[id]
		for _, method := range slices.Sorted(maps.Keys(r.Methods)) {
			in := r.Methods[method].Integration
			fmt.Fprintf(&b, "[[apis.recorded.routes]]\nroute = %q\n", method+" "+r.Path)
			switch in.Type {
			case "AWS_PROXY": // whose request parameters change nothing
				b.WriteString("integration = { type = \"plugin\", plugin = \"function\", payload_format = \"1.0\" }\n")
			case "MOCK":
				// Such a template gives the status and is the only one.
				var request struct{ StatusCode int }
				if err := json.Unmarshal([]byte(in.RequestTemplates["application/json"]), &request); err != nil || len(in.RequestTemplates) != 1 {
					t.Fatalf("%s: a request template with something to evaluate: %v", c.ID, in.RequestTemplates)
				}
				var responses []string
				for _, key := range slices.Sorted(maps.Keys(in.Responses)) {
					from := in.Responses[key]
					body := from.ResponseTemplates["application/json"]
					if strings.ContainsAny(body, "#$'") || len(from.ResponseTemplates) != 1 {
						t.Fatalf("%s: a response template with something to evaluate: %v", c.ID, from.ResponseTemplates)
					}
					to := fmt.Sprintf("{ status = %s, body = '%s'", from.StatusCode, body)
					if from.SelectionPattern != "" {
						to += fmt.Sprintf(", pattern = '%s'", from.SelectionPattern)
					}
					responses = append(responses, to+" }")
				}
				fmt.Fprintf(&b, "integration = { type = \"mock\", status = %d, responses = [%s] }\n", request.StatusCode, strings.Join(responses, ", "))
			default:
				t.Fatalf("%s: integration type %q", c.ID, in.Type)
			}
		}
	}
	plugins := []string{"function"}
	if len(c.Backends) > 0 && strings.Contains(c.Backends[0].Handler, "json.loads(body)") {
		plugins = append(plugins, "function.toml", "[config]\nanswer = \"body\"\n")
	}
	return files(t, b.String(), plugins...)
}
