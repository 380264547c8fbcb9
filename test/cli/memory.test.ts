import { expect, test } from "vitest";
import { useScratchFolder } from "./run-dynasm.js";

const scratchFolder = useScratchFolder();

const head = "|.arch x64\n|.actionlist actions\n";

/** Macros or captures, each using the one before it eight times. */
function tower(line: (level: number, eight: (text: string) => string) => string): string {
  return Array.from({ length: 60 }, (_, level) => line(level, (text) => text.repeat(8))).join("");
}

const floors = tower((level, eight) => `|.macro m${level + 1}; ${eight(`m${level}; `)}.endmacro\n`);
const captures = tower(
  (level, eight) => `|.capture c${level}\n${eight(`|.dumpcapture c${level + 1}\n`)}|.endcapture\n`,
);
const statements = Array.from({ length: 20_000 }, (_, n) => `  | mov eax, ${n}\nx();\n`).join("");

const bombs: Readonly<Record<string, string>> = {
  "macros that multiply lines": `${head}|.macro m0; nop; .endmacro\n${floors}  | m60\n`,
  "captures that multiply lines": `${head}${captures}|.capture c60\n${"|\n".repeat(20_000)}|.endcapture\n|.dumpcapture c0\n`,
  "many action lists": `${head}${statements}${"|.actionlist x\n".repeat(2000)}`,
};

// The heap limit makes the process crash if it needs more.
test.each(Object.keys(bombs))("%s are rejected within 160 MB of heap", async (name) => {
  scratchFolder.write("bomb.dasl", bombs[name] ?? "");
  for (const options of [["--keep-lines", "-M"], ["-M"], []]) {
    const env = { NODE_OPTIONS: "--max-old-space-size=160" };
    const { exitCode, stdout, stderr } = await scratchFolder.run([...options, "bomb.dasl"], { env });
    expect(stderr).toMatch(/error: .* too large/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  }
});
