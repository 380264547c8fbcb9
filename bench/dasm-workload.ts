/**
 * The work of bench/dasm.bench.ts, written once in assembler and printed for each engine: put calls
 * in TypeScript's, C's and Lua's clothes with the same action list and arguments.
 */

/** Blocks of the large program. */
export const BLOCKS = 20_000;
/** Number of small functions. */
export const FUNCTIONS = 10_000;

/** A put call: offset in the action list and the expressions of the arguments. */
type Call = readonly [start: string, args: string];

/** Host lines (here `;`) end a put call, as conditions and loops of a code generator do. */
const source = `|.arch x64
|.actionlist actions
|.globals GLOB_
static void block(dasm_State **Dst, int i, int j, int n, int d, int r)
{
  |=>i:
  | mov eax, [rbx+d]
  | add eax, n
  ;
  | cmp eax, 1000
  | jl =>j
  ;
  | mov Rq(r), [rsp+d]
  | lea rcx, [rax+rcx*8+d]
  ;
  |1:
  | test ecx, ecx
  | jz >2
  | dec ecx
  ;
  | imul eax, Rd(r), n
  | jmp <1
  |2:
  ;
  | mov [rbx+d], Rq(r)
}
static void function(dasm_State **Dst, int n, int d, int r)
{
  |->entry:
  | push rbp
  | mov rbp, rsp
  ;
  | mov eax, n
  | mov ecx, d
  ;
  |1:
  | add eax, [rdi+d]
  | imul eax, eax, n
  ;
  | dec ecx
  | jnz <1
  ;
  | cmp eax, n
  | jg >2
  | mov Rd(r), eax
  ;
  | mov [rbp+d], Rd(r)
  | jmp ->exit
  |2:
  | xor eax, eax
  ;
  |->exit:
  | pop rbp
  | ret
}
`;

export interface Workload {
  readonly actions: Uint8Array;
  readonly block: readonly Call[];
  readonly function: readonly Call[];
}

interface Translation {
  readonly ok: boolean;
  readonly output?: string;
  readonly actions?: Uint8Array;
}

function callsIn(text: string): readonly Call[] {
  return [...text.matchAll(/dasm_put\(Dst, (\d+)(?:, (.*))?\);/g)].map(([, start = "", args = ""]) => [
    start,
    args,
  ]);
}

/** Translates the assembler text. */
export function createWorkload(translate: (source: string) => Translation): Workload {
  const { output = "", actions = new Uint8Array() } = translate(source);
  const [block = "", small = ""] = output.split("static void function");
  return { actions, block: callsIn(block), function: callsIn(small) };
}

function printCalls(calls: readonly Call[], start: string, end: string): string {
  return calls.map(([offset, args]) => `  ${start}${offset}${args && `, ${args}`})${end}\n`).join("");
}

/** A module that exports `block` and `small`. */
export function printJavaScript({ block, function: small }: Workload, engine: string): string {
  return `import { put } from ${JSON.stringify(engine)};
export function block(state, i, j, n, d, r) {
${printCalls(block, "put(state, ", ";")}}
export function small(state, n, d, r) {
${printCalls(small, "put(state, ", ";")}}
`;
}

// The numbers of block i and function i are the same in all languages.
const clock = `static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
`;

/** A program that prints, for each scenario, a checksum and the milliseconds of each round. */
export function printC({ actions, block, function: small }: Workload, rounds: number): string {
  return `#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "dasm_proto.h"
#include "dasm_x86.h"
static const unsigned char actions[${actions.length}] = {${actions.join(",")}};
static unsigned char code[1 << 24];
static void *globals[2];
static unsigned sum;
${clock}
static void block(dasm_State **Dst, int i, int j, int n, int d, int r)
{
${printCalls(block, "dasm_put(Dst, ", ";")}}
static void small(dasm_State **Dst, int n, int d, int r)
{
${printCalls(small, "dasm_put(Dst, ", ";")}}
static void finish(dasm_State **Dst, int add)
{
  size_t size, at;
  if (dasm_link(Dst, &size) != 0 || dasm_encode(Dst, code) != 0) exit(3);
  if (add) for (at = 0; at < size; at++) sum = sum * 31 + code[at];
}
static void large(int add)
{
  dasm_State *state;
  int i;
  dasm_init(&state, 1);
  dasm_setupglobal(&state, globals, 2);
  dasm_growpc(&state, ${BLOCKS});
  dasm_setup(&state, actions);
  for (i = 0; i < ${BLOCKS}; i++) {
    int j = i % 5 == 0 ? (i * 7) % ${BLOCKS} : (i + 3) % ${BLOCKS};
    block(&state, i, j, i % 300 - 50, i % 200, i % 8 + 8);
  }
  finish(&state, add);
  dasm_free(&state);
}
static void many(int add, int fresh)
{
  dasm_State *state;
  int i;
  for (i = 0; i < ${FUNCTIONS}; i++) {
    if (fresh || i == 0) {
      dasm_init(&state, 1);
      dasm_setupglobal(&state, globals, 2);
    }
    dasm_setup(&state, actions);
    small(&state, i % 300 - 50, i % 200, i % 16);
    finish(&state, add);
    if (fresh || i == ${FUNCTIONS - 1}) dasm_free(&state);
  }
}
static void measure(int scenario, int add)
{
  if (scenario == 0) large(add);
  else many(add, scenario == 1);
}
int main(void)
{
  int scenario, round;
  for (scenario = 0; scenario < 3; scenario++) {
    sum = 0;
    measure(scenario, 1);
    printf("%u", sum);
    for (round = 0; round < ${rounds}; round++) {
      double start = now();
      measure(scenario, 0);
      printf(" %.4f", now() - start);
    }
    printf("\\n");
  }
  return 0;
}
`;
}

/** The same for luapower's binding, with a state for each function. */
export function printLua({ actions, function: small }: Workload, rounds: number): string {
  return `local ffi = require'ffi'
local dasm = require'dasm'
local actions = ffi.new('const uint8_t[${actions.length}]', {${actions.join(",")}})
ffi.cdef'typedef struct { long s, n; } bench_time; int clock_gettime(int, bench_time *);'
local time = ffi.new'bench_time'
local function now()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.s) * 1e3 + tonumber(time.n) / 1e6
end
local code = ffi.new'uint8_t[65536]'
local sum
local function small(Dst, n, d, r)
${printCalls(small, "dasm.put(Dst, ", "")}end
local function many(add)
  for i = 0, ${FUNCTIONS - 1} do
    local Dst = dasm.new(actions, nil, 1, 2)
    small(Dst, i % 300 - 50, i % 200, i % 16)
    local size = dasm.link(Dst)
    dasm.encode(Dst, code)
    if add then
      for at = 0, size - 1 do sum = (sum * 31 + code[at]) % 4294967296 end
    end
  end
end
sum = 0
many(true)
io.write(string.format('%.0f', sum))
for round = 1, ${rounds} do
  local start = now()
  many(false)
  io.write(string.format(' %.4f', now() - start))
end
io.write'\\n'
`;
}
