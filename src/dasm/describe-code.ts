import { findSource } from "../diagnostics/action-source-map.js";
import type { CodeLabel, Relocation, SourcePair } from "./code-image.js";
import { nameExtern, nameGlobal, type SymbolNames } from "./label-names.js";
import { contentOf, headOf, NODE, targetOf } from "./node.js";
import { type AssemblerState, FIRST_GLOBAL } from "./state.js";
import { finalOffset, walkNodes } from "./walk-nodes.js";

/** Entry of the external global that a reference's target stands for. */
function externalEntry(target: number): number {
  return FIRST_GLOBAL - 1 - target;
}

function formatAddress(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** What a reference with a fixed address refers to; undefined for a label in the code. */
function nameFixedTarget(state: AssemblerState, names: SymbolNames, target: number): string | undefined {
  if (target < 0) return nameGlobal(names, externalEntry(target));
  const isGiven = (headOf(state.workspace.nodes, target) & 0xff) === NODE.ADDRESS;
  return isGiven ? formatAddress(contentOf(state.workspace.nodes, target)) : undefined;
}

/** The bytes of a linked unit that depend on its address or on addresses outside, in output order. */
export function listRelocations(
  state: AssemblerState,
  names: SymbolNames,
  labels: readonly CodeLabel[],
): readonly Relocation[] {
  const { nodes } = state.workspace;
  const found: Relocation[] = [];
  walkNodes(state, (node, kind, detail, offset) => {
    const target = targetOf(nodes, node);
    if (kind === NODE.EXTERN)
      found.push({ offset, size: 4, name: `extern ${nameExtern(names, detail >> 8)}` });
    if (kind === NODE.RELATIVE_ADDRESS)
      found.push({ offset, size: 4, name: formatAddress(contentOf(nodes, node)) });
    if (kind === NODE.RELATIVE) {
      const name = nameFixedTarget(state, names, target);
      if (name !== undefined) found.push({ offset, size: 4, name });
    }
    if (kind === NODE.IMMEDIATE) {
      const name = nameFixedTarget(state, names, target) ?? nameOffset(labels, contentOf(nodes, target));
      found.push({ offset, size: state.labelImmSize, name });
    }
  });
  return found;
}

function nameOffset(labels: readonly CodeLabel[], offset: number): string {
  return labels.find((label) => label.offset === offset)?.name ?? `+0x${offset.toString(16)}`;
}

/** The global and pc labels that a linked unit defines, in address order. */
export function listLabels(state: AssemblerState, names: SymbolNames): readonly CodeLabel[] {
  const found: CodeLabel[] = [];
  const add = (node: number, name: string): void => {
    const offset = node > 0 ? finalOffset(state.workspace.nodes, node) : undefined;
    if (offset !== undefined) found.push({ offset, name });
  };
  for (let entry = FIRST_GLOBAL; entry < state.workspace.labelsUsed; entry += 1) {
    add(state.workspace.labels[entry] as number, nameGlobal(names, entry));
  }
  for (let label = 0; label < state.pcLabelCount; label += 1)
    add(state.workspace.pcLabels[label] as number, `=>${label}`);
  return found.sort((a, b) => a.offset - b.offset);
}

/** Where the code of each statement of a linked unit begins; empty without a map. */
export function listSources(state: AssemblerState): readonly SourcePair[] {
  const { map, statementMarks } = state;
  const { nodes } = state.workspace;
  if (map === undefined) return [];
  const found: SourcePair[] = [];
  for (let at = 0; at < statementMarks.length; at += 2) {
    const offset = contentOf(nodes, statementMarks[at] as number);
    found.push({ offset, sources: findSource(map, statementMarks[at + 1] as number) });
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** Numbers (from 0) of the global labels that are referred to but not defined. */
export function listExternalGlobals(state: AssemblerState): readonly number[] {
  const found: number[] = [];
  for (let entry = FIRST_GLOBAL; entry < state.workspace.labelsUsed; entry += 1) {
    if ((state.workspace.labels[entry] as number) < 0) found.push(entry - FIRST_GLOBAL);
  }
  return found;
}
