import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { openDrawings } from './drawings.ts';
import { openPanel, showFigures } from './panel.ts';
import { PLAYABLES, type Playable } from './playables.ts';
import {
  advance,
  type Playback,
  restart,
  startPlayback,
  tickMedianMs,
  tickOnce,
} from './playback.ts';

/** The page: `?scene=B&paused&rest&contacts&islands&bounds` says what it shows at first. */

const FIRST_SCENE = 'B';
const asked = new URLSearchParams(location.search);
const panel = openPanel(Object.keys(PLAYABLES));

async function main(): Promise<void> {
  const response = await fetch('/core.wasm');
  if (!response.ok) throw new Error('no core was built');
  const core = await Core.create(await compileCore(new Uint8Array(await response.arrayBuffer())));
  const name = asked.get('scene') ?? FIRST_SCENE;
  panel.scene.value = Object.hasOwn(PLAYABLES, name) ? name : FIRST_SCENE;
  panel.mayRest.checked = asked.has('rest');
  panel.contacts.checked = asked.has('contacts');
  panel.islands.checked = asked.has('islands');
  panel.bounds.checked = asked.has('bounds');

  const drawings = openDrawings(document.getElementById('canvas') as HTMLCanvasElement);
  const playback = startPlayback(core, chosen(), panel.mayRest.checked);
  playback.isPaused = asked.has('paused');
  drawings.look(core);
  listen(playback, () => drawings.look(core));

  let beforeMs = performance.now();
  const drawFrame = (nowMs: number): void => {
    try {
      advance(playback, nowMs - beforeMs);
      beforeMs = nowMs;
      drawings.draw(core, {
        contacts: panel.contacts.checked,
        islands: panel.islands.checked,
        bounds: panel.bounds.checked,
      });
      showState(playback);
    } catch (error) {
      // A core that trapped is dead: the page says so and stands still.
      showProblem(error);
      return;
    }
    requestAnimationFrame(drawFrame);
  };
  requestAnimationFrame(drawFrame);
}

function chosen(): Playable {
  return PLAYABLES[panel.scene.value] as Playable;
}

function listen(playback: Playback, look: () => void): void {
  const begin = (): void => {
    playback.mayRest = panel.mayRest.checked;
    restart(playback, chosen());
    look();
  };
  panel.scene.addEventListener('change', begin);
  panel.restart.addEventListener('click', begin);
  panel.mayRest.addEventListener('change', begin);
  panel.play.addEventListener('click', () => {
    playback.isPaused = !playback.isPaused;
    playback.untilTick = 0;
  });
  panel.step.addEventListener('click', () => {
    playback.isPaused = true;
    tickOnce(playback);
  });
  panel.speed.addEventListener('change', () => {
    playback.speed = Number(panel.speed.value);
  });
  panel.until.addEventListener('change', () => {
    const tick = Math.max(0, Math.floor(Number(panel.until.value)));
    if (tick < playback.core.tick) begin();
    playback.untilTick = tick;
  });
}

function showState(playback: Playback): void {
  const { core, playable, isPaused, faults } = playback;
  panel.about.textContent = playable.about;
  panel.play.textContent = isPaused ? 'play' : 'pause';
  const medianMs = tickMedianMs(playback);
  showFigures(panel.figures, {
    tick: String(core.tick),
    'tick median': medianMs === null ? '' : `${medianMs.toFixed(2)} ms`,
    bodies: String(core.bodyCount),
    players: String(core.playerCount),
    contacts: String(core.contactCount),
    islands: String(new Set(core.islands()).size),
    'state hash': hashText(core.stateHash()),
    'step faults': String(faults),
  });
}

function showProblem(error: unknown): void {
  panel.problem.textContent = error instanceof Error ? error.message : String(error);
}

main().catch(showProblem);
