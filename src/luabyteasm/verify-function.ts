import { type ChunkInt, type FunctionParts, MAX_DEPTH } from "./chunk.js";
import { addFinding, type FindingList } from "./verify-rules.js";

/** Smallest and largest frame the compiler writes. */
const COMPILER_FRAME = { least: 2, most: 250 };
/** A closure keeps the number of its upvalues in a byte. */
const MAX_UPVALUES = 255;

function verifyFrame(list: FindingList, prototype: FunctionParts): void {
  const { code, numParams, maxStackSize } = prototype;
  if (code.length === 0) addFinding(list, "error", "code-empty", null, "there are no instructions");
  if (numParams > maxStackSize) {
    const fact = `${numParams} parameters do not fit the frame of ${maxStackSize}`;
    addFinding(list, "error", "params-frame", null, fact);
  }
  if (maxStackSize < COMPILER_FRAME.least) {
    addFinding(list, "warning", "frame-small", null, `the frame has ${maxStackSize} registers`);
  }
  if (maxStackSize > COMPILER_FRAME.most) {
    addFinding(list, "warning", "frame-large", null, `the frame has ${maxStackSize} registers`);
  }
}

function verifyLineInfo(list: FindingList, { lineInfo, code }: FunctionParts): void {
  const [lines, size] = [lineInfo.length, code.length];
  if (lines === 0 || lines === size) return;
  const fact = `there are ${lines} line entries for ${size} instructions`;
  addFinding(list, lines < size ? "error" : "warning", "lineinfo-length", null, fact);
}

function verifyUpvalueCounts(list: FindingList, { upvalues, upvalueNames }: FunctionParts): void {
  const [count, names] = [upvalues.length, upvalueNames.length];
  const fact = `there are ${names} names for ${count} upvalues`;
  if (names > count) addFinding(list, "error", "upvalue-names", null, fact);
  if (names > 0 && names < count) addFinding(list, "warning", "upvalue-names-short", null, fact);
  if (count > MAX_UPVALUES) {
    addFinding(
      list,
      "error",
      "upvalue-count",
      null,
      `there are ${count} upvalues; the limit is ${MAX_UPVALUES}`,
    );
  }
}

function verifyUpvalues(
  list: FindingList,
  prototype: FunctionParts,
  parent: EnclosingFunction | undefined,
): void {
  prototype.upvalues.forEach(({ inStack, index }, number) => {
    if (inStack > 1) {
      addFinding(list, "warning", "upvalue-instack", null, `instack of U${number} is ${inStack}`);
    }
    if (parent === undefined) return;
    if (inStack !== 0 && index >= parent.maxStackSize) {
      const fact = `U${number} is R${index} of the enclosing function, whose frame has ${parent.maxStackSize}`;
      addFinding(list, "error", "upvalue-register", null, fact);
    }
    if (inStack === 0 && index >= parent.upvalues.length) {
      const fact = `U${number} is U${index} of the enclosing function, which has ${parent.upvalues.length}`;
      addFinding(list, "error", "upvalue-outer", null, fact);
    }
  });
}

function verifyConstants(list: FindingList, { constants }: FunctionParts): void {
  constants.forEach((constant, index) => {
    if (constant.kind !== "boolean" || constant.byte <= 1) return;
    addFinding(list, "warning", "constant-bool", null, `K${index} is a boolean with byte ${constant.byte}`);
  });
}

function verifyLocals(list: FindingList, { locals, code }: FunctionParts): void {
  let previous: ChunkInt = 0;
  locals.forEach(({ name, startPc, endPc }, index) => {
    const who = `local variable ${index}`;
    if (startPc < previous) {
      addFinding(list, "warning", "local-order", null, `${who} starts before the one listed before it`);
    }
    previous = startPc;
    if (name === null) addFinding(list, "error", "local-name", null, `${who} has no name`);
    if (startPc > endPc || endPc > code.length) {
      const fact = `${who} is live from ${startPc} to ${endPc} in ${code.length} instructions`;
      addFinding(list, "error", "local-range", null, fact);
    }
  });
}

/** Counts the local variables that are live at every pc; reports the first pc where they exceed the frame. */
function verifyLocalCount(list: FindingList, { locals, code, maxStackSize }: FunctionParts): void {
  if (locals.length <= maxStackSize) return;
  const change = new Int32Array(code.length + 1);
  for (const { startPc, endPc } of locals) {
    if (startPc >= endPc || endPc > code.length) continue;
    change[Number(startPc)] = (change[Number(startPc)] ?? 0) + 1;
    change[Number(endPc)] = (change[Number(endPc)] ?? 0) - 1;
  }
  let live = 0;
  for (let pc = 0; pc < code.length; pc++) {
    live += change[pc] ?? 0;
    if (live <= maxStackSize) continue;
    addFinding(
      list,
      "error",
      "local-count",
      pc,
      `${live} live local variables in a frame of ${maxStackSize}`,
    );
    return;
  }
}

/** What the rules about a function need to know of the one around it. */
export type EnclosingFunction = Pick<FunctionParts, "maxStackSize" | "upvalues">;

/**
 * The rules about a function as a whole.
 * @param parent the enclosing function; undefined for the main function
 * @param level 1 for the main function
 */
export function verifyFunction(
  list: FindingList,
  prototype: FunctionParts,
  parent: EnclosingFunction | undefined,
  level: number,
): void {
  if (level > MAX_DEPTH)
    addFinding(list, "error", "depth", null, `the function is nested ${level} levels deep`);
  verifyFrame(list, prototype);
  verifyLineInfo(list, prototype);
  verifyUpvalueCounts(list, prototype);
  verifyUpvalues(list, prototype, parent);
  verifyConstants(list, prototype);
  verifyLocals(list, prototype);
  verifyLocalCount(list, prototype);
}
