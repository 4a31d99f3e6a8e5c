import { type ProbeJob, runProbe } from './probe-job.ts';

/** The same in a page: posts the result, or what went wrong, to who serves it. */
async function answer(): Promise<string> {
  const [wasm, job] = await Promise.all([
    fetch('/core.wasm').then((response) => response.arrayBuffer()),
    fetch('/job').then((response) => response.json() as Promise<ProbeJob>),
  ]);
  return JSON.stringify(await runProbe(new Uint8Array(wasm), job));
}

function post(path: string, body: string): Promise<Response> {
  return fetch(path, { method: 'POST', body });
}

answer().then(
  (result) => post('/result', result),
  (error) => post('/failure', String(error)),
);
