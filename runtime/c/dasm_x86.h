/*
** dynasm: run-time encoding engine for x86 and x64.
** MIT licensed, see the LICENSE file of the dynasm package.
**
** Include it after dasm_proto.h in the file that is to contain the engine.
** Define the macros that are to differ from their defaults before:
**
**   DASM_EXTERN(ctx, addr, index, type)
**                   an int expression, the 4 bytes of `extern` symbol number
**                   index: its address (type 0), or its address minus the
**                   address behind the field (type 1). addr is the place in the
**                   buffer where they go. Default 0.
**   DASM_ALIGNED_WRITES
**                   defined: write the code byte by byte
**   DASM_BASE(ctx, buffer)
**                   address at which the code will run, when that is not the
**                   address of the buffer it is written to. Default: buffer.
**
** How it works. dasm_put writes the machine code of a chunk to its section
** right away, since most of it is known by then: what depends on other code is
** left open, in its longest form, and noted as an item. So an offset in a
** section's code is at the same time the estimate that decides branch sizes.
** dasm_link only visits the items; dasm_encode copies the code between them.
*/

#ifndef _DASM_X86_H
#define _DASM_X86_H

#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DASM_ARCH "x86"

#ifndef DASM_EXTERN
#define DASM_EXTERN(ctx, addr, index, type) 0
#endif

#ifndef DASM_BASE
#define DASM_BASE(ctx, buffer) (buffer)
#endif

/* Number of values one generated dasm_put stores at most. The translator keeps
** to it; this engine has no such limit. */
#ifndef DASM_MAXSECPOS
#define DASM_MAXSECPOS 25
#endif

/* Bytes of a label's address in the code. */
#ifdef DASM_COMPAT_1_4
#define DASM_LABEL_SIZE 4
#else
#define DASM_LABEL_SIZE ((int)sizeof(void *))
#endif

#if !defined(DASM_ALIGNED_WRITES) && \
  (defined(__i386__) || defined(__x86_64__) || defined(_M_IX86) || defined(_M_X64))
#define DASM_NATIVE_WRITES 1
#else
#define DASM_NATIVE_WRITES 0
#endif

#if defined(__GNUC__)
#define DASM_UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define DASM_UNLIKELY(x) (x)
#endif

/* Some replacements of DASM_M_GROW limit blocks to what a section can hold:
** sizeof(type) * DASM_SEC2POS(1). */
#define DASM_SEC2POS(sec) ((sec) << 27)

/* Action codes; bytes below DASM_A_FIRST are machine code. */
enum {
  DASM_A_FIRST = 233,
  DASM_A_DISP = DASM_A_FIRST,
  DASM_A_IMM_S, DASM_A_IMM_B, DASM_A_IMM_W, DASM_A_IMM_D, DASM_A_IMM_WB, DASM_A_IMM_DB,
  DASM_A_VREG, DASM_A_SPACE, DASM_A_SETLABEL,
  DASM_A_REL_A, DASM_A_REL_LG, DASM_A_REL_PC, DASM_A_IMM_LG, DASM_A_IMM_PC,
  DASM_A_LABEL_LG, DASM_A_LABEL_PC,
  DASM_A_ALIGN, DASM_A_EXTERN, DASM_A_ESC, DASM_A_MARK, DASM_A_SECTION, DASM_A_STOP
};

/* Label numbers of the local/global table. A reference to local label n is
** n (backward) or DASM_L_FORWARD + n. */
enum { DASM_L_GLOBAL = 10, DASM_L_FORWARD = 246, DASM_L_MAX = 246 };

/* VREG: the operand's field (bits 5-7 of the operand byte). */
enum {
  DASM_V_MEM = 0x00, DASM_V_RM = 0x20, DASM_V_INDEX = 0x40, DASM_V_REG = 0x80,
  DASM_V_VVVV = 0xa0, DASM_V_IMM = 0xc0
};

/* Where a label is. Not negative: in this section, the offset is an estimate. */
enum {
  DASM_W_PLACED = 0x7fffffff, /* offset from the start of the code */
  DASM_W_UNDEF = -1,          /* only used so far */
  DASM_W_ADDRESS = -2,        /* at a given address */
  DASM_W_GLOBAL = -3          /* DASM_W_GLOBAL - n: global label n, not defined here */
};

