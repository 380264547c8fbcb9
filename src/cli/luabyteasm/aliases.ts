/** Short names of commands, and which command each stands for. */
export const ALIASES: Readonly<Record<string, string>> = {
  asm: "assemble",
  dis: "disassemble",
  verify: "check",
};

/** The short names of a command. */
export function aliasesOf(command: string): readonly string[] {
  return Object.keys(ALIASES).filter((alias) => ALIASES[alias] === command);
}
