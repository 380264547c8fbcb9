import type { ChunkSource } from "../../luabyteasm/function-source.js";
import { verifySource } from "../../luabyteasm/verify.js";
import type { ReportMessage } from "./command.js";
import { messageOfFinding } from "./messages.js";

/** Verifies the chunk of a file and reports what is found. Returns whether there are no errors. */
export function checkSource(file: string, source: ChunkSource, report: ReportMessage): boolean {
  let ok = true;
  verifySource(source, (finding) => {
    if (finding.severity === "error") ok = false;
    report(messageOfFinding(file, finding));
  });
  return ok;
}