/* A label's meaning between two definitions. References hold its number, so that
** a definition reaches those in front of it. Number 0 is not used. */
typedef struct dasm_Label {
  int where;
  int offset;
} dasm_Label;

enum {
  DASM_I_BRANCH,  /* 4 bytes relative to a label; detail: bytes a short form saves */
  DASM_I_SHORT,   /* the same, found to be short */
  DASM_I_LABEL,   /* no bytes: place of a local or pc label */
  DASM_I_GLOBAL,  /* no bytes: place of a global label; detail: its number */
  DASM_I_ALIGN,   /* detail: alignment - 1; after link the value is the padding */
  DASM_I_REL_A,   /* 4 bytes relative to the address in value */
  DASM_I_IMM,     /* address of a label */
  DASM_I_EXTERN   /* 4 bytes from DASM_EXTERN; value: index, detail: type */
};

/* Something that is decided after dasm_put. The offset is that of its first
** byte in the section's code; value is a label number, if not said otherwise. */
typedef struct dasm_Item {
  int offset;
  int value;
  unsigned char kind;
  unsigned char detail;
} dasm_Item;

typedef struct dasm_Section {
  unsigned char *code;
  size_t codesize;  /* allocated bytes */
  dasm_Item *items;
  size_t itemsize;  /* allocated bytes */
  int used;         /* bytes of code */
  int nitem;
  int maxitem;
  int start;        /* estimated offset from section 0 */
} dasm_Section;

enum { DASM_STAGE_IDLE, DASM_STAGE_PUT, DASM_STAGE_LINKED };

struct dasm_State {
  int status;
  int stage;
  int nsection;
  int codesize;                  /* bytes, known once linked */
  const unsigned char *actions;
  dasm_Section *current;
  dasm_Label *labels;
  size_t labelsize;
  int nlabel;
  int maxlabel;
  unsigned int nlg;              /* entries of lg: 0, or 10 + number of globals */
  int *lg;                       /* local/global table: label number, or 0 */
  size_t lgsize;
  int *pc;                       /* pc table: label number, or 0 */
  size_t pcsize;
  void **globals;
  size_t statesize;
};

/* Bytes that may be written between two looks at the buffer's end. */
#define DASM_SLACK 288

#define DASM_MAX_CODE 0x7fffffff
#define DASM_MAX_COUNT 0x07ffffff

#define DASM_SECTIONS(D) ((dasm_Section *)(void *)((D) + 1))

/* ---- Life of a state. DASM_M_GROW is used in functions without a result only,
** so that a replacement may return from them. ---- */

void dasm_init(Dst_DECL, int maxsection)
{
  dasm_State *D;
  size_t size = 0, need = sizeof(dasm_State) + (size_t)maxsection * sizeof(dasm_Section);
  Dst_REF = NULL;
  DASM_M_GROW(Dst, dasm_State, Dst_REF, size, need);
  if (size < need) return;
  D = Dst_REF;
  memset((void *)D, 0, need);
  D->statesize = size;
  D->nsection = maxsection;
  D->current = DASM_SECTIONS(D);
}

void dasm_free(Dst_DECL)
{
  dasm_State *D = Dst_REF;
  int i;
  if (D == NULL) return;
  for (i = 0; i < D->nsection; i++) {
    dasm_Section *sec = DASM_SECTIONS(D) + i;
    if (sec->code) DASM_M_FREE(Dst, sec->code, sec->codesize);
    if (sec->items) DASM_M_FREE(Dst, sec->items, sec->itemsize);
  }
  if (D->labels) DASM_M_FREE(Dst, D->labels, D->labelsize);
  if (D->lg) DASM_M_FREE(Dst, D->lg, D->lgsize);
  if (D->pc) DASM_M_FREE(Dst, D->pc, D->pcsize);
  DASM_M_FREE(Dst, D, D->statesize);
  Dst_REF = NULL;
}

void dasm_setupglobal(Dst_DECL, void **gl, unsigned int maxgl)
{
  dasm_State *D = Dst_REF;
  unsigned int n = maxgl <= DASM_L_MAX - DASM_L_GLOBAL ? DASM_L_GLOBAL + maxgl : DASM_L_MAX + 1;
  D->globals = gl;
  D->nlg = 0;
  DASM_M_GROW(Dst, int, D->lg, D->lgsize, n * sizeof(int));
  if (D->lgsize < n * sizeof(int)) {
    D->status = DASM_S_NOMEM;
    return;
  }
  memset((void *)D->lg, 0, n * sizeof(int));
  D->nlg = n;
}

