/** Code that the crashed program had built, or a global label in it, in order of appearance. */
interface CodeEntry {
  readonly address: bigint;
  /** In bytes; 0 for a label. */
  readonly size: bigint;
  /** Where it was built (file:line), or the label's name. */
  readonly text: string;
}

/** What runtime/driver/crash.dasl has kept. */
interface CrashRecord {
  /** Address that an access failed at, if the signal is about one. */
  readonly faultAddress: bigint;
  readonly instruction: bigint;
  /** Words from the top of the stack. */
  readonly stack: readonly bigint[];
  readonly entries: readonly CodeEntry[];
}

// The structure dynasm_crash_record of runtime/driver/crash.dasl; sizes and offsets in bytes.
const mostWords = 4096;
const entriesOffset = 40 + mostWords * 8 + 8;
const entrySize = 128;
const mostEntries = 8192;

/** Size of a record's file. */
export const crashRecordSize = entriesOffset + entrySize * mostEntries;

function readEntries(view: DataView): readonly CodeEntry[] {
  const count = Number(view.getBigUint64(entriesOffset - 8, true));
  const entries: CodeEntry[] = [];
  for (let index = Math.max(0, count - mostEntries); index < count; index++) {
    const at = entriesOffset + (index % mostEntries) * entrySize;
    let text = "";
    for (let place = at + 16; place < at + entrySize; place++) {
      const byte = view.getUint8(place);
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    entries.push({ address: view.getBigUint64(at, true), size: view.getBigUint64(at + 8, true), text });
  }
  return entries;
}

/** Reads a record; undefined if nothing was recorded. */
export function readCrashRecord(bytes: Uint8Array): CrashRecord | undefined {
  if (bytes.length < crashRecordSize) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getBigUint64(0, true) === 0n) return undefined;
  const stackCount = Math.min(mostWords, Number(view.getBigUint64(32, true)));
  return {
    faultAddress: view.getBigUint64(8, true),
    instruction: view.getBigUint64(16, true),
    stack: Array.from({ length: stackCount }, (_, index) => view.getBigUint64(40 + index * 8, true)),
    entries: readEntries(view),
  };
}

const asHex = (value: bigint): string => `0x${value.toString(16)}`;

/** The place of an address in generated code such as `multiply+0x5`; undefined if it is elsewhere. */
function placeOf(entries: readonly CodeEntry[], address: bigint): string | undefined {
  // Later code may have taken the memory of earlier one.
  const code = entries.findLastIndex(
    ({ address: start, size }) => size > 0n && address >= start && address < start + size,
  );
  const block = entries[code];
  if (block === undefined) return undefined;
  let label: CodeEntry | undefined;
  for (const entry of entries.slice(code + 1)) {
    if (entry.size > 0n || entry.address < block.address || entry.address > address) continue;
    if (label === undefined || entry.address > label.address) label = entry;
  }
  const built = `code built at ${block.text}`;
  if (label === undefined) return `offset ${asHex(address - block.address)} of the ${built}`;
  return `${label.text}+${asHex(address - label.address)}, offset ${asHex(address - block.address)} of the ${built}`;
}

/** Says where a crash happened, in lines. */
export function describeCrash(record: CrashRecord, signal: string): string {
  const { entries, instruction, stack, faultAddress } = record;
  const lines: string[] = [];
  if (signal === "SIGSEGV" || signal === "SIGBUS") lines.push(`  access to address ${asHex(faultAddress)}`);
  const place = placeOf(entries, instruction);
  if (place !== undefined) {
    lines.push(`  in ${place}`);
  } else {
    lines.push(`  at ${asHex(instruction)}, outside of the generated code`);
    for (const word of stack) {
      const caller = placeOf(entries, word);
      if (caller === undefined) continue;
      lines.push(`  probably called from ${caller}`);
      break;
    }
  }
  return `${lines.join("\n")}\n`;
}
