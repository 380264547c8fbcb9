import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { engineOptions } from "../../src/cli/start.js";

test("the running engine knows every option that is set on it", () => {
  const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const option of engineOptions(process.versions.v8)) {
    expect(known).toContain(`${option.replace(/=.*/, "")} (`);
  }
});

test("the option is set on the engine of Node 20 only: that of Node 22 has dropped it", () => {
  expect(engineOptions("11.3.244.8-node.38")).toEqual(["--interrupt-budget=300000"]);
  expect(engineOptions("12.4.254.21-node.57")).toEqual([]);
  expect(engineOptions("13.6.233.17-node.53")).toEqual([]);
});
