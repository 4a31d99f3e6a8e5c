import { expect, test } from 'bun:test';
import { createGrabEdge, GRAB_QUIET_MS, noticeGrab } from './grab-edge.ts';

test('one pulse for a grab, none while it lasts', () => {
  const edge = createGrabEdge();
  expect(noticeGrab(edge, 0, 0)).toBe(false);
  expect(noticeGrab(edge, 7, 10)).toBe(true);
  expect(noticeGrab(edge, 7, 20)).toBe(false);
  expect(noticeGrab(edge, 0, 30)).toBe(false);
});

test('a rollback that takes the grab back and makes it again is not felt', () => {
  const edge = createGrabEdge();
  expect(noticeGrab(edge, 7, 100)).toBe(true);
  noticeGrab(edge, 0, 116);
  expect(noticeGrab(edge, 7, 116 + GRAB_QUIET_MS - 1)).toBe(false);
});

test('taking the same thing again later is felt, and another thing at once', () => {
  const edge = createGrabEdge();
  noticeGrab(edge, 7, 100);
  noticeGrab(edge, 0, 200);
  expect(noticeGrab(edge, 7, 200 + GRAB_QUIET_MS)).toBe(true);
  expect(noticeGrab(edge, 8, 210 + GRAB_QUIET_MS)).toBe(true);
});