void dasm_growpc(Dst_DECL, unsigned int maxpc)
{
  dasm_State *D = Dst_REF;
  size_t old = D->pcsize;
  if (maxpc > 0x7fffffff / sizeof(int)) {
    D->status = DASM_S_NOMEM;
    return;
  }
  if (old >= maxpc * sizeof(int)) return;
  DASM_M_GROW(Dst, int, D->pc, D->pcsize, maxpc * sizeof(int));
  if (D->pcsize < maxpc * sizeof(int)) {
    D->status = DASM_S_NOMEM;
    return;
  }
  memset((void *)((unsigned char *)D->pc + old), 0, D->pcsize - old);
}

void dasm_setup(Dst_DECL, const void *actionlist)
{
  dasm_State *D = Dst_REF;
  int i;
  D->actions = (const unsigned char *)actionlist;
  D->status = DASM_S_OK;
  D->stage = DASM_STAGE_PUT;
  D->nlabel = 1;
  D->current = DASM_SECTIONS(D);
  if (D->nlg) memset((void *)D->lg, 0, D->nlg * sizeof(int));
  if (D->pcsize) memset((void *)D->pc, 0, D->pcsize);
  for (i = 0; i < D->nsection; i++) {
    DASM_SECTIONS(D)[i].used = 0;
    DASM_SECTIONS(D)[i].nitem = 0;
  }
}

/* ---- Labels. ---- */

/* The caller has made room for it. */
static int dasm_new_label(dasm_State *D, int where, int offset)
{
  D->labels[D->nlabel].where = where;
  D->labels[D->nlabel].offset = offset;
  return D->nlabel++;
}

static int dasm_is_pending(const dasm_State *D, int label)
{
  int where = D->labels[label].where;
  return where == DASM_W_UNDEF || where <= DASM_W_GLOBAL;
}

/* Defines the label of a table entry at an offset of the current section. */
static int dasm_define(dasm_State *D, int *entry, int offset)
{
  int where = (int)(D->current - DASM_SECTIONS(D));
  int label = *entry;
  if (label == 0 || !dasm_is_pending(D, label)) return *entry = dasm_new_label(D, where, offset);
  D->labels[label].where = where;
  D->labels[label].offset = offset;
  return label;
}

/* The label that a reference in the local/global notation means; 0 if there is
** no such label. */
static int dasm_refer_lg(dasm_State *D, unsigned int n)
{
  int *entry;
  if (n > DASM_L_FORWARD) {
    n -= DASM_L_FORWARD;
    if (n >= D->nlg) return 0;
    entry = D->lg + n;
    if (*entry && dasm_is_pending(D, *entry)) return *entry;
    return *entry = dasm_new_label(D, DASM_W_UNDEF, 0);
  }
  if (n >= D->nlg) return 0;
  entry = D->lg + n;
  if (n < DASM_L_GLOBAL) return *entry && !dasm_is_pending(D, *entry) ? *entry : 0;
  if (*entry == 0) *entry = dasm_new_label(D, DASM_W_GLOBAL - (int)(n - DASM_L_GLOBAL), 0);
  return *entry;
}

/* The same for a pc label. */
static int dasm_refer_pc(dasm_State *D, unsigned int n)
{
  if (n >= D->pcsize / sizeof(int)) return 0;
  if (D->pc[n] == 0) D->pc[n] = dasm_new_label(D, DASM_W_UNDEF, 0);
  return D->pc[n];
}

/* ---- Pass 1. ---- */

static unsigned char *dasm_store(unsigned char *cp, unsigned int n)
{
#if DASM_NATIVE_WRITES
  memcpy(cp, &n, 4);
#else
  cp[0] = (unsigned char)n;
  cp[1] = (unsigned char)(n >> 8);
  cp[2] = (unsigned char)(n >> 16);
  cp[3] = (unsigned char)(n >> 24);
#endif
  return cp + 4;
}

static int dasm_fits_byte(int n)
{
  return n >= -128 && n <= 127;
}

