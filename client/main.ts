import { Core, type CoreModule, compileCore } from '../core-wasm/host/core.ts';
import { guestTicket } from './guest.ts';
import { createIncidentUpload } from './net/incident-upload.ts';
import { openSession } from './net/session.ts';
import { play } from './play.ts';
import { coreRefused, fetchCore, type Missing, missingInBrowser } from './requirements.ts';
import { openStorage } from './storage.ts';
import { findPage, showFault } from './ui/page.ts';

/** Boot: what must be there is there, or the page says what is not. */
async function boot(): Promise<Missing | null> {
  const page = findPage();
  // Relative to the page, so that a proxy may mount the server under any path.
  const base = new URL('.', location.href);
  const lacking = missingInBrowser();
  if (lacking !== null) return lacking;
  const fetched = await fetchCore(new URL('core.wasm', base));
  if (fetched.kind === 'missing') return fetched.missing;
  let module: CoreModule;
  try {
    module = await compileCore(fetched.bytes);
  } catch (error) {
    return coreRefused(error);
  }
  const core = await Core.create(module);
  const storage = openStorage();
  const socket = new URL('.', base);
  socket.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  const ticket = () => guestTicket(base, storage);
  play(
    page,
    (sampler) =>
      openSession({
        ...sampler,
        core,
        url: socket.href,
        ticket,
        onIncident: createIncidentUpload(base, ticket),
        nowMs: () => performance.now(),
      }),
    storage,
    new URLSearchParams(location.search),
  );
  return null;
}

const missing = await boot();
if (missing !== null) showFault(findPage(), missing);
