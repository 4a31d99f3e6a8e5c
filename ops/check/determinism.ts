import { type Finding, findAll, isTest, type SourceFile } from './source.ts';

/** Folders whose code must do the same thing on every run (ARCHITECTURE.md, the one idea). */
const PURE = [
  'core-wasm/assembly/',
  'core-wasm/host/',
  'server/room/',
  'server/game/',
  'client/predict/',
];
/** Where the ports of clock and entropy are implemented for real. */
const REAL_PORTS: ReadonlySet<string> = new Set(['server/clock.ts', 'server/entropy.ts']);

const CLOCK_AND_CHANCE = anyOf(
  'Date\\.now|new Date|performance\\.(?:now|timeOrigin)|process\\.hrtime|Bun\\.nanoseconds',
  'Math\\.random|crypto\\.(?:getRandomValues|randomUUID|randomBytes)',
  'set(?:Timeout|Interval|Immediate)|Bun\\.sleep|requestAnimationFrame',
);

/** What remains forbidden in server/ outside the pure folders: timers belong to sockets too. */
const CLOCK_ONLY = anyOf('Date\\.now|new Date|Math\\.random|performance\\.now|process\\.hrtime');

/** Engines differ in the last bit of these; + − × ÷ and the square root are exact everywhere. */
const INEXACT_MATH =
  /\bMath\.(?!(?:abs|ceil|floor|imul|max|min|round|sign|sqrt|trunc|clz32|PI|random)\b)\w+|\*\*/g;

/** No clock, no chance, no inexact mathematics where the world is computed. */
export function determinism(file: SourceFile): Finding[] {
  if (!file.path.endsWith('.ts') || isTest(file.path)) return [];
  const findings: Finding[] = [];
  if (PURE.some((folder) => file.path.startsWith(folder))) {
    findings.push(
      ...findAll(
        file,
        CLOCK_AND_CHANCE,
        'clock-and-chance',
        ([what]) => `${what} in a pure folder: take the time and the chance as arguments`,
      ),
    );
  } else if (file.path.startsWith('server/') && !REAL_PORTS.has(file.path)) {
    findings.push(
      ...findAll(
        file,
        CLOCK_ONLY,
        'clock-and-chance',
        ([what]) => `${what}: use the Clock and Entropy ports, so that the simulator can fake them`,
      ),
    );
  }
  if (file.path.startsWith('server/game/')) {
    findings.push(
      ...findAll(
        file,
        INEXACT_MATH,
        'inexact-math',
        ([what]) => `${what} may differ between engines: use + - * / and Math.sqrt`,
      ),
    );
  }
  return findings;
}

const LINK_EVENTS = 'onOpen|onMessage|onDrain|onClose';
const SOCKET_EVENTS = 'message|drain|open|ping|pong';
const asyncFunctionNamed = (names: string) =>
  new RegExp(`\\basync\\s+(${names})\\s*\\(|\\b(${names})\\s*[:=]\\s*async\\b`, 'g');

/** A socket's events must not await: the bytes are only valid until the callback returns. */
export function syncEvents(file: SourceFile): Finding[] {
  if (!file.path.endsWith('.ts') || isTest(file.path)) return [];
  const message = ([, first, second]: RegExpExecArray) =>
    `${first ?? second} is async: copy the bytes and return; the tick does the rest`;
  return [
    ...findAll(file, asyncFunctionNamed(LINK_EVENTS), 'sync-events', message),
    ...(file.path.startsWith('server/net/')
      ? findAll(file, asyncFunctionNamed(SOCKET_EVENTS), 'sync-events', message)
      : []),
  ];
}

function anyOf(...alternatives: string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join('|')})\\b`, 'g');
}
