// An authorizer that traps three calls deep, with line tables.
// clang --target=wasm32 -O1 -g -fdebug-prefix-map=$PWD=. -nostdlib -Wl,--no-entry -Wl,-z,stack-size=16384 -o crash.wasm crash.c
__attribute__((export_name("portico_abi_v1"))) void marker(void) {}
__attribute__((noinline)) static int deep(volatile int *p) {
  if (*p == 0)
    __builtin_trap();
  return *p;
}
static volatile int zero;
__attribute__((noinline)) int check(int n) {
  return deep(&zero) + n;
}
__attribute__((export_name("portico_authorize"))) int authorize(void) {
  return check(1);
}
