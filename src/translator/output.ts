/**
 * One entry of the output: finished lines with their line ends, or a block whose text is only
 * known when everything has been read. The emitters turn blocks into text.
 */
export type OutputItem = string | DeferredBlock;

export type DeferredBlock =
  | { readonly kind: "header" }
  | { readonly kind: "action-list"; readonly name: string }
  | { readonly kind: "globals"; readonly prefix: string }
  | { readonly kind: "global-names"; readonly name: string }
  | { readonly kind: "extern-names"; readonly name: string }
  | { readonly kind: "capture"; readonly name: string };
