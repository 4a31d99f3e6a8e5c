import type { Bench } from '../bench.ts';
import { serveViewer } from './serve.ts';

/** No figures, but all the scenes to look at; lasts until it is interrupted. */
export const view: Bench = {
  about: 'a page that plays any scene: contacts, bounds and figures of each tick',
  async run(report) {
    const server = await serveViewer(0);
    report(`Scenes: ${server.url.href}  (Ctrl+C ends it)`);
    await new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    await server.stop(true);
    return {};
  },
};
