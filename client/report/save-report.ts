import type { WorldSession } from '../net/session.ts';
import type { Page } from '../ui/page.ts';
import { makeBugReport } from './bug-report.ts';
import { EventLog } from './event-log.ts';

/** A download has read its blob long before. */
const REVOKE_AFTER_MS = 60_000;

/** Notes what goes wrong in the page, and gives its button a session to report on. */
export interface ReportDesk {
  readonly log: EventLog;
  serve(page: Page, session: WorldSession): void;
}

export function openReportDesk(): ReportDesk {
  const log = new EventLog(() => performance.now());
  window.addEventListener('error', ({ message }) => log.note(`error: ${message}`));
  window.addEventListener('unhandledrejection', ({ reason }) => log.note(`error: ${reason}`));
  return { log, serve: (page, session) => serveButton(page, session, log) };
}

function serveButton(page: Page, session: WorldSession, log: EventLog): void {
  page.saveReport.disabled = false;
  page.saveReport.addEventListener('click', () => void saveReport(page, session, log));
}

/** Two files: who only wants to know what happened need not open a recording. */
async function saveReport(page: Page, session: WorldSession, log: EventLog): Promise<void> {
  const madeAt = new Date().toISOString();
  const report = await makeBugReport(session, log, {
    userAgent: navigator.userAgent,
    language: navigator.language,
    screen: [innerWidth, innerHeight, devicePixelRatio],
    address: location.origin + location.pathname,
    madeAt,
    atMs: Math.round(performance.now()),
  });
  if (report === null) {
    page.notice.textContent = 'There is nothing to report yet: no world has come.';
    return;
  }
  const name = `spacetime-${madeAt.replace(/[:.]/g, '-')}`;
  download(`${name}.strec`, report.recording, 'application/octet-stream');
  download(`${name}.json`, new TextEncoder().encode(report.text), 'application/json');
  page.notice.textContent = `Saved ${name}.strec and .json.`;
}

function download(name: string, bytes: Uint8Array, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
}