/* Writes a displacement. The ModRM byte in front of mark asks for 4 bytes. */
static unsigned char *dasm_put_disp(unsigned char *cp, unsigned char *mark, int n)
{
  if (n == 0) {
    int base = mark[-1] & 7;
    if (base == 4 && mark < cp) base = mark[0] & 7;
    if (base != 5) {
      mark[-1] = (unsigned char)(mark[-1] - 0x80);
      return cp;
    }
  }
  if (!dasm_fits_byte(n)) return dasm_store(cp, (unsigned int)n);
  mark[-1] = (unsigned char)(mark[-1] - 0x40);
  *cp++ = (unsigned char)n;
  return cp;
}

/* Flips the bit of a REX or VEX prefix that extends a register field. */
static void dasm_extend_prefix(unsigned char *prefix, unsigned int kind)
{
  if (*prefix & 0x80)
    prefix[1] ^= kind == DASM_V_REG ? 0x80 : kind == DASM_V_INDEX ? 0x40 : 0x20;
  else
    *prefix ^= kind == DASM_V_REG ? 4 : kind == DASM_V_INDEX ? 2 : 1;
}

/* Removes a REX prefix, or a byte of a VEX prefix. */
static void dasm_drop_prefix(unsigned char *prefix, const unsigned char *end)
{
  if (*prefix & 0x80) {
    prefix[0] = 0xc5;
    prefix[1] = (unsigned char)((prefix[1] & 0x80) | prefix[2]);
    prefix += 2;
  }
  memmove(prefix, prefix + 1, (size_t)(end - prefix - 1));
}

/* Puts a register number into its field in the byte in front of cp. */
static unsigned char *dasm_put_vreg(unsigned char *cp, unsigned int kind, unsigned int n)
{
  if (kind == DASM_V_IMM) {
    cp[-1] ^= (unsigned char)(n << 4);
  } else if (kind >= DASM_V_INDEX) {
    cp[-1] ^= (unsigned char)(n << 3);
  } else {
    cp[-1] ^= (unsigned char)n;
    if (n == 4 && kind == DASM_V_MEM) *cp++ = 0x24;
  }
  return cp;
}

/* With checks: ends the put with a status whose detail is the offset of the byte
** before p. */
#ifdef DASM_CHECKS
#define DASM_CHECK(x, st) do { \
    if (DASM_UNLIKELY(!(x))) { \
      D->status = st | (int)(p - 1 - D->actions); \
      goto done; \
    } \
  } while (0)
#else
#define DASM_CHECK(x, st) ((void)0)
#endif

/* Without checks, an unknown label is one that is never defined. */
#define DASM_REFER(call, st) do { \
    label = (call); \
    DASM_CHECK(label, st); \
    if (label == 0) label = dasm_new_label(D, DASM_W_UNDEF, 0); \
  } while (0)

/* Notes an item at the current place. */
#define DASM_ITEM(what, more, number) do { \
    dasm_Item *item_ = sec->items + nitem++; \
    item_->offset = (int)(cp - sec->code); \
    item_->value = (number); \
    item_->kind = (unsigned char)(what); \
    item_->detail = (unsigned char)(more); \
  } while (0)

/* Makes room for n bytes of code at cp and the slack. */
#define DASM_ROOM_FOR_CODE(n) do { \
    size_t used_ = sec->code ? (size_t)(cp - sec->code) : 0, need_ = used_ + (n) + DASM_SLACK; \
    if (need_ > DASM_MAX_CODE || need_ < used_) goto nomem; \
    DASM_M_GROW(Dst, unsigned char, sec->code, sec->codesize, need_); \
    if (sec->codesize < need_) goto nomem; \
    cp = sec->code + used_; \
    limit = sec->code + ((sec->codesize < DASM_MAX_CODE ? sec->codesize : DASM_MAX_CODE) - DASM_SLACK); \
  } while (0)

/* Makes room for one more element of an array and records how many fit. */
#define DASM_ROOM_FOR_ONE(type, array, size, count, max) do { \
    if (DASM_UNLIKELY(count >= max)) { \
      size_t need_ = ((size_t)count + 24) * sizeof(type); \
      if (count >= DASM_MAX_COUNT) goto nomem; \
      DASM_M_GROW(Dst, type, array, size, need_); \
      if (size < need_) goto nomem; \
      max = (int)(size / sizeof(type) < DASM_MAX_COUNT ? size / sizeof(type) : DASM_MAX_COUNT); \
    } \
  } while (0)

