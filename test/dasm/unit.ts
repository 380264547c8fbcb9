import { expect } from "vitest";
import {
  type AssemblerState,
  encode,
  init,
  link,
  STATUS,
  type StateOptions,
  setup,
  setupGlobal,
} from "../../src/dasm/index.js";

/** A state with an open unit over an action list. */
export function open(
  actions: Uint8Array,
  options: StateOptions & { sections?: number } = {},
): AssemblerState {
  const state = init(options.sections ?? 1, options);
  setupGlobal(state, new BigUint64Array(4), 4);
  setup(state, actions);
  return state;
}

/** Links and encodes, and returns the bytes. */
export function finish(state: AssemblerState, base: number | bigint = 0): number[] {
  const { status, size } = link(state);
  expect(status).toBe(STATUS.OK);
  const bytes = new Uint8Array(size);
  expect(encode(state, bytes, base)).toBe(STATUS.OK);
  return [...bytes];
}
