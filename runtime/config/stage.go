package config

import (
	"fmt"
	"regexp"
)

// Limits of stage variables; see API Gateway's Developer Guide, "Stage variables
// reference".
const (
	MaxVariables     = 100
	MaxVariableName  = 64
	MaxVariableValue = 512
)

// Stage is [apis.NAME.stages.NAME].
type Stage struct {
	Key  string // path of the table, for Config.At
	Name string
	// Values for ${stageVariables.x} in URIs and for plugins; at most 100.
	Variables []Pair
	// Hosts whose requests belong to this stage: a custom domain. They are
	// instead of the API's, and its name is not in the path then.
	Hosts []string
	// The path in front of the routes on those hosts; without hosts, on those of
	// the API. Without both the stage is reached at the API's path and its name,
	// "$default" at the API's path alone.
	BasePath string
}

// Mapped reports whether the stage has a place of its own, instead of its name
// behind the path of the API.
func (s *Stage) Mapped() bool { return s.BasePath != "" }

var stageTable = &table[Stage]{
	key: func(s *Stage) *string { return &s.Key },
	entries: []entry[Stage]{
		field("variables", pairs("a table of name = text", checkVariable), func(s *Stage) *[]Pair { return &s.Variables }, nil),
		field("hosts", list(host), func(s *Stage) *[]string { return &s.Hosts }, nil),
		derived("base_path", basePath, func(s *Stage) *string { return &s.BasePath }, `"/" with hosts, else none`),
	},
	later: laterKeys,
	check: func(d *decoder, s *Stage) {
		if path := Join(s.Key, "variables"); len(s.Variables) > MaxVariables {
			d.errorf(path, "a stage has at most %d variables, got %d", MaxVariables, len(s.Variables))
		}
		if s.BasePath == "" && len(s.Hosts) > 0 {
			s.BasePath = "/"
		}
	},
}

var (
	variableNames  = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	variableValues = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]+$`)
)

func checkVariable(name, value string) error {
	switch {
	case !variableNames.MatchString(name):
		return fmt.Errorf("%s is not the name of a stage variable: use A-Z, a-z, 0-9 and _", quote(name))
	case len(name) > MaxVariableName:
		return fmt.Errorf("the name of a stage variable has at most %d bytes, got %d", MaxVariableName, len(name))
	case len(value) > MaxVariableValue:
		return fmt.Errorf("the value of a stage variable has at most %d bytes, got %d", MaxVariableValue, len(value))
	case !variableValues.MatchString(value):
		return fmt.Errorf("%s: the value of a stage variable holds only A-Z, a-z, 0-9 and -._~:/?#&=, and is not empty", quote(value))
	}
	return nil
}
