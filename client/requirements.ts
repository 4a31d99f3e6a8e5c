/** Something that the world needs and this browser or server lacks, in plain words. */
export interface Missing {
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Looks for what a page can find out by itself; null when everything is there. */
export function missingInBrowser(): Missing | null {
  if (typeof WebAssembly === 'undefined') {
    return {
      title: 'WebAssembly is switched off',
      advice:
        'The world is computed by a WebAssembly core. Allow WebAssembly in the browser’s ' +
        'security settings, or use a current Chrome, Edge, Firefox or Safari.',
    };
  }
  if (document.createElement('canvas').getContext('webgl2') === null) {
    return {
      title: 'No 3D graphics',
      advice:
        'This browser gives the page no WebGL 2. Switch on hardware acceleration in its ' +
        'settings, update the graphics driver, or try another browser, then reload.',
    };
  }
  return null;
}

export type Fetched =
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'missing'; readonly missing: Missing };

/** Fetches the core's artifact; what goes wrong is told apart by what helps. */
export async function fetchCore(url: URL): Promise<Fetched> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    return missing(
      'The server does not answer',
      'Check that it is running and that this device is online, then try again.',
    );
  }
  if (!response.ok) {
    return missing(
      'The server has no core',
      `It answered ${response.status} for ${url.pathname}. Whoever runs it should build the ` +
        'project again (bun run build) and restart it.',
    );
  }
  return { kind: 'fetched', bytes: new Uint8Array(await response.arrayBuffer()) };
}

export function coreRefused(error: unknown): Missing {
  return {
    title: 'The core does not start',
    advice:
      'This browser could not compile the world’s core; it needs WebAssembly SIMD, which all ' +
      `browsers have had since 2023. Update the browser and try again. (${String(error)})`,
  };
}

function missing(title: string, advice: string): Fetched {
  return { kind: 'missing', missing: { title, advice } };
}
