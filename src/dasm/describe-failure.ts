import { findSource, type SourceLine } from "../diagnostics/action-source-map.js";
import { DasmError, type DasmErrorDetails } from "./dasm-error.js";
import { explain } from "./explain.js";
import { findPendingStatement } from "./find-pending.js";
import { formatSources, nameGlobal, type SymbolNames } from "./label-names.js";
import { type AssemblerState, FIRST_GLOBAL } from "./state.js";
import { formatStatus } from "./status.js";

/** `FILE:LINE: ` for the front of a message; empty if the lines are unknown. */
function formatPlace(sources: readonly SourceLine[]): string {
  return sources.length > 0 ? `${formatSources(sources)}: ` : "";
}

function placeDetails([source]: readonly SourceLine[]): Pick<DasmErrorDetails, "file" | "line"> {
  return source === undefined ? {} : { file: source.file, line: source.line };
}

function sourcesAt(state: AssemblerState, offset: number | undefined): readonly SourceLine[] {
  return state.map === undefined || offset === undefined ? [] : findSource(state.map, offset);
}

/** Offset of the statement that a status is about: in its payload, or where the undefined label is referred to. */
function findOffset(state: AssemblerState, status: number): number | undefined {
  const { payload, payloadKind, name } = explain(status).status;
  if (payloadKind === "offset") return payload;
  if (name === "UNDEF_L") return findPendingStatement(state, "label", payload);
  if (name === "UNDEF_PC") return findPendingStatement(state, "pc", payload);
  return undefined;
}

/** Label that a status names. */
function findLabel(status: number): string | undefined {
  const { payload, name } = explain(status).status;
  if (name === "UNDEF_L") return `>${payload}`;
  return name === "UNDEF_PC" ? `=>${payload}` : undefined;
}

/** An error that says what a status other than OK means for the unit that it is about. */
export function describeFailure(
  state: AssemblerState,
  status: number,
  names: SymbolNames,
  actions: Uint8Array,
): DasmError {
  const { failure } = state;
  const found = explain(status, { ...names, actions, ...(failure === undefined ? {} : { failure }) });
  const offset = findOffset(state, status);
  const sources = sourcesAt(state, offset);
  const code = `DASM_S_${found.status.name ?? "?"} ${formatStatus(status)}`;
  const at = offset === undefined ? "" : `, action list offset ${offset}`;
  const label = findLabel(status);
  return new DasmError("status", `${formatPlace(sources)}${found.message} (${code}${at})`, {
    status,
    ...(offset === undefined ? {} : { offset }),
    ...(found.value === undefined ? {} : { value: found.value }),
    ...(found.range === undefined ? {} : { range: found.range }),
    ...(label === undefined ? {} : { name: label }),
    ...placeDetails(sources),
  });
}

/** An error about global labels, by number from 0, that have no definition and no address. */
export function describeUndefinedGlobals(
  state: AssemblerState,
  missing: readonly number[],
  names: SymbolNames,
): DasmError {
  const entries = missing.map((index) => index + FIRST_GLOBAL);
  const [first = FIRST_GLOBAL] = entries;
  const offset = findPendingStatement(state, "label", first);
  const sources = sourcesAt(state, offset);
  const list = entries.map((entry) => nameGlobal(names, entry)).join(", ");
  const message = `${formatPlace(sources)}used but not defined, and without an address: ${list}`;
  return new DasmError("status", message, {
    name: nameGlobal(names, first),
    ...(offset === undefined ? {} : { offset }),
    ...placeDetails(sources),
  });
}

/** Adds the offset of the chunk, and its source line, to an error of put. */
export function describePutError(state: AssemblerState, start: number, error: unknown): unknown {
  if (!(error instanceof DasmError)) return error;
  const { kind, message, details } = error;
  const isChunk = Number.isInteger(start) && start >= 0 && start < (state.list?.bytes.length ?? 0);
  if (kind !== "usage" || !isChunk) return error;
  const sources = sourcesAt(state, start);
  const at = message.includes(`offset ${start}`) ? "" : ` (chunk at offset ${start})`;
  return new DasmError(kind, `${formatPlace(sources)}${message}${at}`, {
    ...details,
    offset: start,
    ...placeDetails(sources),
  });
}
