/* Memory: the buffer that host functions fill, and accounts for QuickJS. It is
   read before quickjs.c, which forbids malloc below itself. */

#include <malloc.h>
#include <stdlib.h>

#include "quickjs.h"

size_t malloc_usable_size(void *p);

#define BUFFER_KEPT (32 << 10) /* an event of usual size, and some */

static uint8_t *buffer;
static uint32_t buffer_size;

/* reserve makes the buffer at least n bytes large; what was in it is lost. -1:
   there is no memory for it. */
static int reserve(size_t n)
{
    if (n <= buffer_size)
        return 0;
    uint8_t *b = malloc(n);
    if (!b)
        return -1;
    free(buffer);
    buffer = b;
    buffer_size = n;
    return 0;
}

/* shrink lets a large buffer go: one large body must not stay for ever. */
static void shrink(void)
{
    if (buffer_size <= BUFFER_KEPT)
        return;
    free(buffer);
    buffer = malloc(BUFFER_KEPT);
    buffer_size = buffer ? BUFFER_KEPT : 0;
}

/* bytes_new and bytes_drop are for what is not QuickJS's. */
static void *bytes_new(size_t n)
{
    return malloc(n);
}

static void bytes_drop(void *p)
{
    free(p);
}

static void *mem_alloc(JSMallocState *s, size_t size)
{
    void *p = malloc(size);
    if (p) {
        s->malloc_count++;
        s->malloc_size += malloc_usable_size(p);
    }
    return p;
}

static void mem_free(JSMallocState *s, void *p)
{
    if (!p)
        return;
    s->malloc_count--;
    s->malloc_size -= malloc_usable_size(p);
    free(p);
}

static void *mem_realloc(JSMallocState *s, void *p, size_t size)
{
    if (!p)
        return mem_alloc(s, size);
    if (size == 0) {
        mem_free(s, p);
        return NULL;
    }
    size_t old = malloc_usable_size(p);
    void *q = realloc(p, size);
    if (q)
        s->malloc_size += malloc_usable_size(q) - old;
    return q;
}

static size_t mem_size(const void *p)
{
    return malloc_usable_size((void *)p);
}

static const JSMallocFunctions mem_functions = {mem_alloc, mem_free, mem_realloc, mem_size};
