import type { FacadeCalls } from './caller.ts';
import { FRAME_CALLS } from './frame-calls.ts';
import { INTEREST_CALLS } from './interest-calls.ts';
import { JOINT_CALLS } from './joint-calls.ts';
import { LOOK_CALLS } from './look-calls.ts';
import { PART_CALLS } from './part-calls.ts';
import { QUERY_CALLS } from './query-calls.ts';
import { WIRE_CALLS } from './wire-calls.ts';
import { WORLD_CALLS } from './world-calls.ts';

/**
 * Every public method of the facade by its name; a test compares this list with the classes. To
 * add one: a row in one of the tables, with arguments that mostly make sense and sometimes none
 * at all; a command also in the list of them.
 */
export const FACADE_CALLS: FacadeCalls = {
  ...WORLD_CALLS,
  ...FRAME_CALLS,
  ...JOINT_CALLS,
  ...LOOK_CALLS,
  ...WIRE_CALLS,
  ...PART_CALLS,
  ...QUERY_CALLS,
  ...INTEREST_CALLS,
};

/** Methods that rows of other names call, and what is private in the facade. */
export const COVERED_ELSEWHERE: ReadonlySet<string> = new Set([
  'constructor',
  'frame',
  'readBody',
  'seed',
  'bodyCount',
  'playerCount',
  'contactCount',
  'jointCount',
  'definitionCount',
  'encodeInput',
  'putHistory',
  'takeHistory',
  'encodePing',
  'encodeWelcome',
  'encodeSnapshot',
  'encodeRepair',
  'encodePong',
  'encodeSpare',
  'encodeKeeping',
  'header',
  'readVector',
  'islandsWord',
  'list',
  'takeExcerpt',
  'stage',
  'beginEnters',
  'takeStaged',
  'proofOfListed',
  'openSnapshot',
  'openOwnSnapshot',
  'takePart',
  'takeBase',
  'order',
  'write',
  'message',
  'proofOfPart',
  'moverHashes',
  'provenMovers',
  'movingHash',
  'queries',
  'interest',
  'bubbles',
  'reopen',
  'movingHashOf',
  'openFrame',
  'filterFrame',
  'entityCapacity',
  'bodyWord',
  'playerWord',
  'addCommand',
  'putFloats',
  'encode',
  'encodeWithTail',
  'readHead',
  'addRay',
  'addCast',
  'addOverlap',
  'addClosestPoint',
  'addNearest',
  'add',
  'put',
  'answerWord',
  'single',
  'presentStatics',
  'drop',
  'find',
  'load',
  'isObserver',
  'word',
  'view',
]);
