/* setjmp and longjmp over WebAssembly exceptions, which wasi-libc of Debian 12
 * does not have. clang makes the calls, setjmp.c has the functions. */
#ifndef SETJMP_H
#define SETJMP_H

typedef struct {
    void *frame;   /* the call of the function that called setjmp */
    unsigned label; /* which of its setjmps it was */
    struct {
        void *env;
        int value;
    } thrown;
} jmp_buf[1];

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);

#endif
