// bundle entry
import { type Explanation, explain, formatExplanation, parseStatus } from "../dasm/explain.js";
import { formatStatus } from "../dasm/status.js";
import { readSourceMap } from "./read-source-map.js";
import { writeStandardOutput } from "./terminal.js";
import { UsageError } from "./usage-error.js";

function toJson(explanation: Explanation): string {
  const { status, message, advice, sources } = explanation;
  const { name, payload, payloadKind } = status;
  const value = {
    status: formatStatus(status.status),
    name: name === undefined ? null : `DASM_S_${name}`,
    payload,
    payloadKind,
    message,
    advice,
    sources,
  };
  return `${JSON.stringify(value)}\n`;
}

function hintFor({ status }: Explanation, mapPath: string | undefined): string {
  if (status.payloadKind !== "offset" || mapPath !== undefined) return "";
  return "  To see the source line, translate with --map FILE and give --map FILE here, too.\n";
}

/**
 * Prints what a status means. Gives the exit code: 1 if no encoder has this status.
 * @throws UsageError, FileError
 */
export function explainStatus(code: string, mapPath: string | undefined, json: boolean): number {
  const status = parseStatus(code);
  if (status === undefined) {
    const message = `bad status \`${code}': a 32-bit number is needed, such as 0x15000163 or 352321891`;
    throw new UsageError(message, message);
  }
  const map = mapPath === undefined ? undefined : readSourceMap(mapPath);
  const explanation = explain(status, map === undefined ? {} : { map });
  const text = json ? toJson(explanation) : formatExplanation(explanation) + hintFor(explanation, mapPath);
  writeStandardOutput(Buffer.from(text, "utf8"));
  return explanation.status.name === undefined ? 1 : 0;
}
