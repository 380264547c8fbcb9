// Writes docs/instructions.md from the instruction table. Run with: npx tsx scripts/generate-instructions.mjs
import { writeFileSync } from "node:fs";
import { instructionReference } from "../src/x86/instruction-reference.ts";

writeFileSync(new URL("../docs/instructions.md", import.meta.url), instructionReference());
