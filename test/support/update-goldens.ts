import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether `vitest -u` asked to write golden files anew. */
    readonly updateGoldens: boolean;
  }
}

/** Tells the tests whether they are to write their golden files or to compare with them. */
export default function setup(project: TestProject): void {
  project.provide("updateGoldens", project.config.snapshotOptions.updateSnapshot === "all");
}
