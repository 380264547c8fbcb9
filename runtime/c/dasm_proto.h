/*
** dynasm: prototypes of the run-time encoding engine.
** MIT licensed, see the LICENSE file of the dynasm package.
**
** Include this file before the engine (dasm_x86.h) and, when the engine is
** compiled in another file, wherever the functions below are called. Define
** the macros that are to differ from their defaults before including it:
**
**   Dst_DECL        parameter that identifies the state    dasm_State **Dst
**   Dst_REF         l-value: the dasm_State * behind it    (*Dst)
**   DASM_FDEF       linkage of the functions               extern
**   DASM_CHECKS     defined: check arguments and labels    undefined
**   DASM_M_GROW(ctx, type, ptr, size, need)
**                   makes the `type *ptr` block of `size` bytes at least `need`
**                   bytes large, keeps its contents and updates ptr and size;
**                   the default calls exit(1) when memory runs out. A
**                   replacement that leaves size below need makes the state
**                   fail with DASM_S_NOMEM.
**   DASM_M_FREE(ctx, ptr, size)
**                   releases such a block                  free(ptr)
**   DASM_COMPAT_1_4 defined: run output made for DynASM 1.4, whose label
**                   addresses are 4 bytes wide even with 64 bit pointers
**
** The engine's own macros are described in dasm_x86.h.
*/

#ifndef _DASM_PROTO_H
#define _DASM_PROTO_H

#include <stddef.h>
#include <stdarg.h>

/* Generated code refuses to compile with an engine of another version. */
#ifdef DASM_COMPAT_1_4
#define DASM_IDENT "DynASM 1.4.0"
#define DASM_VERSION 10400
#else
#define DASM_IDENT "DynASM 1.5.0"
#define DASM_VERSION 10500
#endif

#ifndef Dst_DECL
#define Dst_DECL dasm_State **Dst
#endif

#ifndef Dst_REF
#define Dst_REF (*Dst)
#endif

#ifndef DASM_FDEF
#define DASM_FDEF extern
#endif

/* With `#define DASM_FDEF static` a program need not call every function. */
#if defined(__GNUC__)
#define DASM_MAYBE_UNUSED __attribute__((__unused__))
#else
#define DASM_MAYBE_UNUSED
#endif

#ifndef DASM_M_GROW
#include <stdlib.h>
static DASM_MAYBE_UNUSED void *dasm_grow_block(void *block, size_t *size, size_t need)
{
  size_t n = *size < 16 ? 16 : *size;
  while (n < need) n = n > (size_t)-1 / 2 ? need : n * 2;
  block = realloc(block, n);
  if (block == NULL) exit(1);
  *size = n;
  return block;
}
#define DASM_M_GROW(ctx, type, ptr, size, need) \
  do { \
    size_t dasm_size_ = (size), dasm_need_ = (need); \
    if (dasm_size_ < dasm_need_) { \
      (ptr) = (type *)dasm_grow_block((ptr), &dasm_size_, dasm_need_); \
      (size) = dasm_size_; \
    } \
  } while (0)
#endif

#ifndef DASM_M_FREE
#include <stdlib.h>
#define DASM_M_FREE(ctx, ptr, size) free(ptr)
#endif

/* Status: a code in bits 24-31, a detail in bits 0-23. */
#define DASM_S_OK         0x00000000
#define DASM_S_NOMEM      0x01000000 /* out of memory, or code beyond 2 GB */
#define DASM_S_PHASE      0x02000000 /* functions called out of order */
#define DASM_S_MATCH_SEC  0x03000000 /* detail: current section */
#define DASM_S_RANGE_I    0x11000000 /* details of RANGE_*: offset in the action list */
#define DASM_S_RANGE_SEC  0x12000000
#define DASM_S_RANGE_LG   0x13000000
#define DASM_S_RANGE_PC   0x14000000
#define DASM_S_RANGE_VREG 0x15000000
#define DASM_S_UNDEF_L    0x21000000 /* detail: number of the local label */
#define DASM_S_UNDEF_PC   0x22000000 /* detail: number of the pc label */

/* The encoder's state. Opaque, except that `status` holds the current status. */
typedef struct dasm_State dasm_State;

/* Creates a state with sections 0..maxsection-1 and stores it in Dst_REF. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_init(Dst_DECL, int maxsection);

/* Releases the state and sets Dst_REF to NULL. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_free(Dst_DECL);

/* Registers the caller's array of maxgl global label addresses. Call it before
** dasm_setup. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_setupglobal(Dst_DECL, void **gl, unsigned int maxgl);

/* Makes room for pc labels 0..maxpc-1. May be called again at any time. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_growpc(Dst_DECL, unsigned int maxpc);

/* Begins a new unit of code made from this action list. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_setup(Dst_DECL, const void *actionlist);

/* Pass 1: appends the chunk at this offset of the action list to the current
** section. Called by generated code, with one int argument per operand that
** is known at run time only. */
DASM_FDEF DASM_MAYBE_UNUSED void dasm_put(Dst_DECL, int start, ...);

/* Pass 2: places all labels, picks branch sizes and stores the code size in
** bytes. Call it once per dasm_setup. Returns a status. */
DASM_FDEF DASM_MAYBE_UNUSED int dasm_link(Dst_DECL, size_t *szp);

/* Pass 3: writes the code, exactly as many bytes as dasm_link said, and the
** addresses of the defined global labels. May be called again with another
** buffer. Returns a status. */
DASM_FDEF DASM_MAYBE_UNUSED int dasm_encode(Dst_DECL, void *buffer);

/* Offset of a pc label from the start of the code (before dasm_link: an
** estimate inside its section), -1 if only used, -2 if unknown. */
DASM_FDEF DASM_MAYBE_UNUSED int dasm_getpclabel(Dst_DECL, unsigned int pc);

#ifdef DASM_CHECKS
/* Checks that all local labels are defined and makes them unused again; with
** secmatch >= 0 also that this section is the current one. Returns a status. */
DASM_FDEF DASM_MAYBE_UNUSED int dasm_checkstep(Dst_DECL, int secmatch);
#else
/* A call, so that `dasm_checkstep(Dst, 0);` is no statement without effect. */
static DASM_MAYBE_UNUSED int dasm_unchecked_step(void)
{
  return DASM_S_OK;
}
#define dasm_checkstep(dst, secmatch) dasm_unchecked_step()
#endif

#endif /* _DASM_PROTO_H */