/* Nothing of a put that fails reaches the section: its code and items become
** part of it at the end only. The labels it changed do no harm, because dasm_link
** refuses to work after a failure. */
void dasm_put(Dst_DECL, int start, ...)
{
  dasm_State *D = Dst_REF;
  dasm_Section *sec = D->current, *next = sec;
  const unsigned char *p = D->actions + start;
  unsigned char *cp = sec->code, *limit = cp;
  int nitem = sec->nitem;
  int mark = 0;              /* offset behind the ModRM byte, 0 = not marked */
  int n, label, defined = 0;
  unsigned int action, opcode = 0;
  unsigned int extended = 0; /* bit i: the last VREG but i named a register above 7 */
  va_list ap;

  va_start(ap, start);
  if (DASM_UNLIKELY(D->stage != DASM_STAGE_PUT)) {
    D->stage = DASM_STAGE_IDLE;
    D->status = DASM_S_PHASE;
    goto done;
  }
  if (cp) cp += sec->used;
  DASM_ROOM_FOR_CODE(0);

  for (;;) {
    if (DASM_UNLIKELY(cp > limit)) DASM_ROOM_FOR_CODE(0);
    action = *p++;
    if (action < DASM_A_FIRST) {
      *cp++ = (unsigned char)action;
      opcode = action;
      continue;
    }
    if (action >= DASM_A_REL_A) {
      DASM_ROOM_FOR_ONE(dasm_Item, sec->items, sec->itemsize, nitem, sec->maxitem);
      DASM_ROOM_FOR_ONE(dasm_Label, D->labels, D->labelsize, D->nlabel, D->maxlabel);
    }
    switch (action) {
    case DASM_A_DISP:
      n = va_arg(ap, int);
      if (mark == 0) mark = (int)(cp - sec->code);
      cp = dasm_put_disp(cp, sec->code + mark, n);
      if (*p != DASM_A_IMM_DB && *p != DASM_A_IMM_WB) mark = 0;
      break;
    case DASM_A_IMM_S:
      n = va_arg(ap, int);
      DASM_CHECK(dasm_fits_byte(n), DASM_S_RANGE_I);
      *cp++ = (unsigned char)n;
      break;
    case DASM_A_IMM_B:
      n = va_arg(ap, int);
      DASM_CHECK((n & ~0xff) == 0, DASM_S_RANGE_I);
      *cp++ = (unsigned char)n;
      break;
    case DASM_A_IMM_W:
      n = va_arg(ap, int);
      DASM_CHECK((n & ~0xffff) == 0, DASM_S_RANGE_I);
      *cp++ = (unsigned char)n;
      *cp++ = (unsigned char)(n >> 8);
      break;
    case DASM_A_IMM_D:
      n = va_arg(ap, int);
      cp = dasm_store(cp, (unsigned int)n);
      break;
    case DASM_A_IMM_WB:
    case DASM_A_IMM_DB:
      n = va_arg(ap, int);
      if (dasm_fits_byte(n)) {
        unsigned char *op = (mark ? sec->code + mark : cp) - 2;
        *op = (unsigned char)(*op + 2);
        *cp++ = (unsigned char)n;
      } else if (action == DASM_A_IMM_DB) {
        cp = dasm_store(cp, (unsigned int)n);
      } else {
        DASM_CHECK((n & ~0xffff) == 0, DASM_S_RANGE_I);
        *cp++ = (unsigned char)n;
        *cp++ = (unsigned char)(n >> 8);
      }
      mark = 0;
      break;
    case DASM_A_VREG: {
      unsigned int kind = *p & 0xe0u, group = (*p >> 3) & 3u, distance = *p & 7u, reg;
      n = va_arg(ap, int);
      DASM_CHECK((n & ~15) == 0 && !(n == 4 && kind == DASM_V_INDEX), DASM_S_RANGE_VREG);
      reg = (unsigned int)n & 15;
      extended = extended << 1 | reg >> 3;
      if (reg > 7 && kind < DASM_V_VVVV) {
        dasm_extend_prefix(cp - distance, kind);
        reg &= 7;
      } else if (group && (extended & ((1u << group) - 1)) == 0) {
        int prefix = (int)(cp - distance - sec->code), i;
        dasm_drop_prefix(cp - distance, cp);
        cp--;
        if (mark) mark--;
        for (i = nitem; i > sec->nitem && sec->items[i - 1].offset > prefix; i--)
          sec->items[i - 1].offset--;
      }
      cp = dasm_put_vreg(cp, kind, reg);
      p++;
      break;
    }
    case DASM_A_SPACE:
      n = va_arg(ap, int);
      DASM_CHECK(n >= 0, DASM_S_RANGE_I);
      if (n > 0) {
        DASM_ROOM_FOR_CODE((size_t)n);
        memset(cp, *p, (size_t)n);
        cp += n;
      }
      p++;
      break;
    case DASM_A_SETLABEL:
      n = va_arg(ap, int);
      DASM_CHECK(defined, DASM_S_RANGE_LG);
      D->labels[defined].where = DASM_W_ADDRESS;
      D->labels[defined].offset = n;
      break;
    case DASM_A_REL_A:
      n = va_arg(ap, int);
      DASM_ITEM(DASM_I_REL_A, 0, n);
      cp += 4;
      break;
    case DASM_A_REL_LG:
      DASM_REFER(dasm_refer_lg(D, *p++), DASM_S_RANGE_LG);
      goto relative;
    case DASM_A_REL_PC:
      n = va_arg(ap, int);
      DASM_REFER(dasm_refer_pc(D, (unsigned int)n), DASM_S_RANGE_PC);
    relative:
      DASM_ITEM(DASM_I_BRANCH, opcode == 0xe9 ? 3 : (opcode & 0xf0) == 0x80 ? 4 : 0, label);
      cp += 4;
      break;
    case DASM_A_IMM_LG:
      DASM_REFER(dasm_refer_lg(D, *p++), DASM_S_RANGE_LG);
      goto immediate;
    case DASM_A_IMM_PC:
      n = va_arg(ap, int);
      DASM_REFER(dasm_refer_pc(D, (unsigned int)n), DASM_S_RANGE_PC);
    immediate:
      DASM_ITEM(DASM_I_IMM, 0, label);
      cp += DASM_LABEL_SIZE;
      break;
    case DASM_A_LABEL_LG:
      n = *p++;
      DASM_CHECK((unsigned int)n < D->nlg, DASM_S_RANGE_LG);
      if ((unsigned int)n >= D->nlg) break;
      defined = dasm_define(D, D->lg + n, (int)(cp - sec->code));
      if (n < DASM_L_GLOBAL) DASM_ITEM(DASM_I_LABEL, 0, defined);
      else DASM_ITEM(DASM_I_GLOBAL, n - DASM_L_GLOBAL, defined);
      break;
    case DASM_A_LABEL_PC:
      n = va_arg(ap, int);
      DASM_CHECK((unsigned int)n < D->pcsize / sizeof(int), DASM_S_RANGE_PC);
      if ((unsigned int)n >= D->pcsize / sizeof(int)) break;
      defined = dasm_define(D, D->pc + n, (int)(cp - sec->code));
      DASM_ITEM(DASM_I_LABEL, 0, defined);
      break;
    case DASM_A_ALIGN:
      n = *p++;
      DASM_ITEM(DASM_I_ALIGN, n, 0);
      cp += n;
      break;
    case DASM_A_EXTERN:
      DASM_ITEM(DASM_I_EXTERN, p[0], p[1]);
      p += 2;
      cp += 4;
      break;
    case DASM_A_ESC:
      *cp++ = (unsigned char)(opcode = *p++);
      break;
    case DASM_A_MARK:
      mark = (int)(cp - sec->code);
      break;
    case DASM_A_SECTION:
      DASM_CHECK(*p < D->nsection, DASM_S_RANGE_SEC);
      if (*p < D->nsection) next = DASM_SECTIONS(D) + *p;
      goto stop;
    default: /* DASM_A_STOP */
      goto stop;
    }
  }

stop:
  sec->used = (int)(cp - sec->code);
  sec->nitem = nitem;
  D->current = next;
  goto done;
nomem:
  D->status = DASM_S_NOMEM;
  goto done;
done:
  va_end(ap);
}

