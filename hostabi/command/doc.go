// Package command runs plugins that are programs: a module of WASI preview 1
// that reads the event of a Lambda function on standard input and writes that
// function's answer to standard output. Any language that compiles to such a
// program takes part, without an SDK.
//
// Each call is a process of its own: a new instance of the module, which is
// compiled once. It has its plugin's name as its only argument, the plugin's
// configuration as JSON in the environment variable [EnvConfig], clocks, random
// bytes and sleep; no files, no network and no host functions. Exit status 0
// says that standard output holds the answer; any other is a failure of the
// plugin, whatever it wrote. Standard error goes to the log, line by line.
//
// A command can be an authorizer and an integration. What it is asked is in the
// event, as for a Lambda function: "type" and "methodArn" are an authorizer's.
// An authorizer refuses with 401 by {"errorMessage": "Unauthorized"} and exit
// status 0.
package command
