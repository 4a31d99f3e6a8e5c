import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import {
  decodeIncident,
  encodeEvidence,
  encodeIncident,
  type Incident,
} from '../../core-wasm/host/incident-file.ts';
import { sectionsOf } from '../../core-wasm/host/state-sections.ts';
import { loadCoreModule } from '../artifacts.ts';
import { MADE_FRAMES, makeIncident, tickOf } from '../sim/made-incident.ts';
import { explainIncident } from './explain.ts';
import { describeIncident, isNamed, jsonOf, wordsOf } from './words.ts';

let module: CoreModule;
let core: Core;
beforeAll(async () => {
  module = await loadCoreModule();
  core = await Core.create(module);
});

/** Changes bytes of the live state, which must stay sound. */
function change(of: Core, section: string, record: number, at: number, bits: number): void {
  const state = of.snapshot();
  const found = sectionsOf(state)?.find(({ name }) => name === section);
  if (found === undefined) throw new Error(`no ${section}`);
  const byte = found.at + record * found.recordBytes + at;
  state[byte] = (state[byte] as number) ^ bits;
  // A restore drops the frame that is played: only the bytes are wanted.
  const { bytes } = Reflect.get(of, 'memory') as { readonly bytes: Uint8Array };
  const abi = Reflect.get(of, 'abi') as Readonly<Record<string, WebAssembly.Global>>;
  const address = section === 'movers' ? abi.bodiesAddress : abi.playersAddress;
  bytes[(address?.value as number) + record * found.recordBytes + at] = state[byte] as number;
}

describe('an incident', () => {
  test('of a client that computed right is found clean, and the server too', async () => {
    const incident = await makeIncident(module);
    const found = explainIncident(core, incident);
    expect(found).toEqual({
      kind: 'clean',
      tick: tickOf(incident, 3 * MADE_FRAMES),
      isProven: true,
    });
    expect(isNamed(found)).toBe(false);
    expect(wordsOf(found)).toContain('fault is the server');
  });

  test('of one flipped bit names tick, entity, field and bit', async () => {
    const incident = await makeIncident(module, {
      // Bit 2 of the second byte.
      spoil: (at, tick) => tick === 13 && change(at, 'movers', 3, 33, 4),
    });
    const found = explainIncident(core, incident);
    expect(found).toMatchObject({
      kind: 'client',
      tick: tickOf(incident, 13),
      isExact: true,
      first: { section: 'movers', field: 'linearVelocity.x', bit: 10 },
    });
    expect(wordsOf(found)).toContain('linearVelocity.x');
    expect(wordsOf(found)).toContain('bit 10 was flipped');
    const line = JSON.parse(jsonOf(incident, found));
    expect(line.explanation.first.field).toBe('linearVelocity.x');
    expect(describeIncident(incident)).toContain(module.hash);
  });

  test('of many wrong bits names the tick, and what differs at the next known state', async () => {
    const incident = await makeIncident(module, {
      spoil: (at, tick) => tick === 13 && change(at, 'movers', 3, 1, 7),
    });
    expect(explainIncident(core, incident)).toMatchObject({
      kind: 'client',
      tick: tickOf(incident, 13),
      seenAtTick: tickOf(incident, 15),
      isExact: false,
      first: { section: 'movers' },
    });
  });

  test('of wrong bits that are right again when it is known names the tick', async () => {
    const incident = await makeIncident(module, {
      spoil: (at, tick) => tick === 13 && change(at, 'movers', 3, 33, 7),
    });
    const found = explainIncident(core, incident);
    expect(found).toMatchObject({ kind: 'client', tick: tickOf(incident, 13), isExact: false });
    expect(wordsOf(found)).toContain('right again');
  });

  test('of a fault between two noted ticks is found at the later one', async () => {
    const incident = await makeIncident(module, {
      spoilLate: (at, tick) => tick === 7 && change(at, 'movers', 4, 1, 4),
    });
    const found = explainIncident(core, incident);
    expect(found).toMatchObject({ kind: 'client', tick: tickOf(incident, 8) });
  });

  test('whose client was given what the server did not seal names whose input it is', async () => {
    const incident = await makeIncident(module, {
      send: (bytes, frame) => (frame === 4 ? withOtherInput(bytes) : bytes),
    });
    const { entity } = incident.head;
    expect(explainIncident(core, incident)).toEqual({
      kind: 'stream',
      tick: tickOf(incident, 12),
      entity,
    });
  });

  test('whose server went another way is told apart', async () => {
    const incident = await makeIncident(module, {
      spoilServer: (at, frame) => frame === 5 && change(at, 'movers', 3, 1, 4),
    });
    const found = explainIncident(core, incident);
    expect(found).toMatchObject({ kind: 'server', first: { section: 'movers' } });
    expect(wordsOf(found)).toContain('the server has it otherwise');
  });

  test('with a frame that the core refuses says so', async () => {
    const incident = await makeIncident(module);
    const frames = incident.frames.map((one, i) =>
      i === 3 ? { ...one, bytes: one.bytes.subarray(1) } : one,
    );
    const found = explainIncident(core, { ...incident, frames });
    expect(found).toMatchObject({ kind: 'refused', tick: tickOf(incident, 9) });
    const torn = { ...incident, frames: [{ ...incident.frames[0], state: new Uint8Array(9) }] };
    expect(explainIncident(core, torn as Incident).kind).toBe('refused');
  });
});

/** The first player's first intent, turned. */
function withOtherInput(bytes: Uint8Array): Uint8Array {
  const [input] = core.frameInputs(bytes);
  if (input === undefined) throw new Error('a frame without inputs');
  const altered = bytes.slice();
  const at = input.entry.byteOffset - bytes.byteOffset;
  const read = core.decodeEntry(input.entry);
  const intents = read?.intents.map((intent) => ({ ...intent, moveZ: 99 }));
  altered.set(core.encodeEntry({ intents, pose: null } as never), at);
  return altered;
}

describe('an incident file', () => {
  test('brings back what went in, in less than all its states', async () => {
    const incident = await makeIncident(module);
    const file = fileOf(incident);
    expect(decodeIncident(file)).toEqual({ kind: 'incident', incident });
    const states = incident.frames.reduce((sum, { state }) => sum + state.length, 0);
    expect(file.length).toBeLessThan(states * 1.5);
  });

  test('that is cut off or altered is refused or read, and never throws', async () => {
    const file = fileOf(await makeIncident(module));
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        const { kind } = decodeIncident(file.subarray(0, length));
        return kind === 'unreadable' || length > file.length / 2;
      }),
      { numRuns: 200, seed: 3 },
    );
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(7), (at, bit) => {
        const altered = file.slice();
        altered[at] = (altered[at] as number) ^ (1 << bit);
        const decoded = decodeIncident(altered);
        if (decoded.kind === 'incident') explainIncident(core, decoded.incident);
      }),
      { numRuns: 60, seed: 4 },
    );
    expect(decodeIncident(new Uint8Array(0)).kind).toBe('unreadable');
  });
});

function fileOf({ head, frames, server }: Incident): Uint8Array {
  const evidence = server === null ? new Uint8Array(0) : encodeEvidence(server);
  return new Uint8Array(Buffer.concat([encodeIncident(head, frames), evidence]));
}
