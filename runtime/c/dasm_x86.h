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
** left open, in its longest form, and a note is made of it. So an offset in a
** section's code is at the same time the estimate that decides branch sizes.
** dasm_link only visits the notes; dasm_encode copies the code between them.
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

/* Where a label is: below DASM_W_PLACED in the section of this number, with an
** estimate as offset. */
enum {
  DASM_W_PLACED = 128, /* at this offset from the start of the code */
  DASM_W_ADDRESS,      /* at a given address, the offset */
  DASM_W_UNDEF         /* only used so far; as a global label it may be elsewhere */
};

enum {
  DASM_N_LABEL,        /* no bytes: a label, or the head of a list */
  DASM_N_RELATIVE,     /* 4 bytes relative to a label */
  DASM_N_JMP,          /* the same, behind the opcode of a jmp or jcc ... */
  DASM_N_JCC,
  DASM_N_SHORT_JMP,    /* ... that was found to be near */
  DASM_N_SHORT_JCC,
  DASM_N_ALIGN,        /* value: alignment - 1, and in bits 8-15 bytes of padding */
  DASM_N_RELATIVE_TO,  /* 4 bytes relative to the address in value */
  DASM_N_ADDRESS,      /* address of a label */
  DASM_N_EXTERN        /* 4 bytes from DASM_EXTERN; value: index, and in bits 8-15 the type */
};

/* Something that is decided after dasm_put. The notes of a section form a list in
** the order of its code; a label joins it when it is defined. A label's note is
** made by its first use, be that a reference or a definition, and stands for the
** meaning of the label between two definitions. Notes are known by their index; the
** first ones are the list heads of the sections, so no label has number 0.
** References and labels are most of what large units store, hence the packing. */
typedef struct dasm_Note {
  int offset;         /* of its first byte, in the section's code */
  int value;          /* reference: number of the label; label: where it is, and in
                      ** bits 8-15 its number as a global label + 1 */
  unsigned int link;  /* bits 0-7: kind; bits 8-31: next note of the section */
} dasm_Note;

typedef struct dasm_Section {
  unsigned char *code;
  size_t codesize;  /* allocated bytes */
  int used;         /* bytes of code */
  int last;         /* note */
  int start;        /* estimated offset from section 0 */
  int number;
} dasm_Section;

enum { DASM_STAGE_IDLE, DASM_STAGE_PUT, DASM_STAGE_LINKED };

struct dasm_State {
  int status;
  int stage;
  int nsection;
  int codesize;                  /* bytes, known once linked */
  const unsigned char *actions;
  dasm_Section *current;
  dasm_Note *notes;
  size_t notesize;
  int nnote;
  int maxnote;
  unsigned int nlg;              /* entries of lg: 0, or 10 + number of globals */
  int *pc;                       /* pc table: note of the label, or 0 */
  size_t pcsize;
  void **globals;
  size_t statesize;
  int lg[DASM_L_MAX + 1];        /* local/global table: note of the label, or 0 */
};

/* Bytes that may be written between two looks at the buffer's end. */
#define DASM_SLACK 288

#define DASM_MAX_CODE 0x7fffffff
#define DASM_MAX_SECTIONS DASM_W_PLACED
#define DASM_MAX_NOTES 0xffffff

/* Notes that one action makes at most. */
#define DASM_NOTE_SLACK 2

#define DASM_SECTIONS(D) ((dasm_Section *)(void *)((D) + 1))
#define DASM_CONST_SECTIONS(D) ((const dasm_Section *)(const void *)((D) + 1))

/* ---- Life of a state. DASM_M_GROW is used in functions without a result only,
** so that a replacement may return from them. ---- */

/* Highest number of notes at which there is room for those of one action. */
static int dasm_count_notes(size_t size)
{
  size_t n = size / sizeof(dasm_Note);
  return (int)(n < DASM_MAX_NOTES ? n : DASM_MAX_NOTES) - DASM_NOTE_SLACK;
}

void dasm_init(Dst_DECL, int maxsection)
{
  dasm_State *D;
  int nsection = maxsection < 1 ? 1 : maxsection < DASM_MAX_SECTIONS ? maxsection : DASM_MAX_SECTIONS;
  size_t size = 0, need = sizeof(dasm_State) + (size_t)nsection * sizeof(dasm_Section);
  Dst_REF = NULL;
  DASM_M_GROW(Dst, dasm_State, Dst_REF, size, need);
  if (size < need) return;
  D = Dst_REF;
  memset((void *)D, 0, offsetof(dasm_State, lg));
  memset((void *)DASM_SECTIONS(D), 0, (size_t)nsection * sizeof(dasm_Section));
  D->statesize = size;
  D->nsection = nsection;
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
  }
  if (D->notes) DASM_M_FREE(Dst, D->notes, D->notesize);
  if (D->pc) DASM_M_FREE(Dst, D->pc, D->pcsize);
  DASM_M_FREE(Dst, D, D->statesize);
  Dst_REF = NULL;
}

