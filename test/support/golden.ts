import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, inject } from "vitest";

/** A file that a test produces, with the text it ought to have; undefined: the file must not exist. */
export interface Golden {
  readonly path: string;
  /** One character per byte. */
  readonly text: string | undefined;
}

/**
 * Compares texts with the golden files, byte for byte. A missing golden is a failure, and so is one
 * that nothing produces. With `vitest -u` the goldens are written instead.
 */
export function expectGoldens(goldens: readonly Golden[]): void {
  if (inject("updateGoldens")) {
    for (const { path, text } of goldens) {
      if (text === undefined) rmSync(path, { force: true });
      else writeFileSync(path, text, "latin1");
    }
    return;
  }
  for (const { path, text } of goldens) {
    const stored = existsSync(path) ? readFileSync(path, "latin1") : undefined;
    expect(text, `${path} (vitest -u writes it anew)`).toBe(stored);
  }
}
