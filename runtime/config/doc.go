// Package config reads gateway.toml and the NAME.toml beside a plugin.
//
// Reading is strict: an unknown key, a value of the wrong type, a number out of
// range and a reference to nothing are errors, and all of them are reported at
// once, each with its file, line and key. What a later version brings is
// refused by name. Nothing is accepted and then ignored.
//
// One schema, made of the tables beside the structs of this package, decodes
// the file, finds unknown keys, checks types, applies defaults and prints the
// reference (see [Reference]).
//
// Mechanisms know nothing of files: they name the field that they refuse, and
// [Source.At] attaches the file and the line.
package config