void dasm_setupglobal(Dst_DECL, void **gl, unsigned int maxgl)
{
  dasm_State *D = Dst_REF;
  unsigned int n = maxgl <= DASM_L_MAX - DASM_L_GLOBAL ? DASM_L_GLOBAL + maxgl : DASM_L_MAX + 1;
  D->globals = gl;
  D->nlg = n;
  memset((void *)D->lg, 0, n * sizeof(int));
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
  size_t need = ((size_t)D->nsection + 16) * sizeof(dasm_Note);
  int i;
  D->actions = (const unsigned char *)actionlist;
  D->status = DASM_S_OK;
  D->stage = DASM_STAGE_IDLE;
  D->current = DASM_SECTIONS(D);
  memset((void *)D->lg, 0, D->nlg * sizeof(int));
  if (D->pcsize) memset((void *)D->pc, 0, D->pcsize);
  DASM_M_GROW(Dst, dasm_Note, D->notes, D->notesize, need);
  if (D->notesize < need) {
    D->status = DASM_S_NOMEM;
    return;
  }
  D->nnote = D->nsection;
  D->maxnote = dasm_count_notes(D->notesize);
  for (i = 0; i < D->nsection; i++) {
    dasm_Section *sec = DASM_SECTIONS(D) + i;
    sec->used = 0;
    sec->last = sec->number = i;
    D->notes[i].link = DASM_N_LABEL;
  }
  D->stage = DASM_STAGE_PUT;
}

/* ---- Labels. ---- */

/* A label that is not defined yet. The caller has made room for the note. */
static int dasm_new_label(dasm_State *D, unsigned int global)
{
  D->notes[D->nnote].offset = 0;
  D->notes[D->nnote].value = (int)(DASM_W_UNDEF | global << 8);
  return D->nnote++;
}

static int dasm_where(const dasm_Note *label)
{
  return label->value & 0xff;
}

static int dasm_is_pending(const dasm_State *D, int label)
{
  return dasm_where(D->notes + label) == DASM_W_UNDEF;
}

/* Number + 1 of a global label in the local/global table; 0 for a local one. */
static unsigned int dasm_global_number(unsigned int n)
{
  return n < DASM_L_GLOBAL ? 0 : n - DASM_L_GLOBAL + 1;
}

/* The label that a definition for this table entry defines. */
static int dasm_define(dasm_State *D, int *entry, unsigned int global)
{
  if (*entry == 0 || !dasm_is_pending(D, *entry)) *entry = dasm_new_label(D, global);
  return *entry;
}

/* The label that a reference in the local/global notation means; 0 if there is
** no such label. */
static int dasm_refer_lg(dasm_State *D, unsigned int n)
{
  int *entry;
  if (n > DASM_L_FORWARD) {
    n -= DASM_L_FORWARD;
    return n < D->nlg ? dasm_define(D, D->lg + n, 0) : 0;
  }
  if (n >= D->nlg) return 0;
  entry = D->lg + n;
  if (n < DASM_L_GLOBAL) return *entry && !dasm_is_pending(D, *entry) ? *entry : 0;
  if (*entry == 0) *entry = dasm_new_label(D, dasm_global_number(n));
  return *entry;
}

/* The same for a pc label. */
static int dasm_refer_pc(dasm_State *D, unsigned int n)
{
  if (n >= D->pcsize / sizeof(int)) return 0;
  if (D->pc[n] == 0) D->pc[n] = dasm_new_label(D, 0);
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
    if (label == 0) label = dasm_new_label(D, 0); \
  } while (0)

/* Appends a note for the current place to the section's list. */
#define DASM_APPEND(number, what, content) do { \
    int number_ = (number); \
    dasm_Note *note_ = D->notes + number_; \
    D->notes[last].link = (D->notes[last].link & 0xff) | (unsigned int)number_ << 8; \
    last = number_; \
    note_->offset = (int)(cp - sec->code); \
    note_->value = (content); \
    note_->link = what; \
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

/* Makes room for the notes of one action. */
#define DASM_ROOM_FOR_NOTES() do { \
    size_t need_ = ((size_t)D->nnote + DASM_NOTE_SLACK + 1) * sizeof(dasm_Note); \
    if (D->nnote > DASM_MAX_NOTES - DASM_NOTE_SLACK) goto nomem; \
    DASM_M_GROW(Dst, dasm_Note, D->notes, D->notesize, need_); \
    if (D->notesize < need_) goto nomem; \
    D->maxnote = dasm_count_notes(D->notesize); \
  } while (0)

