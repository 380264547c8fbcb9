import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { type Palette, plainPalette } from "../../diagnostics/palette.js";
import { renderGnu } from "../../diagnostics/render-gnu.js";
import { renderJsonWith } from "../../diagnostics/render-json.js";
import type { Finding } from "../../luabyteasm/verify.js";
import type { FileError } from "../file-error.js";

/** A diagnostic with what it does not say itself: the file of a binary, the place of a finding. */
export interface Message {
  readonly diagnostic: Diagnostic;
  /** The file it is about, for diagnostics without a span. */
  readonly file: string;
  /** Further fields for the JSON form. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Name of standard input in messages. */
export function displayName(path: string): string {
  return path === "-" ? "<stdin>" : path;
}

/** Messages of diagnostics about one file. */
export function messagesAbout(path: string, diagnostics: readonly Diagnostic[]): Message[] {
  return diagnostics.map((diagnostic) => ({ diagnostic, file: displayName(path) }));
}

/** A file that cannot be read or written. */
export function messageOfFileError(path: string, error: FileError): Message {
  return { diagnostic: { code: "file", severity: "error", message: error.message }, file: displayName(path) };
}

/** A result of the verifier. */
export function messageOfFinding(path: string, finding: Finding): Message {
  const { rule, severity, path: where, pc, operand, message } = finding;
  const place = pc === null ? where : `${where} pc ${pc}`;
  return {
    diagnostic: { code: rule, severity, message: `${place}: ${message}` },
    file: displayName(path),
    fields: { path: where, pc, operand },
  };
}

function renderAsGnu({ diagnostic, file }: Message, palette: Palette): string {
  const text = renderGnu(diagnostic, palette);
  if (diagnostic.span !== undefined) return text;
  return diagnostic.code === "file" ? `luabyteasm: ${text}` : `${palette.bold(`${file}:`)} ${text}`;
}

/** Text of messages for standard error; both forms end each message with a line end. */
export function renderMessages(
  messages: readonly Message[],
  format: string,
  palette: Palette = plainPalette,
): string {
  const render = (message: Message): string =>
    format === "json"
      ? renderJsonWith({ file: message.file, ...message.fields }, message.diagnostic)
      : renderAsGnu(message, palette);
  return messages.map(render).join("");
}
