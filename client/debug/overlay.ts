import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { FrameLoop } from '../view/frame.ts';

const REFRESH_MS = 250;

/** Numbers about the session, toggled with the backquote key. */
export interface DebugOverlay {
  refresh(nowMs: number): void;
}

interface Counters {
  atMs: number;
  rollbacks: number;
  resimulatedTicks: number;
  bytesIn: number;
  bytesOut: number;
}

export function openDebugOverlay(loop: FrameLoop, shown: boolean): DebugOverlay {
  const panel = document.createElement('pre');
  panel.id = 'debug';
  panel.hidden = !shown;
  document.body.append(panel);
  window.addEventListener('keydown', (event) => {
    if (event.code === 'Backquote') panel.hidden = !panel.hidden;
  });
  const last: Counters = { atMs: 0, rollbacks: 0, resimulatedTicks: 0, bytesIn: 0, bytesOut: 0 };
  return {
    refresh(nowMs) {
      if (panel.hidden || nowMs - last.atMs < REFRESH_MS) return;
      panel.textContent = describe(loop, last, nowMs);
      const { rollbacks, resimulatedTicks, bytesIn, bytesOut } = loop.stage.session.status;
      Object.assign(last, { atMs: nowMs, rollbacks, resimulatedTicks, bytesIn, bytesOut });
    },
  };
}

function describe(loop: FrameLoop, last: Counters, nowMs: number): string {
  const { session, quality, renderer } = loop.stage;
  const { status } = session;
  const seconds = Math.max(0.001, (nowMs - last.atMs) / 1000);
  const rate = (now: number, before: number): string => ((now - before) / seconds).toFixed(0);
  const { calls, triangles } = renderer.info.render;
  const hash = hashText(status.provenHash);
  return [
    `${status.connection}  entity ${status.entity}  account ${status.account}`,
    `tick ${status.tick}  frame ${status.frame}  confirmed ${status.confirmedFrame}`,
    `hash ${hash}  desyncs ${status.desyncs}`,
    `rtt ${status.rttMs.toFixed(0)} ms  slack ${status.slackMs.toFixed(0)} ms` +
      `${status.hasSpare ? '  two sockets' : ''}`,
    `rollbacks/s ${rate(status.rollbacks, last.rollbacks)}` +
      `  resimulated ticks/s ${rate(status.resimulatedTicks, last.resimulatedTicks)}`,
    `in ${rate(status.bytesIn, last.bytesIn)} B/s  out ${rate(status.bytesOut, last.bytesOut)} B/s`,
    `fps ${(1000 / Math.max(1, loop.frameMs)).toFixed(0)}  quality ${quality.rung}` +
      `  draws ${calls}  triangles ${(triangles / 1000).toFixed(0)} k`,
    `players ${loop.players.count}  bodies ${loop.bodies.count}`,
  ].join('\n');
}
