import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  describeDifference,
  isDeliberate,
  type Outcome,
  runOriginal,
  runOurs,
  withoutErrors,
} from "./compare.js";
import type { Program } from "./programs.js";

/** A program that the two translators treat differently, cut down to what matters. */
export interface Difference {
  readonly what: string;
  readonly program: Program;
}

/** How much was compared. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly runs: number;
  /** Runs that the original accepted, so that outputs were compared. */
  readonly accepted: number;
}

const maximumRounds = 5;
const maximumReported = 5;

async function compareAll(
  script: string,
  folder: string,
  programs: readonly Program[],
): Promise<{ readonly originals: readonly Outcome[]; readonly differences: readonly Difference[] }> {
  const originals = await runOriginal(script, folder, programs);
  const differences: Difference[] = [];
  for (const [index, program] of programs.entries()) {
    const original = originals[index];
    if (original === undefined || isDeliberate(original)) continue;
    const what = describeDifference(original, await runOurs(program));
    if (what !== "") differences.push({ what, program });
  }
  return { originals, differences };
}

/** All programs that lack one of the lines, or one of the options. */
function smaller({ files, options, main }: Program): Program[] {
  const programs: Program[] = options.map((_, index) => ({
    files,
    main,
    options: options.toSpliced(index, 1),
  }));
  for (const [name, text] of Object.entries(files)) {
    const lines = text.split("\n");
    for (let index = 0; index < lines.length; index++) {
      programs.push({ files: { ...files, [name]: lines.toSpliced(index, 1).join("\n") }, options, main });
    }
  }
  return programs;
}

/** Removes lines and options as long as the difference stays of the same kind. */
async function reduce(script: string, folder: string, difference: Difference): Promise<Difference> {
  const kind = difference.what.split(",")[0];
  const tooLong = Object.values(difference.program.files).join("\n").split("\n").length > 100;
  if (tooLong) return difference;
  const { differences } = await compareAll(script, folder, smaller(difference.program));
  const next = differences.find(({ what }) => what.split(",")[0] === kind);
  return next === undefined ? difference : reduce(script, folder, next);
}

/**
 * Compares the translators on all programs. Those that the original rejects are compared again without the
 * lines that it names, so that most of them yield output in the end.
 *
 * @param script path of the original's main script
 */
export async function findDifferences(script: string, programs: readonly Program[]): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), "dynasm-reference-"));
  try {
    const found: Difference[] = [];
    let [runs, accepted] = [0, 0];
    let current: readonly Program[] = programs;
    for (let round = 0; round < maximumRounds && current.length > 0; round++) {
      const { originals, differences } = await compareAll(script, folder, current);
      found.push(...differences);
      runs += current.length;
      accepted += originals.filter(({ exitCode }) => exitCode === 0).length;
      current = current.flatMap((program, index) => {
        const original = originals[index];
        const next = original && original.exitCode !== 0 ? withoutErrors(program, original) : undefined;
        return next === undefined ? [] : [next];
      });
    }
    const reported: Difference[] = [];
    for (const difference of found.slice(0, maximumReported)) {
      reported.push(await reduce(script, folder, difference));
    }
    return { differences: reported, runs, accepted };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