/* Nothing of a put that fails reaches the section: its code and notes become
** part of it at the end only. The labels it changed do no harm, because dasm_link
** refuses to work after a failure. */
void dasm_put(Dst_DECL, int start, ...)
{
  dasm_State *D = Dst_REF;
  dasm_Section *sec = D->current, *next = sec;
  const unsigned char *p;
  unsigned char *cp = sec->code, *limit = cp;
  int last = sec->last;      /* note of this section */
  int mark = 0;              /* offset behind the ModRM byte, 0 = not marked */
  int n, label, defined = 0;
  unsigned int action, global, opcode = 0;
  unsigned int extended = 0; /* bit i: the last VREG but i named a register above 7 */
  va_list ap;

  va_start(ap, start);
  if (DASM_UNLIKELY(D->stage != DASM_STAGE_PUT)) {
    D->stage = DASM_STAGE_IDLE;
    if (D->status == DASM_S_OK) D->status = DASM_S_PHASE;
    goto done;
  }
  p = D->actions + start;
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
    if (DASM_UNLIKELY(D->nnote > D->maxnote)) DASM_ROOM_FOR_NOTES();
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
        int prefix = (int)(cp - distance - sec->code);
        dasm_drop_prefix(cp - distance, cp);
        cp--;
        if (mark) mark--;
        /* A reference in the same instruction moves along. */
        if ((D->notes[last].link & 0xff) != DASM_N_LABEL && D->notes[last].offset > prefix) D->notes[last].offset--;
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
      D->notes[defined].value = (D->notes[defined].value & ~0xff) | DASM_W_ADDRESS;
      D->notes[defined].offset = n;
      break;
    case DASM_A_REL_A:
      n = va_arg(ap, int);
      DASM_APPEND(D->nnote++, DASM_N_RELATIVE_TO, n);
      cp += 4;
      break;
    case DASM_A_REL_LG:
      DASM_REFER(dasm_refer_lg(D, *p++), DASM_S_RANGE_LG);
      goto relative;
    case DASM_A_REL_PC:
      n = va_arg(ap, int);
      DASM_REFER(dasm_refer_pc(D, (unsigned int)n), DASM_S_RANGE_PC);
    relative:
      DASM_APPEND(D->nnote++,
                  opcode == 0xe9 ? DASM_N_JMP : (opcode & 0xf0) == 0x80 ? DASM_N_JCC : DASM_N_RELATIVE, label);
      cp += 4;
      break;
    case DASM_A_IMM_LG:
      DASM_REFER(dasm_refer_lg(D, *p++), DASM_S_RANGE_LG);
      goto immediate;
    case DASM_A_IMM_PC:
      n = va_arg(ap, int);
      DASM_REFER(dasm_refer_pc(D, (unsigned int)n), DASM_S_RANGE_PC);
    immediate:
      DASM_APPEND(D->nnote++, DASM_N_ADDRESS, label);
      cp += DASM_LABEL_SIZE;
      break;
    case DASM_A_LABEL_LG:
      n = *p++;
      DASM_CHECK((unsigned int)n < D->nlg, DASM_S_RANGE_LG);
      if ((unsigned int)n >= D->nlg) break;
      global = dasm_global_number((unsigned int)n);
      defined = dasm_define(D, D->lg + n, global);
      DASM_APPEND(defined, DASM_N_LABEL, (int)((unsigned int)sec->number | global << 8));
      break;
    case DASM_A_LABEL_PC:
      n = va_arg(ap, int);
      DASM_CHECK((unsigned int)n < D->pcsize / sizeof(int), DASM_S_RANGE_PC);
      if ((unsigned int)n >= D->pcsize / sizeof(int)) break;
      defined = dasm_define(D, D->pc + n, 0);
      DASM_APPEND(defined, DASM_N_LABEL, sec->number);
      break;
    case DASM_A_ALIGN:
      n = *p++;
      DASM_APPEND(D->nnote++, DASM_N_ALIGN, n);
      cp += n;
      break;
    case DASM_A_EXTERN:
      DASM_APPEND(D->nnote++, DASM_N_EXTERN, p[1] | p[0] << 8);
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
  sec->last = last;
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
#undef DASM_APPEND
#undef DASM_ROOM_FOR_CODE
#undef DASM_ROOM_FOR_NOTES

/* ---- Pass 2. ---- */

/* Tells whether a branch reaches its target when it loses this many bytes. A
** target in front of it is placed already, so what shrank since then counts; one
** behind it is as far away as it can get. adjust: real minus estimated offset. */
static int dasm_is_near(const dasm_State *D, const dasm_Section *sec, const dasm_Note *branch, int saved,
                        int adjust)
{
  const dasm_Note *label = D->notes + branch->value;
  int where = dasm_where(label), end = branch->offset + 4, distance;
  if (where > DASM_W_PLACED) return 0;
  if (where == DASM_W_PLACED) distance = label->offset - adjust - end;
  else distance = label->offset + (DASM_CONST_SECTIONS(D)[where].start - sec->start) - end;
  return distance >= -128 - saved && distance <= 127;
}

/* Decides what a note leaves open. Returns by how much the code behind it moves. */
static int dasm_link_note(const dasm_State *D, const dasm_Section *sec, dasm_Note *note, int adjust)
{
  int n;
  switch (note->link & 0xff) {
  case DASM_N_JMP:
    if (!dasm_is_near(D, sec, note, 3, adjust)) return 0;
    note->link ^= DASM_N_JMP ^ DASM_N_SHORT_JMP;
    return 3;
  case DASM_N_JCC:
    if (!dasm_is_near(D, sec, note, 4, adjust)) return 0;
    note->link ^= DASM_N_JCC ^ DASM_N_SHORT_JCC;
    return 4;
  case DASM_N_ALIGN:
    n = (note->offset + note->value + adjust) & note->value;
    note->value |= (note->value - n) << 8;
    return n;
  case DASM_N_LABEL:
    if (dasm_where(note) > DASM_W_PLACED) return 0;
    note->value = (note->value & ~0xff) | DASM_W_PLACED;
    note->offset += adjust;
    return 0;
  default:
    return 0;
  }
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
    const dasm_Section *sec = DASM_SECTIONS(D) + i;
    int number = i;
    while (number != sec->last) {
      number = (int)(D->notes[number].link >> 8);
      adjust -= dasm_link_note(D, sec, D->notes + number, adjust);
    }
    adjust += sec->used;
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
  const dasm_Note *label = D->notes + number;
  int where = dasm_where(label), global = (label->value >> 8) - 1;
  if (where == DASM_W_ADDRESS) return (uintptr_t)(intptr_t)label->offset;
  if (where == DASM_W_PLACED || global < 0) return base + (uintptr_t)label->offset;
  return D->globals ? (uintptr_t)D->globals[global] : 0;
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
static unsigned char *dasm_short_opcode(unsigned char *cp, unsigned int kind)
{
  if (kind == DASM_N_SHORT_JCC) {
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
    const unsigned char *from = sec->code, *end = from ? from + sec->used : from;
    int number = i;
    while (number != sec->last) {
      const dasm_Note *note = D->notes + (number = (int)(D->notes[number].link >> 8));
      const unsigned int kind = note->link & 0xff;
      const unsigned char *to;
      uintptr_t target;
      int n;
      if (kind == DASM_N_LABEL) {
        n = (note->value >> 8) - 1;
        if (n >= 0 && D->globals) D->globals[n] = (void *)(base + (uintptr_t)(intptr_t)note->offset);
        continue;
      }
      to = sec->code + note->offset;
      cp = dasm_copy(cp, from, (size_t)(to - from));
      from = to + 4;
      switch (kind) {
      case DASM_N_SHORT_JMP:
      case DASM_N_SHORT_JCC:
        target = dasm_label_address(D, note->value, base);
        cp = dasm_short_opcode(cp, kind);
        *cp = (unsigned char)(target - ((uintptr_t)cp + moved + 1));
        cp++;
        break;
      case DASM_N_ALIGN:
        n = note->value >> 8;
        memset(cp, 0x90, (size_t)n);
        cp += n;
        from = to + (note->value & 0xff);
        break;
      case DASM_N_RELATIVE_TO:
        cp = dasm_store(cp, (unsigned int)note->value - (unsigned int)((uintptr_t)cp + moved + 4));
        break;
      case DASM_N_ADDRESS:
        cp = dasm_store_address(cp, dasm_label_address(D, note->value, base));
        from = to + DASM_LABEL_SIZE;
        break;
      case DASM_N_EXTERN:
        n = DASM_EXTERN(Dst, cp, (note->value & 0xff), (note->value >> 8));
        cp = dasm_store(cp, (unsigned int)n);
        break;
      default: /* DASM_N_RELATIVE, DASM_N_JMP, DASM_N_JCC */
        target = dasm_label_address(D, note->value, base);
        cp = dasm_store(cp, (unsigned int)(target - ((uintptr_t)cp + moved + 4)));
        break;
      }
    }
    cp = dasm_copy(cp, from, (size_t)(end - from));
  }
  return cp == (unsigned char *)buffer + D->codesize ? DASM_S_OK : DASM_S_PHASE;
}

int dasm_getpclabel(Dst_DECL, unsigned int pc)
{
  dasm_State *D = Dst_REF;
  const dasm_Note *label;
  if (pc >= D->pcsize / sizeof(int) || D->pc[pc] == 0) return -2;
  label = D->notes + D->pc[pc];
  if (dasm_where(label) == DASM_W_UNDEF) return -1;
  return dasm_where(label) == DASM_W_ADDRESS ? -0x40000000 : label->offset;
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
