/**
 * Status values of the engine: a code in bits 24-31 and a payload (action list offset, label or
 * section number) in bits 0-23. The numbers are those of the C engine, except `DUPLICATE_LG` and
 * `DUPLICATE_PC`, which only occur where duplicate labels are rejected on request.
 */
export const STATUS = {
  OK: 0x00000000,
  NOMEM: 0x01000000,
  PHASE: 0x02000000,
  MATCH_SEC: 0x03000000,
  RANGE_I: 0x11000000,
  RANGE_SEC: 0x12000000,
  RANGE_LG: 0x13000000,
  RANGE_PC: 0x14000000,
  RANGE_VREG: 0x15000000,
  UNDEF_L: 0x21000000,
  UNDEF_PC: 0x22000000,
  DUPLICATE_LG: 0x31000000,
  DUPLICATE_PC: 0x32000000,
} as const;

export type StatusName = keyof typeof STATUS;

/** What the lower 24 bits of a status mean. */
export type PayloadKind = "none" | "offset" | "section" | "label";

interface StatusEntry {
  readonly name: StatusName;
  /** Text of the Lua binding, where it has one. */
  readonly text: string;
  readonly payload: PayloadKind;
}

const ENTRIES: ReadonlyMap<number, StatusEntry> = new Map<number, StatusEntry>([
  [STATUS.OK, { name: "OK", text: "ok", payload: "none" }],
  [STATUS.NOMEM, { name: "NOMEM", text: "out of memory", payload: "none" }],
  [STATUS.PHASE, { name: "PHASE", text: "phase error", payload: "none" }],
  [STATUS.MATCH_SEC, { name: "MATCH_SEC", text: "section not found", payload: "section" }],
  [STATUS.RANGE_I, { name: "RANGE_I", text: "immediate value out of range", payload: "offset" }],
  [STATUS.RANGE_SEC, { name: "RANGE_SEC", text: "too many sections", payload: "offset" }],
  [STATUS.RANGE_LG, { name: "RANGE_LG", text: "too many global labels", payload: "offset" }],
  [STATUS.RANGE_PC, { name: "RANGE_PC", text: "too many pclabels", payload: "offset" }],
  [STATUS.RANGE_VREG, { name: "RANGE_VREG", text: "variable register out of range", payload: "offset" }],
  [STATUS.UNDEF_L, { name: "UNDEF_L", text: "undefined global label", payload: "label" }],
  [STATUS.UNDEF_PC, { name: "UNDEF_PC", text: "undefined pclabel", payload: "label" }],
  [STATUS.DUPLICATE_LG, { name: "DUPLICATE_LG", text: "duplicate global label", payload: "offset" }],
  [STATUS.DUPLICATE_PC, { name: "DUPLICATE_PC", text: "duplicate pclabel", payload: "offset" }],
]);

/** A status taken apart. `name` is undefined for a code that no engine produces. */
export interface DecodedStatus {
  readonly status: number;
  readonly name: StatusName | undefined;
  /** The Lua binding's words for the code. */
  readonly text: string;
  readonly payload: number;
  readonly payloadKind: PayloadKind;
}

/** Formats a status the way C programs print it, for example `0x15000163`. */
export function formatStatus(status: number): string {
  return `0x${(status >>> 0).toString(16).padStart(8, "0")}`;
}

/** Takes a status apart. Any 32-bit number, signed or unsigned, is accepted. */
export function decodeStatus(status: number): DecodedStatus {
  const code = (status & 0xff000000) >>> 0;
  // No error has no payload.
  const entry = code === STATUS.OK && status >>> 0 !== STATUS.OK ? undefined : ENTRIES.get(code);
  return {
    status: status >>> 0,
    name: entry?.name,
    text: entry?.text ?? formatStatus(status).toUpperCase().replace("X", "x"),
    payload: status & 0xffffff,
    payloadKind: entry?.payload ?? "none",
  };
}
