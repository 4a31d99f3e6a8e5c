import { BodyKind, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { joint } from '../joint/joint';
import { findJoint } from '../joint/joint-store';
import {
  FIRST_STATIC,
  FORCED,
  LOADED,
  MARKS,
  PASSAGE_BYTES,
  PASSAGE_CAPACITY,
  PASSAGES,
} from '../layout';
import { ENTITY_CAPACITY, TICKS_PER_FRAME } from '../limits';
import { header } from '../world/header';
import { Command, readCommand } from './command';
import { readEntry } from './entry';
import { loadCount, loadedBytes } from './frame';
import { beginRead, readAddress, readU16, readU32, readU64, WireFault } from './reader';

/**
 * Whom each command and input of a frame concerns. It is read before the first tick, while what a
 * command names is still there; in which groups those are is known after the last one.
 *
 * Statics are everybody's, so commands about them are too. Who becomes static, or ceases to be,
 * is forced: in that frame everybody must have his whole group.
 */

/** One command or input of the frame. */
@unmanaged
@final
class Passage {
  /** In the frame. */
  offset: u32;
  length: u16;
  /** Entity indices; 0 is nobody. */
  a: u16;
  b: u16;
  isForAll: u16;
}

assert(offsetof<Passage>() == PASSAGE_BYTES);

let commandCount: i32 = 0;
let passageCount: i32 = 0;
let forcedCount: i32 = 0;
let openedLoad: u32 = 0;
let openedTick: u32 = 0;

/** Whether what was read is of the frame that was just stepped to its end. */
export function isFrameOpen(): bool {
  return openedLoad == loadCount() && header().tick == openedTick + TICKS_PER_FRAME;
}

function passage(i: i32): Passage {
  return changetype<Passage>(PASSAGES + <usize>i * PASSAGE_BYTES);
}

// MARKS while the frame is read: what became of an entity in it so far.
const MADE_MOVER: u8 = 1;
const MADE_STATIC: u8 = 2;
const IS_FORCED: u8 = 4;

function mark(index: i32): u8 {
  return load<u8>(MARKS + <usize>index);
}

function setMark(index: i32, value: u8): void {
  store<u8>(MARKS + <usize>index, value);
}

/** Whether an entity stands in the statics when the command at hand is applied. */
function isStatic(id: u32): bool {
  if (entityIndex(id) >= ENTITY_CAPACITY) return false;
  const made = mark(entityIndex(id));
  if (made != 0) return (made & MADE_STATIC) != 0;
  return slotOf(id) >= FIRST_STATIC;
}

function note(id: u32, made: u8): void {
  const index = entityIndex(id);
  if (index < ENTITY_CAPACITY) setMark(index, (mark(index) & IS_FORCED) | made);
}

function force(id: u32): void {
  const index = entityIndex(id);
  if (index >= ENTITY_CAPACITY || (mark(index) & IS_FORCED) != 0) return;
  setMark(index, mark(index) | IS_FORCED);
  store<u16>(FORCED + ((<usize>forcedCount) << 1), <u16>index);
  forcedCount++;
}

/** Reads the loaded frame, at its first tick. */
export function openFrame(): void {
  assert(loadedBytes() > 0 && header().tick % TICKS_PER_FRAME == 0);
  memory.fill(MARKS, 0, ENTITY_CAPACITY);
  passageCount = 0;
  forcedCount = 0;
  openedLoad = loadCount();
  openedTick = header().tick;
  beginRead(LOADED, loadedBytes());
  readU32();
  readU64();
  commandCount = <i32>readU16();
  const inputs = <i32>readU16();
  assert(commandCount + inputs <= PASSAGE_CAPACITY);
  for (let i = 0; i < commandCount; i++) {
    const start = readAddress();
    assert(readCommand(false) == WireFault.NONE);
    judge(open(start), start);
  }
  for (let i = 0; i < inputs; i++) {
    const start = readAddress();
    const id = readU32();
    assert(readEntry() == WireFault.NONE);
    open(start).a = <u16>entityIndex(id);
  }
}

function open(start: usize): Passage {
  const p = passage(passageCount++);
  p.offset = <u32>(start - LOADED);
  p.length = <u16>(readAddress() - start);
  p.a = 0;
  p.b = 0;
  p.isForAll = 0;
  return p;
}

/** Whom the command at `start` concerns. */
function judge(p: Passage, start: usize): void {
  const kind = <i32>load<u8>(start);
  const id = load<u32>(start, 1);
  if (kind == Command.ADD_JOINT) {
    judgeEnds(p, load<u32>(start, 7), load<u32>(start, 11));
  } else if (kind == Command.REMOVE_JOINT) {
    judgeRemoved(p, id);
  } else if (kind == Command.SPAWN_BODY) {
    judgeSpawned(p, id, load<u8>(start, 5));
  } else if (kind == Command.SET_KIND) {
    judgeChanged(p, id, load<u8>(start, 5));
  } else if (kind == Command.DESPAWN && isStatic(id)) {
    p.isForAll = 1;
  } else if (
    kind == Command.SPAWN_PLAYER ||
    kind == Command.DESPAWN ||
    kind == Command.IMPULSE ||
    kind == Command.CHARGE
  ) {
    p.a = <u16>entityIndex(id);
  } else {
    p.isForAll = 1;
  }
}

function judgeSpawned(p: Passage, id: u32, kind: i32): void {
  const intoStatics = kind == BodyKind.STATIC;
  note(id, intoStatics ? MADE_STATIC : MADE_MOVER);
  if (intoStatics) p.isForAll = 1;
  else p.a = <u16>entityIndex(id);
}

function judgeChanged(p: Passage, id: u32, kind: i32): void {
  const intoStatics = kind == BodyKind.STATIC;
  p.a = <u16>entityIndex(id);
  if (!intoStatics && !isStatic(id)) return;
  p.isForAll = 1;
  force(id);
  note(id, intoStatics ? MADE_STATIC : MADE_MOVER);
}

function judgeEnds(p: Passage, a: u32, b: u32): void {
  if (isStatic(a) && (b == 0 || isStatic(b))) p.isForAll = 1;
  p.a = <u16>entityIndex(a);
  p.b = <u16>entityIndex(b);
}

/** A joint of the state, or one that an earlier command of this frame adds. */
function judgeRemoved(p: Passage, id: u32): void {
  const at = findJoint(id);
  if (at >= 0) {
    judgeEnds(p, joint(at).bodyA, joint(at).bodyB);
    return;
  }
  for (let i = passageCount - 2; i >= 0; i--) {
    const start = LOADED + <usize>passage(i).offset;
    if (<i32>load<u8>(start) != Command.ADD_JOINT || load<u32>(start, 1) != id) continue;
    judgeEnds(p, load<u32>(start, 7), load<u32>(start, 11));
    return;
  }
}

/** How many commands the frame that was opened has. */
export function commandsOfFrame(): i32 {
  return commandCount;
}

/** How many players' entries it has. */
export function inputsOfFrame(): i32 {
  return passageCount - commandCount;
}

/** Where the bytes of command `i` stand. */
export function commandAddress(i: i32): usize {
  return LOADED + <usize>passage(i).offset;
}

export function commandLength(i: i32): i32 {
  return passage(i).length;
}

export function isCommandForAll(i: i32): bool {
  return passage(i).isForAll != 0;
}

/** Entity indices whose groups command `i` concerns; 0 is nobody. */
export function commandSubject(i: i32): i32 {
  return passage(i).a;
}

export function commandOther(i: i32): i32 {
  return passage(i).b;
}

/** Where input `i` stands: the entity's id, behind it the entry. */
export function inputAddress(i: i32): usize {
  return LOADED + <usize>passage(commandCount + i).offset;
}

/** Bytes of that entry. */
export function inputEntryLength(i: i32): i32 {
  return <i32>passage(commandCount + i).length - 4;
}

/** Everybody must have the groups of these entity indices, in FORCED; how many they are. */
export function listForced(): i32 {
  return forcedCount;
}
