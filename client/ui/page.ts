/** The page's own elements, looked up once; a missing one is a mistake in index.html. */
export interface Page {
  readonly canvas: HTMLCanvasElement;
  readonly card: HTMLElement;
  readonly enter: HTMLButtonElement;
  readonly enterVr: HTMLButtonElement;
  readonly notice: HTMLElement;
  readonly settings: HTMLFormElement;
  readonly saveReport: HTMLButtonElement;
  readonly chooseRecording: HTMLInputElement;
  readonly connection: HTMLElement;
  readonly connectionText: HTMLElement;
  readonly crosshair: HTMLElement;
  readonly hint: HTMLElement;
  readonly touch: HTMLElement;
  readonly stick: HTMLElement;
  readonly knob: HTMLElement;
  readonly touchJump: HTMLElement;
  readonly touchGrab: HTMLElement;
  readonly touchMenu: HTMLElement;
  readonly fault: HTMLElement;
  readonly faultTitle: HTMLElement;
  readonly faultAdvice: HTMLElement;
  readonly faultRetry: HTMLButtonElement;
}

export function findPage(): Page {
  return {
    canvas: byId('world', HTMLCanvasElement),
    card: byId('card', HTMLElement),
    enter: byId('enter', HTMLButtonElement),
    enterVr: byId('enter-vr', HTMLButtonElement),
    notice: byId('notice', HTMLElement),
    settings: byId('settings', HTMLFormElement),
    saveReport: byId('save-report', HTMLButtonElement),
    chooseRecording: byId('choose-recording', HTMLInputElement),
    connection: byId('connection', HTMLElement),
    connectionText: byId('connection-text', HTMLElement),
    crosshair: byId('crosshair', HTMLElement),
    hint: byId('hint', HTMLElement),
    touch: byId('touch', HTMLElement),
    stick: byId('stick', HTMLElement),
    knob: byId('knob', HTMLElement),
    touchJump: byId('touch-jump', HTMLElement),
    touchGrab: byId('touch-grab', HTMLElement),
    touchMenu: byId('touch-menu', HTMLElement),
    fault: byId('fault', HTMLElement),
    faultTitle: byId('fault-title', HTMLElement),
    faultAdvice: byId('fault-advice', HTMLElement),
    faultRetry: byId('fault-retry', HTMLButtonElement),
  };
}

/** Throws for an element that is missing or of another kind: a mistake in index.html. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return element;
}

/** Says what is missing and what to do about it, instead of the world. */
export function showFault(page: Page, fault: { title: string; advice: string }): void {
  page.faultTitle.textContent = fault.title;
  page.faultAdvice.textContent = fault.advice;
  page.card.hidden = true;
  page.connection.hidden = true;
  page.fault.hidden = false;
  page.faultRetry.addEventListener('click', () => location.reload(), { once: true });
  page.faultRetry.focus();
}
