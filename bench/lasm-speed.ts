// Speed of the assembler and the disassembler: npx tsx bench/lasm-speed.ts FILE.lasm ...
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { assemble } from "../src/luabyteasm/assemble.js";
import { disassemble, disassembleTo } from "../src/luabyteasm/disassemble.js";

const rounds = 15;

/** Fastest of several rounds, in MB of text per second. */
function measure(name: string, size: number, run: () => unknown): void {
  let best = Number.POSITIVE_INFINITY;
  let first = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    run();
    const time = performance.now() - start;
    if (round === 0) first = time;
    best = Math.min(best, time);
  }
  const speed = (size / best / 1000).toFixed(1);
  console.log(
    `${name}: ${speed} MB/s (best ${best.toFixed(1)} ms, first ${first.toFixed(1)} ms, ${size} bytes)`,
  );
}

for (const file of process.argv.slice(2)) {
  const bytes = readFileSync(file);
  const text = bytes.toString("latin1");
  const assembled = assemble(bytes);
  if (!assembled.ok) throw new Error(`${file} is not correct`);
  const hash = createHash("sha256").update(assembled.bytes).digest("hex");
  console.log(`${file}: ${bytes.length} bytes of text, chunk sha256 ${hash}`);
  measure("assemble text", bytes.length, () => assemble(text));
  measure("assemble bytes", bytes.length, () => assemble(bytes));
  const back = disassemble(assembled.bytes);
  if (!back.ok) throw new Error(`${file} does not come back`);
  measure("disassemble", back.text.length, () => disassemble(assembled.bytes));
  measure("disassemble piece by piece", back.text.length, () => disassembleTo(assembled.bytes, () => {}));
  measure("assemble its text", back.text.length, () => assemble(back.text));
}
