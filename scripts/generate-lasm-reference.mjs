// Writes the tables of docs/lasm.md. Run with: npx tsx scripts/generate-lasm-reference.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { updateReference } from "../src/luabyteasm/reference-tables.ts";

const path = new URL("../docs/lasm.md", import.meta.url);
writeFileSync(path, updateReference(readFileSync(path, "utf8")));
