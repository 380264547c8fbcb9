import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const source = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  // Examples in docs/ import the package by name, as its users do.
  resolve: {
    alias: [
      { find: /^dynasm$/, replacement: source("src/index.ts") },
      { find: /^dynasm\/dasm$/, replacement: source("src/dasm/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/update-goldens.ts"],
    setupFiles: ["test/support/property-seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    // The default leaves a core free, which on two cores is half of the machine.
    maxWorkers: availableParallelism(),
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 95 },
    },
  },
});
