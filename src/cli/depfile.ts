/** Escapes a file name for a make rule. */
function escapeName(name: string): string {
  return name.replace(/\$/g, "$$$$").replace(/(\\*)([ #\t])/g, "$1$1\\$2");
}

/** A make rule: the target depends on the sources. Understood by make and ninja. */
export function makeRule(target: string, sources: readonly string[]): string {
  return `${escapeName(target)}: ${sources.map(escapeName).join(" \\\n  ")}\n`;
}
