import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { warningDescriptions } from "../../src/translator/warnings.js";
import { packageRoot } from "../support/built-command.js";
import { expectGoldens } from "../support/golden.js";
import { fixtures } from "../translator/fixtures.js";

/** One message of a golden file: its head, the source line with the caret, notes and hint. */
interface Example {
  readonly severity: string;
  readonly code: string;
  readonly text: string;
}

const head = /^[^\n]*?:\d+:\d+: (error|warning): .* \[([a-z0-9-]+)\]$/;
const longestExample = 12;

function readExamples(messages: string): readonly Example[] {
  const examples: { severity: string; code: string; lines: string[] }[] = [];
  for (const line of messages.split("\n")) {
    const match = head.exec(line);
    if (match !== null) examples.push({ severity: match[1] ?? "", code: match[2] ?? "", lines: [line] });
    else if (/^[A-Z][a-z ]+:$/.test(line) || line === "") break;
    else examples.at(-1)?.lines.push(line);
  }
  return examples.map(({ severity, code, lines }) => {
    const shown = lines.length > longestExample ? [...lines.slice(0, longestExample), "..."] : lines;
    return { severity, code, text: `${shown.join("\n")}\n` };
  });
}

/** For each code the shortest example that the golden files have. */
function collectExamples(): Map<string, Example> {
  const found = new Map<string, Example>();
  for (const { messagesPath, args } of fixtures) {
    if (!existsSync(messagesPath) || args.includes("json") || args.includes("classic")) continue;
    for (const example of readExamples(readFileSync(messagesPath, "latin1"))) {
      if (!/^[\n\x20-\x7e]*$/.test(example.text)) continue;
      const known = found.get(example.code);
      if (known === undefined || example.text.length < known.text.length) found.set(example.code, example);
    }
  }
  return found;
}

const introduction = `# Messages of the translator

Each message has a place, a text and a code in brackets, which stays the same when the text is improved:

\`\`\`text
FILE:LINE:COLUMN: error: TEXT [CODE]
  | the line of the source
    ^~~~
FILE:LINE:COLUMN: note: how the place was reached (macros, includes)
  hint: what would be right
\`\`\`

Lines and columns count from 1; a column is a byte of the line. For a statement in a macro the place is the call, and a
note shows the statement.

| \`--diagnostics-format\` | |
|---|---|
| \`gnu\` | as above (default); with colours on a terminal, or as \`--color\`, \`NO_COLOR\` and \`FORCE_COLOR\` say |
| \`json\` | an object per line: \`file\`, \`line\`, \`column\`, \`endColumn\` (exclusive), \`severity\`, \`code\`, \`message\`, \`sourceLine\`, \`hint\`, \`notes\` (with \`message\`, \`sourceLine\` and a place) |
| \`classic\` | the words of the original DynASM; warnings that it does not have are left out |

After 20 errors further ones are only counted (\`--max-errors N\`; 0 shows all). With errors nothing is written and the
exit status is 1.

The examples are taken from the tests in \`fixtures/translator\`.
`;

function section(example: Example, description: string | undefined): string {
  const lead = description === undefined ? "" : `${description}\n\n`;
  return `### ${example.code}\n\n${lead}\`\`\`text\n${example.text}\`\`\`\n`;
}

function describeWarning(name: string): string {
  const text = warningDescriptions[name as keyof typeof warningDescriptions].replaceAll("<", "\\<");
  return text;
}

function writeDocument(): string {
  const examples = collectExamples();
  const warnings = Object.keys(warningDescriptions).flatMap((name) => examples.get(name) ?? []);
  const errors = [...examples.values()]
    .filter(({ code }) => !(code in warningDescriptions))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  return [
    introduction,
    `## Warnings

They point at what is accepted, because the original accepts it, and can hardly be meant. The output is the same with
and without them. \`-Wno-NAME\` turns one off and \`-WNAME\` on, \`-Wno-all\` and \`-Wall\` all of them; \`-Werror\` and
\`-Werror=NAME\` make errors of them, \`-Wno-error=NAME\` takes that back.
`,
    ...warnings.map((example) => section(example, describeWarning(example.code))),
    "## Errors\n",
    ...errors.map((example) => section(example, undefined)),
  ].join("\n");
}

test("docs/diagnostics.md lists every code with an example", () => {
  expectGoldens([{ path: join(packageRoot, "docs/diagnostics.md"), text: writeDocument() }]);
});
