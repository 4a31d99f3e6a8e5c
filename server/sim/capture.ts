import { type BubbleFrame, BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import { type Core, emptyMovers } from '../../core-wasm/host/core.ts';
import { type Message, MessageKind, type Snapshot } from '../../core-wasm/host/messages.ts';
import { StepFault, WireFault } from '../../core-wasm/host/types.ts';
import { createGhostCheck, GHOST_RADIUS_M, type GhostCheck } from './ghost-check.ts';

/**
 * Lives on nothing but the messages that one client got: no guess, no input of its own. So it
 * finds a message that names somebody whom the client was never given, and one that lacks
 * something.
 */
export interface Capture {
  /** A message to the client; what is wrong with it, or null. */
  read(bytes: Uint8Array): string | null;
  /** Whether somebody that moves is the client's. */
  has(entity: number): boolean;
  readonly frames: number;
  readonly proofs: number;
  readonly left: number;
  readonly ghosts: Pick<GhostCheck, 'count' | 'accounts'>;
}

function restorePacked(core: Core, packed: Uint8Array): boolean {
  const state = core.unpackSnapshot(packed);
  return state !== null && core.restore(state) === WireFault.NONE;
}

const movers = emptyMovers();

function moversOf(core: Core): Set<number> {
  core.readMovers(movers);
  return new Set(movers.ids.subarray(0, movers.count));
}

/** Takes the leaving out and the entering in; what is wrong, or null. */
function change(
  core: Core,
  leaves: Uint32Array,
  enter: Uint8Array,
  present: ReadonlySet<number>,
): string | null {
  if (!leaves.every((id) => present.has(id))) return 'somebody leaves who was not there';
  if (leaves.length > 0 && !core.removePart(leaves)) return 'who leaves is torn off';
  if (enter.length === 0) return null;
  return core.insertShrunk(enter) === WireFault.NONE ? null : 'who enters does not';
}

/** `ghostRadius` in metres, where it is not the server's own. */
export function createCapture(core: Core, ghostRadius = GHOST_RADIUS_M): Capture {
  const reader = new BubbleReader(core);
  let present = new Set<number>();
  let isLive = false;
  let frames = 0;
  let proofs = 0;
  let left = 0;
  let entity = 0;
  const ghosts = createGhostCheck(core, ghostRadius);

  function start({ frame, state }: Snapshot): string | null {
    reader.begin(frame);
    isLive = restorePacked(core, state);
    present = moversOf(core);
    return isLive ? null : 'a snapshot is none';
  }

  function follow({ bytes, leaves, enter, ghosts: told }: BubbleFrame): string | null {
    frames++;
    left += leaves.length;
    const header = core.readFrameHeader(bytes);
    if (header === null || header.frame !== core.frame) return 'a frame is missing';
    if (header.stateHash !== 0n) {
      proofs++;
      if (header.stateHash !== core.proof()) return 'the proof is of another state';
    }
    const wrong = change(core, leaves, enter, present);
    if (wrong !== null) return wrong;
    present = moversOf(core);
    const named = core.frameInputs(bytes).map((input) => input.entity);
    const before = present;
    const { wire, faults } = core.stepFrame(bytes);
    present = moversOf(core);
    if (wire !== WireFault.NONE) return `the frame is refused: ${wire}`;
    if ((faults & StepFault.COMMAND_SKIPPED) !== 0) return 'a command names who is not there';
    const strangers = named.filter((id) => !before.has(id) && !present.has(id));
    if (strangers.length > 0) return `inputs of strangers: ${strangers.join()}`;
    return ghosts.meet(told, entity, present);
  }

  function take(message: Message): string | null {
    if (message.kind === MessageKind.WELCOME) entity = message.entity;
    if (message.kind === MessageKind.SNAPSHOT) return start(message);
    if (message.kind !== MessageKind.FRAME) return null;
    if (!isLive) return 'a frame comes before any state';
    const read = reader.read(message.message);
    return read.ok ? follow(read.frame) : `a frame cannot be read: ${read.fault}`;
  }

  return {
    read(bytes) {
      const decoded = core.decodeMessage(bytes);
      return decoded.ok ? take(decoded.message) : `no message: ${decoded.fault}`;
    },
    has: (id) => present.has(id),
    get frames() {
      return frames;
    },
    get proofs() {
      return proofs;
    },
    get left() {
      return left;
    },
    ghosts,
  };
}
