// `npm run demo`: translates a C-mode and a Lua-mode source and shows what came out.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dynasm = join("bin", "dynasm.js");
const folder = mkdtempSync(join(tmpdir(), "dynasm-demo-"));

function show(command, file) {
  console.log(`\n$ dynasm ${command.join(" ")}\n`);
  execFileSync(process.execPath, [dynasm, ...command.map((part) => part.replace("OUT", folder))], {
    stdio: "inherit",
  });
  console.log(readFileSync(join(folder, file), "latin1"));
}

try {
  show(["translate", "-o", "OUT/multiply.c", "fixtures/demo/multiply.dasc"], "multiply.c");
  show(
    ["translate", "--target", "linux-x64", "-o", "OUT/multiply.lua", "fixtures/demo/multiply.dasl"],
    "multiply.lua",
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
