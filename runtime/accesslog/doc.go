// Package accesslog writes one line for each request, in a format of $context
// variables as API Gateway's access logs have it (AWS guide, "Set up
// CloudWatch logging" and "$context variables").
//
// A format is "json", "clf", "csv", "xml" or a template. As on REST APIs it
// must name $context.requestId or $context.extendedRequestId; this log serves
// all APIs of a gateway. A variable that is not set is "-".
//
// # Escaping
//
// No value can end its line or break out of its place, whatever a client sent.
// How values are escaped follows from how the template begins: "{" is JSON,
// "<" is XML, anything else is text like CLF; the preset "csv" is CSV.
//
//   - JSON: within a string of the template as RFC 8259 wants it. A variable
//     outside of strings gives a number or a boolean as it is, anything else
//     as a string, so that the line stays JSON.
//   - XML: the five entities, and character references for control bytes.
//   - CSV: a value with a comma or a quote is quoted (RFC 4180); control bytes
//     become spaces.
//   - Text: quotes, backslashes, control bytes and bytes outside ASCII become
//     \", \\ and \xHH; outside of quotes and brackets of the template spaces do
//     too, so that columns stay columns.
//
// In JSON, bytes that are not UTF-8 become U+FFFD. A value longer than 2 KiB
// is cut.
//
// # Loss
//
// Requests never wait for the log and never fail because of it. Record puts
// the line into memory; one goroutine writes, at the latest after a second, or
// when 64 KiB are waiting. A process that is killed loses what it had not
// written. While a file takes no more (a full disk, a stalled pipe), up to
// 1 MiB waits and is tried again every second; further lines are dropped and
// counted. Only whole lines are dropped, and a line that was half written is
// completed by the next write.
package accesslog
