/*
** Measures the engine on recorded traces, in the text form that
** fixtures/runtime-c/replay.c describes. Reads them from standard input, runs all
** of them again and again for about a second per scenario and prints
**
**   SCENARIO CODE_BYTES_PER_ROUND NANOSECONDS_PER_ROUND
**
** with the time of the fastest round. Made for this engine and others with its interface.
*/

#define _GNU_SOURCE 1
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dasm_proto.h"
#define DASM_EXTERN(ctx, addr, index, type) ((void)(addr), (index) + (type))
#include "dasm_x86.h"

#define MAX_ARGS 32

enum { OP_PUT, OP_GROWPC, OP_CHECKSTEP, OP_GETPCLABEL, OP_LINK, OP_ENCODE, OP_SETUP };

typedef struct Op {
  int kind;
  int args[MAX_ARGS];
} Op;

typedef struct Trace {
  unsigned char *actions;
  int nsection, nglobal;
  Op *ops;
  int nop;
} Trace;

static Trace *traces;
static int ntrace;
static unsigned char code[1 << 20];
static void *globals[256];
static long code_bytes;

static void *grow(void *p, size_t size)
{
  p = realloc(p, size);
  if (p == NULL) exit(2);
  return p;
}

static int hex_digit(int c)
{
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

static unsigned char *read_hex(const char *text)
{
  size_t i, n = strlen(text) / 2;
  unsigned char *bytes = (unsigned char *)grow(NULL, n + 1);
  for (i = 0; i < n; i++) bytes[i] = (unsigned char)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
  return bytes;
}

static void add_op(Trace *trace, int kind, char *rest)
{
  Op *op;
  char *end;
  int i;
  trace->ops = (Op *)grow(trace->ops, (size_t)(trace->nop + 1) * sizeof(Op));
  op = trace->ops + trace->nop++;
  memset(op, 0, sizeof(*op));
  op->kind = kind;
  for (i = 0; i < MAX_ARGS; i++, rest = end) {
    op->args[i] = (int)strtoll(rest, &end, 0);
    if (end == rest) break;
  }
}

static void read_command(Trace *trace, const char *command, char *rest)
{
  static const char *const names[] = { "put", "growpc", "checkstep", "getpclabel", "link", "encode", "setup" };
  int kind;
  if (strcmp(command, "actions") == 0) trace->actions = read_hex(rest);
  else if (strcmp(command, "init") == 0) trace->nsection = atoi(rest);
  else if (strcmp(command, "setupglobal") == 0) trace->nglobal = atoi(rest);
  for (kind = 0; kind <= OP_SETUP; kind++)
    if (strcmp(command, names[kind]) == 0) add_op(trace, kind, rest);
}

static void read_traces(void)
{
  static char line[1 << 20];
  while (fgets(line, (int)sizeof(line), stdin)) {
    char *space;
    line[strcspn(line, "\n")] = '\0';
    space = strchr(line, ' ');
    if (space) *space++ = '\0';
    if (strcmp(line, "actions") == 0) {
      traces = (Trace *)grow(traces, (size_t)(ntrace + 1) * sizeof(Trace));
      memset(traces + ntrace++, 0, sizeof(Trace));
    }
    if (space) read_command(traces + ntrace - 1, line, space);
    else read_command(traces + ntrace - 1, line, line + strlen(line));
  }
}

static void put(dasm_State **Dst, const int *a)
{
  dasm_put(Dst, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14],
           a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22], a[23], a[24]);
}

static void run_ops(dasm_State **Dst, const Trace *trace)
{
  size_t size = 0;
  int i;
  for (i = 0; i < trace->nop; i++) {
    const Op *op = trace->ops + i;
    int status = 0;
    switch (op->kind) {
    case OP_PUT: put(Dst, op->args); break;
    case OP_GROWPC: dasm_growpc(Dst, (unsigned int)op->args[0]); break;
    case OP_CHECKSTEP: status = dasm_checkstep(Dst, op->args[0]); break;
    case OP_GETPCLABEL: (void)dasm_getpclabel(Dst, (unsigned int)op->args[0]); break;
    case OP_LINK: status = dasm_link(Dst, &size); code_bytes += (long)size; break;
    case OP_ENCODE: status = dasm_encode(Dst, code); break;
    default: dasm_setup(Dst, trace->actions); break;
    }
    if (status) {
      fprintf(stderr, "status %x\n", (unsigned)status);
      exit(2);
    }
  }
}

/* Every trace with a state of its own. */
static void run_fresh(void)
{
  int i;
  for (i = 0; i < ntrace; i++) {
    dasm_State *state = NULL;
    dasm_init(&state, traces[i].nsection);
    dasm_setupglobal(&state, globals, (unsigned int)traces[i].nglobal);
    run_ops(&state, traces + i);
    dasm_free(&state);
  }
}

/* One state for all traces. */
static void run_reused(void)
{
  dasm_State *state = NULL;
  int i;
  dasm_init(&state, 128);
  dasm_setupglobal(&state, globals, 237);
  for (i = 0; i < ntrace; i++) run_ops(&state, traces + i);
  dasm_free(&state);
}

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const char *name, void (*scenario)(void))
{
  double begin = now(), best = 1e18;
  long bytes;
  code_bytes = 0;
  scenario();
  bytes = code_bytes;
  while (now() - begin < 5e8) {
    double start = now(), time;
    scenario();
    time = now() - start;
    if (time < best) best = time;
  }
  printf("%s %ld %.0f\n", name, bytes, best);
}

int main(void)
{
  read_traces();
  measure("fresh", run_fresh);
  measure("reused", run_reused);
  return 0;
}
