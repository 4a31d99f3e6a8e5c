import { Core, type CoreModule, compileCore } from '../core-wasm/host/core.ts';
import { openRecording } from '../core-wasm/host/recording/reader.ts';
import { refusalText } from '../core-wasm/host/recording/recording.ts';
import { exposeReplayHook } from './debug/replay-hook.ts';
import { guestTicket } from './guest.ts';
import { createIncidentUpload } from './net/incident-upload.ts';
import { openSession } from './net/session.ts';
import { type OpenSession, play } from './play.ts';
import { FlightRecorder } from './predict/flight-recorder.ts';
import { fetchRecording, playFile, takeDroppedFiles } from './replay/files.ts';
import { openTheatre } from './replay/theatre.ts';
import { openReportDesk } from './report/save-report.ts';
import { coreRefused, fetchCore, type Missing, missingInBrowser } from './requirements.ts';
import { openStorage } from './storage.ts';
import { findPage, type Page, showFault } from './ui/page.ts';

/** Boot: what must be there is there, or the page says what is not. */
async function boot(): Promise<Missing | null> {
  const page = findPage();
  // Relative to the page, so that a proxy may mount the server under any path.
  const base = new URL('.', location.href);
  const query = new URLSearchParams(location.search);
  const lacking = missingInBrowser();
  if (lacking !== null) return lacking;
  takeRecordings(page);
  const fetched = await fetchCore(new URL('core.wasm', base));
  if (fetched.kind === 'missing') return fetched.missing;
  let module: CoreModule;
  try {
    module = await compileCore(fetched.bytes);
  } catch (error) {
    return coreRefused(error);
  }
  const core = await Core.create(module);
  const recording = query.get('replay');
  if (recording !== null) return watch(page, base, core, recording, query);
  enter(page, base, core, query);
  return null;
}

/** Walks into the world of the page's own server. */
function enter(page: Page, base: URL, core: Core, query: URLSearchParams): void {
  const storage = openStorage();
  const socket = new URL('.', base);
  socket.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  const ticket = () => guestTicket(base, storage);
  const desk = openReportDesk();
  const open: OpenSession = (sampler) => {
    const session = openSession({
      ...sampler,
      core,
      url: socket.href,
      ticket,
      onIncident: createIncidentUpload(base, ticket),
      onMoved: (entity, distanceM, waited) => desk.log.noteMoved(entity, distanceM, waited),
      recorder: new FlightRecorder(),
      nowMs: () => performance.now(),
    });
    desk.serve(page, session);
    return session;
  };
  play(page, open, storage, query, desk.log);
}

/** Shows a recording instead, and asks no server for a world. */
async function watch(
  page: Page,
  base: URL,
  core: Core,
  name: string,
  query: URLSearchParams,
): Promise<Missing | null> {
  const fetched = await fetchRecording(name, base);
  if (fetched.kind === 'missing') return fetched.missing;
  const opened = await openRecording(fetched.bytes);
  if (!opened.ok) {
    return { title: 'The recording cannot be played', advice: `${refusalText(opened.refusal)}.` };
  }
  // Another core may well compute the same; where it does not, that is said.
  const isForeign = opened.value.head.coreHash !== core.module.hash;
  const shown = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1);
  const stage = openTheatre({
    ...{ page, core, query },
    name: isForeign ? `${shown}, of another core` : shown,
    reader: opened.value,
    storage: openStorage(),
  });
  if (query.has('debug')) exposeReplayHook(stage);
  return null;
}

/** A recording that is dropped on the page, or chosen on the card, is played. */
function takeRecordings(page: Page): void {
  const refuse = (why: string): void => {
    page.notice.textContent = why;
  };
  takeDroppedFiles(window, refuse);
  page.chooseRecording.addEventListener('change', () => {
    const file = page.chooseRecording.files?.[0];
    if (file !== undefined) void playFile(file).then((why) => why !== null && refuse(why));
  });
}

const missing = await boot();
if (missing !== null) showFault(findPage(), missing);