#undef DASM_CHECK
#undef DASM_REFER
#undef DASM_ITEM
#undef DASM_ROOM_FOR_CODE
#undef DASM_ROOM_FOR_ONE

/* ---- Pass 2. ---- */

/* Bytes that this branch loses as a short one, or 0. A target in front of it is
** placed already, so what shrank since then counts; one behind it is as far away
** as it can get. adjust: real minus estimated offset of the branch. */
static int dasm_shorten(const dasm_State *D, const dasm_Section *sec, const dasm_Item *item, int adjust)
{
  const dasm_Label *label = D->labels + item->value;
  int end = item->offset + 4, distance;
  if (item->detail == 0 || label->where < 0) return 0;
  if (label->where == DASM_W_PLACED) distance = label->offset - adjust - end;
  else distance = label->offset + (DASM_SECTIONS(D)[label->where].start - sec->start) - end;
  return distance >= -128 - item->detail && distance <= 127 ? item->detail : 0;
}

/* Places the items of a section and returns the new adjustment. */
static int dasm_link_section(dasm_State *D, dasm_Section *sec, int adjust)
{
  dasm_Item *item = sec->items, *end = item + sec->nitem;
  for (; item < end; item++) {
    switch (item->kind) {
    case DASM_I_BRANCH: {
      int saved = dasm_shorten(D, sec, item, adjust);
      if (saved) {
        item->kind = DASM_I_SHORT;
        adjust -= saved;
      }
      break;
    }
    case DASM_I_LABEL:
    case DASM_I_GLOBAL: {
      dasm_Label *label = D->labels + item->value;
      if (label->where < 0) break;
      label->where = DASM_W_PLACED;
      label->offset += adjust;
      break;
    }
    case DASM_I_ALIGN: {
      int unneeded = (item->offset + item->detail + adjust) & item->detail;
      item->value = item->detail - unneeded;
      adjust -= unneeded;
      break;
    }
    default:
      break;
    }
  }
  return adjust;
}

