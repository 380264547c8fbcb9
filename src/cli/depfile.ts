/** Escapes a file name for a make rule. The colon of a Windows drive is left alone, as compilers do. */
function escapeName(name: string): string {
  const drive = /^[A-Za-z]:(?=[\\/])/.exec(name)?.[0] ?? "";
  const rest = name.slice(drive.length);
  return drive + rest.replace(/\$/g, "$$$$").replace(/(\\*)([ #\t:])/g, "$1$1\\$2");
}

/** A make rule: the target depends on the sources. Understood by make and ninja. */
export function makeRule(target: string, sources: readonly string[]): string {
  return `${escapeName(target)}: ${sources.map(escapeName).join(" \\\n  ")}\n`;
}
