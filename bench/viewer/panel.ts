/** The panel's elements by their ids in index.html. */
export interface Panel {
  readonly scene: HTMLSelectElement;
  readonly about: HTMLElement;
  readonly play: HTMLButtonElement;
  readonly step: HTMLButtonElement;
  readonly restart: HTMLButtonElement;
  readonly speed: HTMLSelectElement;
  readonly until: HTMLInputElement;
  readonly mayRest: HTMLInputElement;
  readonly contacts: HTMLInputElement;
  readonly islands: HTMLInputElement;
  readonly bounds: HTMLInputElement;
  readonly figures: HTMLElement;
  readonly problem: HTMLElement;
}

export function openPanel(sceneNames: readonly string[]): Panel {
  const form = element('panel') as HTMLFormElement;
  form.addEventListener('submit', (event) => event.preventDefault());
  const panel: Panel = {
    scene: element('scene'),
    about: element('about'),
    play: element('play'),
    step: element('step'),
    restart: element('restart'),
    speed: element('speed'),
    until: element('until'),
    mayRest: element('rest'),
    contacts: element('contacts'),
    islands: element('islands'),
    bounds: element('bounds'),
    figures: element('figures'),
    problem: element('problem'),
  };
  panel.scene.append(...sceneNames.map((name) => new Option(name)));
  panel.speed.append(
    ...Object.entries(SPEEDS).map(([name, value]) => new Option(name, String(value))),
  );
  panel.speed.value = '1';
  return panel;
}

const SPEEDS = { '1/8': 0.125, '1/4': 0.25, '1/2': 0.5, '1': 1, '2': 2, '4': 4, most: Infinity };

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found as T;
}

/** Shows figures by name; the value of `state hash` is found as `#figure-state-hash`. */
export function showFigures(list: HTMLElement, figures: Readonly<Record<string, string>>): void {
  const names = Object.keys(figures);
  if (list.childElementCount !== names.length * 2) {
    list.replaceChildren(
      ...names.flatMap((name) => {
        const term = document.createElement('dt');
        term.textContent = name;
        const value = document.createElement('dd');
        value.id = idOf(name);
        return [term, value];
      }),
    );
  }
  for (const name of names) element(idOf(name)).textContent = figures[name] ?? '';
}

function idOf(figure: string): string {
  return `figure-${figure.replaceAll(' ', '-')}`;
}