#ifdef DASM_CHECKS
/* Status of labels that are used but not defined, global labels aside. */
static int dasm_check_pending(const dasm_State *D)
{
  int n, npc = (int)(D->pcsize / sizeof(int));
  for (n = 0; n < npc; n++)
    if (D->pc[n] && dasm_is_pending(D, D->pc[n])) return DASM_S_UNDEF_PC | n;
  if (D->nlg)
    for (n = 1; n < DASM_L_GLOBAL; n++)
      if (D->lg[n] && dasm_is_pending(D, D->lg[n])) return DASM_S_UNDEF_L | n;
  return DASM_S_OK;
}
#endif

int dasm_link(Dst_DECL, size_t *szp)
{
  dasm_State *D = Dst_REF;
  size_t total = 0;
  int i, adjust = 0;

  *szp = 0;
  if (D->status != DASM_S_OK) return D->status;
  if (D->stage != DASM_STAGE_PUT) return D->status = DASM_S_PHASE;
#ifdef DASM_CHECKS
  i = dasm_check_pending(D);
  if (i != DASM_S_OK) return i;
#endif
  for (i = 0; i < D->nsection; i++) {
    dasm_Section *sec = DASM_SECTIONS(D) + i;
    sec->start = (int)total;
    total += (size_t)sec->used;
    if (total > DASM_MAX_CODE) return D->status = DASM_S_NOMEM;
  }
  for (i = 0; i < D->nsection; i++) {
    dasm_Section *sec = DASM_SECTIONS(D) + i;
    adjust = dasm_link_section(D, sec, adjust) + sec->used;
  }
  D->stage = DASM_STAGE_LINKED;
  D->codesize = adjust;
  *szp = (size_t)adjust;
  return DASM_S_OK;
}

/* ---- Pass 3. ---- */

/* Copies a run of code, most often a few bytes. */
static unsigned char *dasm_copy(unsigned char *cp, const unsigned char *from, size_t n)
{
  if (n >= 32) {
    memcpy(cp, from, n);
    return cp + n;
  }
  for (; n >= 4; n -= 4, cp += 4, from += 4) memcpy(cp, from, 4);
  for (; n > 0; n--) *cp++ = *from++;
  return cp;
}

/* Run-time address of a label. */
static uintptr_t dasm_label_address(const dasm_State *D, int number, uintptr_t base)
{
  const dasm_Label *label = D->labels + number;
  if (label->where == DASM_W_ADDRESS) return (uintptr_t)(intptr_t)label->offset;
  if (label->where > DASM_W_GLOBAL) return base + (uintptr_t)label->offset;
  return D->globals ? (uintptr_t)D->globals[DASM_W_GLOBAL - label->where] : 0;
}

/* Writes a label's address. */
static unsigned char *dasm_store_address(unsigned char *cp, uintptr_t address)
{
  cp = dasm_store(cp, (unsigned int)address);
  if (DASM_LABEL_SIZE == 8) cp = dasm_store(cp, (unsigned int)((uint64_t)address >> 32));
  return cp;
}

