/** Functions that colour one part of a rendered diagnostic. They must not change the visible text. */
export interface Palette {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly note: (text: string) => string;
  readonly hint: (text: string) => string;
  readonly caret: (text: string) => string;
  readonly bold: (text: string) => string;
}

function unchanged(text: string): string {
  return text;
}

/** No colours: for files, pipes and tests. */
export const plainPalette: Palette = {
  error: unchanged,
  warning: unchanged,
  note: unchanged,
  hint: unchanged,
  caret: unchanged,
  bold: unchanged,
};
