/* What clang calls for setjmp and longjmp with -mllvm -wasm-enable-sjlj: a
 * longjmp is an exception of the tag __c_longjmp that carries its buffer and
 * value; each frame that had a setjmp catches it and asks whether it is its. */
#include <setjmp.h>

enum { TAG_LONGJMP = 1 }; /* clang's number for __c_longjmp */

__asm__(".globl __c_longjmp\n.tagtype __c_longjmp i32\n__c_longjmp:\n");

void __wasm_setjmp(jmp_buf env, unsigned label, void *frame);
unsigned __wasm_setjmp_test(jmp_buf env, void *frame);
void __wasm_longjmp(jmp_buf env, int value);

void __wasm_setjmp(jmp_buf env, unsigned label, void *frame) {
    env->frame = frame;
    env->label = label;
}

/* The label of the setjmp to go back to, 0 if it was another frame's. */
unsigned __wasm_setjmp_test(jmp_buf env, void *frame) { return env->frame == frame ? env->label : 0; }

void __wasm_longjmp(jmp_buf env, int value) {
    env->thrown.env = env;
    env->thrown.value = value ? value : 1;
    __builtin_wasm_throw(TAG_LONGJMP, &env->thrown);
}
