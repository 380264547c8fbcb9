// bundle entry
import { dump } from "../dasm/dump.js";
import type { DumpFlags } from "./commands/dump.js";
import { readInput } from "./read-input.js";
import { writeStandardOutput } from "./terminal.js";
import { UsageError } from "./usage-error.js";

function parseAddress(text: string): bigint {
  const address = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? BigInt(text) : -1n;
  if (address >= 0n && address < 1n << 64n) return address;
  const message = `bad address \`${text}': a 64-bit number is needed, decimal or hexadecimal with 0x`;
  throw new UsageError(message, message);
}

/**
 * Prints a listing of a file of machine code; gives the exit code.
 * @throws UsageError, FileError
 */
export function dumpFile(path: string, { arch, base, stable, hex }: DumpFlags): number {
  const address = parseAddress(base);
  const listing = dump(readInput(path), {
    arch,
    base: address,
    stable: stable ?? false,
    ...(hex ? { disassembler: null } : {}),
  });
  writeStandardOutput(Buffer.from(listing, "utf8"));
  return 0;
}
