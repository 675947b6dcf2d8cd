package config

import (
	"fmt"
	"strings"
)

// The places and formats of an access log that are not a path and not a
// template.
const (
	AccessLogOff    = "off"
	AccessLogStdout = "stdout"
	AccessLogStderr = "stderr"

	AccessLogJSON = "json"
	AccessLogCLF  = "clf"
	AccessLogCSV  = "csv"
	AccessLogXML  = "xml"
)

// MaxAccessLogFormat is the longest template: that of API Gateway's HTTP APIs.
// See its Developer Guide, "Configuring logging for an HTTP API".
const MaxAccessLogFormat = 3 << 10

// AccessLog is [access_log].
type AccessLog struct {
	// "stdout", "stderr", the path of a file, or "off".
	File string
	// "json", "clf", "csv", "xml", or a template with $context variables.
	Format string
}

var accessLogTable = &table[AccessLog]{
	entries: []entry[AccessLog]{
		field("file", filePath, func(a *AccessLog) *string { return &a.File }, AccessLogOff),
		field("format", checked("a format or a template", checkLogFormat), func(a *AccessLog) *string { return &a.Format }, AccessLogJSON),
	},
	later: laterKeys,
	check: func(d *decoder, a *AccessLog) {
		if a.File == AccessLogOff && d.ok("access_log.format") && !d.failed["access_log.file"] {
			d.errorf("access_log.format", `has no effect while file is "off"; set file = "stdout" or a path`)
		}
	},
}

// checkLogFormat leaves the names behind $context to the access log itself.
func checkLogFormat(s string) error {
	formats := []string{AccessLogJSON, AccessLogCLF, AccessLogCSV, AccessLogXML}
	for _, f := range formats {
		if s == f {
			return nil
		}
	}
	if len(s) > MaxAccessLogFormat {
		return fmt.Errorf("a template has at most %s, got %s", FormatSize(MaxAccessLogFormat), FormatSize(int64(len(s))))
	}
	if strings.Contains(s, "$context.") {
		return nil
	}
	if suggest(s, formats) != "" {
		return choice("format", s, formats)
	}
	return fmt.Errorf("%w, or a template with $context variables", choice("format", s, formats))
}