/* Makes the branch opcode in front of cp that of the short form. Returns the
** place of the displacement. */
static unsigned char *dasm_short_opcode(unsigned char *cp, int saved)
{
  if (saved == 4) {
    cp[-2] = (unsigned char)(cp[-1] - 0x10);
    return cp - 1;
  }
  cp[-1] = 0xeb;
  return cp;
}

int dasm_encode(Dst_DECL, void *buffer)
{
  dasm_State *D = Dst_REF;
  unsigned char *cp = (unsigned char *)buffer;
  /* Address of the code minus address of the buffer. */
  const uintptr_t base = (uintptr_t)DASM_BASE(Dst, buffer), moved = base - (uintptr_t)buffer;
  int i;

  if (D->stage != DASM_STAGE_LINKED) return DASM_S_PHASE;
  for (i = 0; i < D->nsection; i++) {
    const dasm_Section *sec = DASM_SECTIONS(D) + i;
    const dasm_Item *item = sec->items, *end = item + sec->nitem;
    const unsigned char *from = sec->code;
    for (; item < end; item++) {
      const unsigned char *to = sec->code + item->offset;
      if (item->kind == DASM_I_LABEL) continue;
      cp = dasm_copy(cp, from, (size_t)(to - from));
      from = to;
      switch (item->kind) {
      case DASM_I_BRANCH: {
        uintptr_t address = dasm_label_address(D, item->value, base);
        cp = dasm_store(cp, (unsigned int)(address - ((uintptr_t)cp + moved + 4)));
        from += 4;
        break;
      }
      case DASM_I_SHORT: {
        uintptr_t address = dasm_label_address(D, item->value, base);
        cp = dasm_short_opcode(cp, item->detail);
        *cp = (unsigned char)(address - ((uintptr_t)cp + moved + 1));
        cp++;
        from += 4;
        break;
      }
      case DASM_I_GLOBAL: {
        const dasm_Label *label = D->labels + item->value;
        if (D->globals) D->globals[item->detail] = (void *)(base + (uintptr_t)(intptr_t)label->offset);
        break;
      }
      case DASM_I_ALIGN:
        memset(cp, 0x90, (size_t)item->value);
        cp += item->value;
        from += item->detail;
        break;
      case DASM_I_REL_A:
        cp = dasm_store(cp, (unsigned int)item->value - (unsigned int)((uintptr_t)cp + moved + 4));
        from += 4;
        break;
      case DASM_I_IMM:
        cp = dasm_store_address(cp, dasm_label_address(D, item->value, base));
        from += DASM_LABEL_SIZE;
        break;
      default: { /* DASM_I_EXTERN */
        int n = DASM_EXTERN(Dst, cp, item->value, item->detail);
        cp = dasm_store(cp, (unsigned int)n);
        from += 4;
        break;
      }
      }
    }
    cp = dasm_copy(cp, from, (size_t)(sec->code + sec->used - from));
  }
  return cp == (unsigned char *)buffer + D->codesize ? DASM_S_OK : DASM_S_PHASE;
}

int dasm_getpclabel(Dst_DECL, unsigned int pc)
{
  dasm_State *D = Dst_REF;
  const dasm_Label *label;
  if (pc >= D->pcsize / sizeof(int) || D->pc[pc] == 0) return -2;
  label = D->labels + D->pc[pc];
  if (label->where == DASM_W_UNDEF) return -1;
  return label->where == DASM_W_ADDRESS ? -0x40000000 : label->offset;
}

#ifdef DASM_CHECKS
int dasm_checkstep(Dst_DECL, int secmatch)
{
  dasm_State *D = Dst_REF;
  int n, current = (int)(D->current - DASM_SECTIONS(D));
  for (n = 1; n < DASM_L_GLOBAL && D->nlg && D->status == DASM_S_OK; n++) {
    if (D->lg[n] && dasm_is_pending(D, D->lg[n])) D->status = DASM_S_UNDEF_L | n;
    else D->lg[n] = 0;
  }
  if (D->status == DASM_S_OK && secmatch >= 0 && current != secmatch) D->status = DASM_S_MATCH_SEC | current;
  return D->status;
}
#endif

#endif /* _DASM_X86_H */
