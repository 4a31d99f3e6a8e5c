import type { Memory } from './memory.ts';
import type { CompoundChild } from './types.ts';

/** Definitions of hulls and compounds as `assembly/wire/define.ts` takes them from FIELDS. */

const HULL_VERTICES_MAX = 32;
const COMPOUND_CHILDREN_MAX = 8;
const CHILD_WORDS = 12;

export type Point = readonly [x: number, y: number, z: number];

export function putHull({ u32, f32, field }: Memory, id: number, vertices: readonly Point[]): void {
  u32[field] = id;
  u32[field + 1] = vertices.length;
  vertices.slice(0, HULL_VERTICES_MAX).forEach((vertex, i) => {
    f32.set(vertex, field + 2 + i * 3);
  });
}

export function putCompound(memory: Memory, id: number, children: readonly CompoundChild[]): void {
  const { u32, f32, field } = memory;
  u32[field] = id;
  u32[field + 1] = children.length;
  children.slice(0, COMPOUND_CHILDREN_MAX).forEach((child, i) => {
    const at = field + 2 + i * CHILD_WORDS;
    u32[at] = child.shape & 0xff;
    u32[at + 1] = child.definition ?? 0;
    f32.set(child.size ?? [0, 0, 0], at + 2);
    f32.set(child.offset, at + 5);
    f32.set(child.rotation, at + 8);
  });
}
