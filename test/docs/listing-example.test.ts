import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { translate } from "../../src/translator/index.js";
import { createListingRecorder } from "../../src/translator/listing/listing-recorder.js";
import { renderListing } from "../../src/translator/listing/render-listing.js";

test("the listing in the documentation is what its source gives", () => {
  const text = readFileSync("docs/listing.md", "utf8");
  const source = /```asm\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const expected = /```console\n\$ dynasm listing add\.dasc\n([\s\S]*?)```/.exec(text)?.[1];
  const recorder = createListingRecorder();
  const result = translate(source, { fileName: "add.dasc", recorder });
  expect(result.ok && renderListing(recorder, result)).toBe(expected);
});
