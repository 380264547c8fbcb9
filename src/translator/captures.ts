import { isIdentifier } from "./characters.js";
import { flush } from "./pending-code.js";
import { fatalError, wholeStatement } from "./problems.js";
import { currentPlace } from "./report.js";
import type { StatementAction } from "./state.js";
import { closeBatch, writeBlock } from "./write-output.js";

function checkName(name: string): void {
  if (!isIdentifier(name)) throw fatalError("bad-capture-name", `bad capture name \`${name}'`);
}

export const runCapture: StatementAction = (state, [name = ""]) => {
  checkName(name);
  flush(state);
  const open = state.openCapture;
  if (open !== undefined) {
    throw fatalError("nested-capture", `already capturing to \`${open.name}' since line ${open.classicLine}`);
  }
  const openedAt = currentPlace(state);
  const { classicLine } = state.frame;
  let capture = state.captures.get(name);
  if (capture === undefined) {
    capture = { name, items: [], lineCount: 0, openedAt, classicLine };
    state.captures.set(name, capture);
  }
  capture.openedAt = openedAt;
  capture.classicLine = classicLine;
  closeBatch(state);
  state.openCapture = capture;
  state.output = capture.items;
  state.syncedLine = 0;
};

export const runEndcapture: StatementAction = (state) => {
  flush(state);
  if (state.openCapture === undefined) {
    throw fatalError("endcapture-without-capture", ".endcapture without a valid .capture", wholeStatement);
  }
  closeBatch(state);
  state.openCapture = undefined;
  state.output = state.mainOutput;
  state.syncedLine = 0;
};

export const runDumpcapture: StatementAction = (state, [name = ""]) => {
  checkName(name);
  flush(state);
  state.dumpedCaptures.add(name);
  writeBlock(state, { kind: "capture", name });
  state.syncedLine = 0;
};
