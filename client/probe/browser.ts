import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** The system's Chromium, drawing in software. Throws when there is none on PATH. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = Bun.which('chromium');
  if (executablePath === null) throw new Error('no chromium on PATH: `bun run ops doctor` helps');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** An init script that gives a page an emulated headset. */
export async function headsetScript(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [fileURLToPath(new URL('headset.ts', import.meta.url))],
    target: 'browser',
    format: 'iife',
  });
  const [script] = built.outputs;
  if (script === undefined) throw new Error('the headset script is empty');
  return script.text();
}
