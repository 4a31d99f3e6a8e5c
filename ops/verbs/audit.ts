import type { FrameCommand } from '../../core-wasm/host/frame-commands.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Life, LifeEvent } from '../../server/persist/audit.ts';
import { type History, openHistory, tickOf } from '../setup/history.ts';
import { STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'print the whole life of an item, a body or a player';

export const usage = `bun run ops audit ENTITY [--from TICK|TIME] [--to TICK|TIME] [options]

  ENTITY              entity id, decimal or 0x…; it names one life, for ids have generations
  --from, --to        look at this much of the journal (default: all that is kept)
${STORE_USAGE}
  --json              end with one JSON line

Reads every command about it out of the journal, then plays its life again and tells who took it,
who let go, where it came to rest and what it is now. Only reads, also beside a live server.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    from: 'string',
    to: 'string',
    json: 'boolean',
  });
  const [text = '', ...more] = rest;
  expectNone(more);
  if (!/^(\d{1,10}|0x[\da-f]{1,8})$/i.test(text)) throw new UsageError('Whose life? An entity id.');
  const entity = Number(text);
  const history = await openHistory(flags);
  try {
    const { auditEntity } = await import('../../server/persist/audit.ts');
    const frameOf = async (at: string | undefined) =>
      at === undefined ? undefined : Math.floor((await tickOf(at, history)) / TICKS_PER_FRAME);
    const fromFrame = await frameOf(flags.from);
    const untilFrame = await frameOf(flags.to);
    const life = await auditEntity({ ...history.options, entity, fromFrame, untilFrame });
    await print(history, entity, life);
    if (flags.json) console.log(JSON.stringify({ entity, ...life }));
    return life.events.length === 0 || life.damaged !== null ? 1 : 0;
  } finally {
    await history.close();
  }
}

async function print(history: History, entity: number, life: Life): Promise<void> {
  const { timeOf } = await import('../../server/persist/moment.ts');
  const names = await namesOf(history, life);
  if (life.events.length === 0) console.error(`No entity ${entity} in what is kept.`);
  for (const event of life.events) {
    const ms = timeOf(history.marks, Math.floor(event.tick / TICKS_PER_FRAME));
    const when = ms === null ? '' : `${new Date(ms).toISOString()}  `;
    console.log(`${when}tick ${String(event.tick).padStart(8)}  ${sentence(event, names)}`);
  }
  if (life.damaged !== null) {
    const { frame, lastFrame, why } = life.damaged;
    console.error(`the journal is damaged at frames ${frame} to ${lastFrame}: ${why}`);
  }
  if (life.present === null) return;
  const { at, asleep, heldBy } = life.present;
  const held = heldBy.map((account) => names.get(account)).join(' and ');
  const how = held === '' ? (asleep ? 'asleep' : 'awake') : `in the hands of ${held}`;
  console.log(`at tick ${life.toTick} it is at ${place(at)}, ${how}`);
}

/** What people call the accounts that the life mentions. */
async function namesOf({ store }: History, life: Life): Promise<ReadonlyMap<number, string>> {
  const accounts = new Set(life.present?.heldBy);
  for (const event of life.events) {
    if ('account' in event) accounts.add(event.account);
    if (event.what === 'command' && event.command.name === 'spawn-player') {
      accounts.add(event.command.account);
    }
  }
  const names = new Map<number, string>();
  for (const account of accounts) {
    const found = await store.account(account);
    const name = found === null ? '' : ` (${found.name})`;
    names.set(account, `account ${account}${name}`);
  }
  return names;
}

function sentence(event: LifeEvent, names: ReadonlyMap<number, string>): string {
  switch (event.what) {
    case 'command':
      return told(event.command, names);
    case 'found':
      return `was there already, at ${place(event.at)}`;
    case 'grabbed':
      return `grabbed by ${names.get(event.account)}, ${event.hand} hand, at ${place(event.at)}`;
    case 'released':
      return `released by ${names.get(event.account)}, ${event.hand} hand, at ${place(event.at)}`;
    case 'moved':
      return `moved ${event.metres.toFixed(2)} m, from ${place(event.from)} to ${place(event.to)}`;
    case 'gone':
      return 'is gone';
  }
}

function told(command: FrameCommand, names: ReadonlyMap<number, string>): string {
  switch (command.name) {
    case 'spawn-body':
      return `spawned by the server at ${place(command.position)}`;
    case 'spawn-player':
      return `spawned as ${names.get(command.account)} at ${place(command.foot)}`;
    case 'impulse':
      return `was given an impulse of ${place(command.impulse)} N·s`;
    case 'set-kind':
      return `was made of kind ${command.kind}`;
    case 'charge':
      return `was given ${command.energy} J`;
    case 'add-joint':
      return `was joined: joint ${command.joint} of ${command.bodyA} and ${command.bodyB}`;
    case 'remove-joint':
      return `lost joint ${command.joint}`;
    case 'despawn':
      return 'despawned by the server';
    case 'other':
      return `command ${command.kind}`;
  }
}

function place(vector: readonly number[]): string {
  return `(${vector.map((each) => each.toFixed(2)).join(', ')})`;
}
