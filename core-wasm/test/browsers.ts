import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { ProbeJob, ProbeResult } from './probe-job.ts';
import { artifactBytes } from './world.ts';

const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's name first: elsewhere the program is simply Firefox. */
export function firefoxPath(): string | null {
  return Bun.which('firefox-esr') ?? Bun.which('firefox');
}

/** The probe in a page of the system's Chromium; `flags` choose V8's compilers. */
export async function probeChromium(
  job: ProbeJob,
  flags: readonly string[] = [],
): Promise<ProbeResult> {
  const executablePath = Bun.which('chromium');
  if (executablePath === null) throw new Error('no chromium on PATH: `bun run ops doctor` helps');
  return withProbePage(job, async (url, result) => {
    const args = [...CHROMIUM_FLAGS, `--js-flags=${flags.join(' ')}`];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      await page.goto(url);
      return await result;
    } finally {
      await browser.close();
    }
  });
}

/**
 * The probe in a page of the system's Firefox; `preferences` choose SpiderMonkey's compilers. The
 * page tells by itself, because no driver that we have speaks to an unpatched Firefox.
 */
export async function probeFirefox(
  job: ProbeJob,
  preferences: Readonly<Record<string, boolean>> = {},
): Promise<ProbeResult> {
  const path = firefoxPath();
  if (path === null) throw new Error('no firefox-esr on PATH: `bun run ops doctor` helps');
  const profile = mkdtempSync(join(tmpdir(), 'spacetime-firefox-'));
  const lines = Object.entries({ ...QUIET_FIREFOX, ...preferences }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  try {
    return await withProbePage(job, async (url, result) => {
      const child = Bun.spawn([path, '--headless', '--no-remote', '--profile', profile, url], {
        stdout: 'ignore',
        stderr: 'ignore',
        env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', HOME: profile },
      });
      const died = child.exited.then((code) => {
        throw new Error(`Firefox ended with ${code} before its page had answered`);
      });
      try {
        return await Promise.race([result, died]);
      } finally {
        died.catch(() => {});
        child.kill();
        await child.exited;
      }
    });
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** A fresh profile otherwise welcomes its user and asks the net for a dozen lists. */
const QUIET_FIREFOX = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.region.update.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': '',
};

/** Serves the probe as a page while `open` has a browser look at it. */
async function withProbePage(
  job: ProbeJob,
  open: (url: string, result: Promise<ProbeResult>) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const entry = fileURLToPath(new URL('./probe-page.ts', import.meta.url));
  const built = await Bun.build({ entrypoints: [entry], target: 'browser' });
  const script = await (built.outputs[0] as Blob).text();
  const page = '<!doctype html><title>probe</title><script type="module" src="/probe.js"></script>';
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResult>();
  const typed = (body: BodyInit, type: string) =>
    new Response(body, { headers: { 'content-type': type } });
  const answers: Record<string, (request: Request) => Response | Promise<Response>> = {
    '/': () => typed(page, 'text/html'),
    '/probe.js': () => typed(script, 'text/javascript'),
    '/core.wasm': () => typed(artifactBytes(), 'application/wasm'),
    '/job': () => Response.json(job),
    '/result': async (request) => {
      resolve((await request.json()) as ProbeResult);
      return new Response();
    },
    '/failure': async (request) => {
      reject(new Error(`the page failed: ${await request.text()}`));
      return new Response();
    },
  };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) =>
      answers[new URL(request.url).pathname]?.(request) ??
      new Response('not found', { status: 404 }),
  });
  try {
    return await open(server.url.href, promise);
  } finally {
    await server.stop(true);
  }
}
