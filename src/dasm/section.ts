/**
 * The table of sections has four int32 fields for each: its estimated size, the sum of the estimated
 * sizes of the sections before it (set by link), and its first and last segment (see node.ts), 0 when
 * it has none yet.
 */
export const SECTION_FIELDS = 4;

export const sizeOf = (sections: Int32Array, section: number): number =>
  sections[section * SECTION_FIELDS] as number;
export const startOf = (sections: Int32Array, section: number): number =>
  sections[section * SECTION_FIELDS + 1] as number;
export const firstSegmentOf = (sections: Int32Array, section: number): number =>
  sections[section * SECTION_FIELDS + 2] as number;
export const lastSegmentOf = (sections: Int32Array, section: number): number =>
  sections[section * SECTION_FIELDS + 3] as number;

export function setSize(sections: Int32Array, section: number, size: number): void {
  sections[section * SECTION_FIELDS] = size;
}

export function setStart(sections: Int32Array, section: number, start: number): void {
  sections[section * SECTION_FIELDS + 1] = start;
}

/** Appends a segment to a section. Returns the segment before it, 0 if there is none. */
export function appendSegment(sections: Int32Array, section: number, segment: number): number {
  const last = lastSegmentOf(sections, section);
  sections[section * SECTION_FIELDS + 3] = segment;
  if (last === 0) sections[section * SECTION_FIELDS + 2] = segment;
  return last;
}
