import type { Core } from '../../core-wasm/host/core.ts';
import {
  type Field,
  fieldBytes,
  readField,
  STATE_FIELDS,
} from '../../core-wasm/host/state-fields.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Arrays of the live state in which bits are flipped. */
const KINDS = ['movers', 'players', 'contacts'] as const;
type Kind = (typeof KINDS)[number];

const RECORD_BYTES: Readonly<Record<Kind, number>> = { movers: 144, players: 256, contacts: 64 };

/** The parts of a core that only its own folder sees otherwise: a fault keeps to no interface. */
interface Inside {
  readonly bytes: Uint8Array;
  readonly addresses: Readonly<Record<Kind, number>>;
  readonly header: number;
}

function lookInside(core: Core): Inside {
  const memory = Reflect.get(core, 'memory') as { readonly bytes: Uint8Array };
  const abi = Reflect.get(core, 'abi') as Readonly<Record<string, WebAssembly.Global>>;
  const address = (name: string): number => abi[name]?.value as number;
  return {
    bytes: memory.bytes,
    addresses: {
      movers: address('bodiesAddress'),
      players: address('playersAddress'),
      contacts: address('contactsAddress'),
    },
    header: address('stateAddress'),
  };
}

const COUNT_WORD: Readonly<Record<Kind, number>> = { movers: 2, players: 3, contacts: 4 };

function countOf({ bytes, header }: Inside, kind: Kind): number {
  return new DataView(bytes.buffer).getUint32(header + COUNT_WORD[kind] * 4, true);
}

/** One bit of one field, as it was flipped last. */
export interface BitFault {
  readonly tick: number;
  readonly section: Kind;
  /** The body, the player, or the A of the contact, before the flip. */
  readonly entity: number;
  readonly field: string;
  readonly bit: number;
  readonly expected: number | bigint;
  readonly got: number | bigint;
}

export interface ArmedFault {
  /** Null until the tick was computed. */
  readonly flipped: BitFault | null;
  disarm(): void;
}

/**
 * Memory that goes bad at `tick`: whenever the core computes it, as a guess or for good, the same
 * bit of the same record is flipped in the live state just before. So it is in whatever is
 * confirmed of that tick; a bit that flips once, in a guess that is taken back, heals by itself.
 */
export function armFault(core: Core, random: SeededRandom, tick: number): ArmedFault {
  const movingHash = core.movingHash.bind(core);
  const kind = KINDS[Math.floor(random() * KINDS.length)] as Kind;
  const fields = STATE_FIELDS[kind].filter(({ name }) => !name.includes('eserved'));
  const field = fields[Math.floor(random() * fields.length)] as Field;
  const bit = Math.floor(random() * fieldBytes(field) * 8);
  const share = random();
  let name = '';
  let flipped: BitFault | null = null;
  core.movingHash = () => {
    if (core.tick === tick) flip();
    return movingHash();
  };
  function flip(): void {
    const inside = lookInside(core);
    const { bytes, addresses } = inside;
    const size = RECORD_BYTES[kind];
    const places = Array.from(
      { length: countOf(inside, kind) },
      (_, i) => addresses[kind] + i * size,
    );
    const at =
      name === ''
        ? places[Math.floor(share * places.length)]
        : places.find((place) => nameAt(bytes, kind, place) === name);
    if (at === undefined) return;
    name = nameAt(bytes, kind, at);
    const expected = readField(bytes, at, field);
    const entity = entityAt(bytes, kind, at);
    const byte = at + field.at + (bit >> 3);
    bytes[byte] = (bytes[byte] as number) ^ (1 << (bit & 7));
    const got = readField(bytes, at, field);
    flipped = { tick, section: kind, entity, field: field.name, bit, expected, got };
  }
  return {
    get flipped() {
      return flipped;
    },
    disarm() {
      core.movingHash = movingHash;
    },
  };
}

const NAME_BYTES: Readonly<Record<Kind, readonly [number, number]>> = {
  movers: [96, 100],
  players: [48, 52],
  contacts: [0, 12],
};

function nameAt(bytes: Uint8Array, kind: Kind, at: number): string {
  const [from, to] = NAME_BYTES[kind];
  return bytes.subarray(at + from, at + to).join();
}

function entityAt(bytes: Uint8Array, kind: Kind, at: number): number {
  return new DataView(bytes.buffer).getUint32(at + NAME_BYTES[kind][0], true);
}
