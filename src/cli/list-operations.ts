// bundle entry
import { suggest } from "../diagnostics/suggest.js";
import { type ListedForm, listForms, listMnemonics } from "../x86/list-forms.js";
import { FileError } from "./file-error.js";
import { writeStandardOutput } from "./terminal.js";

function marksOf(form: ListedForm): string {
  return form.extension ? "+" : "";
}

const columns: readonly { readonly title: string; readonly cell: (form: ListedForm) => string }[] = [
  { title: "mnemonic", cell: ({ mnemonic }) => mnemonic },
  { title: "operands", cell: ({ operands }) => operands },
  { title: "encoding", cell: ({ encoding }) => encoding },
  { title: "modes", cell: ({ modes }) => modes.join(" ") },
  { title: "marks", cell: marksOf },
];

const legend = `
Forms are tried from top to bottom. Operands: r register, m memory, rm either, imm immediate, a accumulator; a
number is the size in bits, * 8 to 64, v 16 to 64, y 32 or 64; xy is xmm or ymm. +: not in DynASM itself.
`;

function formatTable(forms: readonly ListedForm[]): string {
  const rows = [
    columns.map(({ title }) => title),
    ...forms.map((form) => columns.map(({ cell }) => cell(form))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function unknownMnemonic(name: string, arch: string | undefined): FileError {
  if (listForms(name).length > 0) return new FileError(`${name} does not exist on ${arch}`);
  const near = suggest(name, listMnemonics());
  const hint = near === undefined ? "" : `; did you mean \`${near}'?`;
  return new FileError(`unknown instruction \`${name}'${hint}`);
}

/**
 * Prints the forms of an instruction, or of all, for people or as JSON.
 *
 * @returns the exit code.
 * @throws FileError for an unknown name.
 */
export function listOperations(
  mnemonic: string | undefined,
  arch: "x86" | "x64" | undefined,
  json: boolean,
): number {
  const name = mnemonic?.toLowerCase();
  const forms = listForms(name).filter(({ modes }) => arch === undefined || modes.includes(arch));
  if (name !== undefined && forms.length === 0) throw unknownMnemonic(name, arch);
  writeStandardOutput(json ? `${JSON.stringify(forms, undefined, 2)}\n` : formatTable(forms) + legend);
  return 0;
}
