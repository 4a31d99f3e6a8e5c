import { type BubbleFrame, BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import { type Core, emptyMovers } from '../../core-wasm/host/core.ts';
import { type Message, MessageKind, type Snapshot } from '../../core-wasm/host/messages.ts';
import { StepFault, WireFault } from '../../core-wasm/host/types.ts';

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
}

function restorePacked(core: Core, packed: Uint8Array): boolean {
  const state = core.unpackSnapshot(packed);
  return state !== null && core.restore(state) === WireFault.NONE;
}

export function createCapture(core: Core): Capture {
  const movers = emptyMovers();
  const reader = new BubbleReader(core);
  let present = new Set<number>();
  let isLive = false;
  let frames = 0;
  let proofs = 0;
  let left = 0;

  function look(): void {
    core.readMovers(movers);
    present = new Set(movers.ids.subarray(0, movers.count));
  }

  function start({ frame, state }: Snapshot): string | null {
    reader.begin(frame);
    isLive = restorePacked(core, state);
    look();
    return isLive ? null : 'a snapshot is none';
  }

  function follow({ bytes, leaves, enter }: BubbleFrame): string | null {
    frames++;
    left += leaves.length;
    const header = core.readFrameHeader(bytes);
    if (header === null || header.frame !== core.frame) return 'a frame is missing';
    if (header.stateHash !== 0n) {
      proofs++;
      if (header.stateHash !== core.proof()) return 'the proof is of another state';
    }
    if (!leaves.every((id) => present.has(id))) return 'somebody leaves who was not there';
    if (leaves.length > 0 && !core.removePart(leaves)) return 'who leaves is torn off';
    if (enter.length > 0 && core.insertShrunk(enter) !== WireFault.NONE)
      return 'who enters does not';
    look();
    const named = core.frameInputs(bytes).map(({ entity }) => entity);
    const before = present;
    const { wire, faults } = core.stepFrame(bytes);
    look();
    if (wire !== WireFault.NONE) return `the frame is refused: ${wire}`;
    if ((faults & StepFault.COMMAND_SKIPPED) !== 0) return 'a command names who is not there';
    const strangers = named.filter((id) => !before.has(id) && !present.has(id));
    return strangers.length === 0 ? null : `inputs of strangers: ${strangers.join()}`;
  }

  function take(message: Message): string | null {
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
    has: (entity) => present.has(entity),
    get frames() {
      return frames;
    },
    get proofs() {
      return proofs;
    },
    get left() {
      return left;
    },
  };
}
