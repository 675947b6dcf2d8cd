// Package javascript runs plugins that are JavaScript: a file and no toolchain.
//
// The engine is QuickJS, compiled to WebAssembly as a guest of the native ABI
// (engine.wasm; its sources and the script that builds it are in engine/). It is
// compiled once for all scripts of the same limits. Each instance evaluates the
// file once and then has its exported functions called, as package native calls
// the functions of any guest; so a script is stopped, bounded and isolated as any
// guest is.
//
// docs/javascript.md says what scripts find.
package javascript
