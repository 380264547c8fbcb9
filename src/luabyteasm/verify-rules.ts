import type { Field } from "./opcodes.js";

/**
 * Every rule of the verifier, in the order in which findings about one place are listed, and what the VM does
 * when it is broken.
 */
export const RULES = {
  depth: "the stock loader recurses without limit",
  "code-empty": "the first fetch reads from a null array",
  "params-frame": "parameters are written beyond the frame",
  "frame-small": "the compiler never writes a frame below 2",
  "frame-large": "the compiler never writes a frame above 250",
  "lineinfo-length": "error messages, tracebacks and hooks read past the line info",
  "upvalue-names": "the loader writes past the array of upvalues",
  "upvalue-names-short": "the compiler writes no names or all of them",
  "upvalue-count": "a closure keeps its count in a byte: the rest is never marked by the collector",
  "upvalue-instack": "the compiler writes 0 or 1",
  "upvalue-register": "the closure would point into a foreign stack slot",
  "upvalue-outer": "a wild pointer is copied from past the enclosing closure",
  "constant-bool": "a boolean that is neither true nor false",
  "local-order": "the VM expects local variables in order of their start",
  "local-name": "error messages read the name through a null pointer",
  "local-range": "the debug information cannot be true",
  "local-count": "debug.getlocal and setlocal reach beyond the frame",
  opcode: "ignored by stock Lua, anything elsewhere",
  register: "other frames, or memory past the stack, are read or written",
  constant: "memory past the constants is read",
  upvalue: "a wild pointer is read from past the closure",
  proto: "a wild pointer is read from past the nested functions",
  "jump-range": "foreign memory is executed",
  "jump-operand": "an operand word is executed",
  "skip-range": "execution runs past the code",
  "test-jump": "the next word is taken for a jump, whatever it is",
  "loadkx-extra": "the next word is taken for a constant number, whatever it is",
  "setlist-extra": "the next word is taken for a block number, whatever it is",
  "extra-orphan": "ignored by stock Lua, an assertion in debug builds",
  "concat-range": "the slot below R(B) is touched: for B = 0 that of the running function",
  "tailcall-return": "after a C function the next instruction runs with an open top",
  "tailcall-c": "ignored by stock Lua, an assertion in debug builds",
  "forprep-target": "the loop would run with unprepared registers",
  "tforcall-loop": "the next word is executed as TFORLOOP, whatever it is",
  "tforcall-results": "the control value is never set",
  "vararg-flag": "the number of extra arguments comes out negative",
  "table-size-overflow": "the array size comes out negative",
  "table-size": "a size is one byte; more bits give another size than meant",
  "unused-field": "the compiler writes 0",
  "flag-value": "a flag above 1 never matches",
  "bool-value": "the register gets a boolean that is neither true nor false",
  "close-range": "nothing can be open above the frame",
  "setlist-range": "the index of the first item is out of range",
  uninitialised: "it holds whatever an earlier call left there",
  "capture-uninitialised": "the closure sees whatever an earlier call left there",
  "open-unconsumed": "the top stays where the instruction before left it",
  "open-missing": "no instruction before set the top",
  "open-base": "the number of values comes out negative",
  "open-merge": "the instruction would run with two different tops",
  "forloop-number": "the VM reads the loop registers as numbers unchecked",
  "setlist-table": "the VM writes into whatever is there",
  "call-open-upvalue": "a closure would see into the frame of the called function",
  "fall-off-end": "execution runs past the code",
} as const satisfies Record<string, string>;

export type RuleName = keyof typeof RULES;

/** One result of the verifier. */
export interface Finding {
  readonly rule: RuleName;
  readonly severity: "error" | "warning";
  /** Where the function is: `main`, or `main/0/2` for P2 of P0 of the main function. */
  readonly path: string;
  /** Instruction, counted from 0; null when the finding is about the function. */
  readonly pc: number | null;
  /** Field of the instruction at fault; null when it is none in particular. */
  readonly operand: Field | null;
  /** What is wrong and what the VM would do, without place and rule. */
  readonly message: string;
}

/** Where the findings of a chunk go. Each severity has its own limit, so that warnings cannot crowd out an error. */
export interface FindingStore {
  readonly report: (finding: Finding) => void;
  /** Errors and warnings still accepted; more are dropped. */
  readonly room: Record<Finding["severity"], number>;
}

/** Collects findings of one function. */
export interface FindingList {
  readonly path: string;
  readonly store: FindingStore;
  /** True once an error about this function has been found. */
  hasError: boolean;
}

/** Adds a finding; `fact` says what is wrong, the rule says what the VM does then. */
export function addFinding(
  list: FindingList,
  severity: Finding["severity"],
  rule: RuleName,
  pc: number | null,
  fact: string,
  operand: Field | null = null,
): void {
  if (severity === "error") list.hasError = true;
  const { report, room } = list.store;
  if (room[severity] <= 0) return;
  room[severity]--;
  const message = `${fact}: ${RULES[rule]}`;
  report({ rule, severity, path: list.path, pc, operand, message });
}
