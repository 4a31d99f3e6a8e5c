import { type Settings, saveSettings } from '../input/settings.ts';
import type { KeptTexts } from '../storage.ts';

/** Shows `settings` in the form and writes every change back into them and the browser. */
export function bindSettings(form: HTMLFormElement, settings: Settings, storage: KeptTexts): void {
  for (const field of fieldsOf(form)) {
    const name = field.name as keyof Settings;
    field.value = String(settings[name]);
  }
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', () => {
    for (const field of fieldsOf(form)) take(settings, field.name, field.value);
    saveSettings(storage, settings);
  });
}

function take(settings: Settings, name: string, value: string): void {
  if (name === 'turn') settings.turn = value === 'smooth' ? 'smooth' : 'snap';
  if (name === 'snapAngleDegrees') settings.snapAngleDegrees = Number(value);
  if (name === 'lookSensitivity') settings.lookSensitivity = Number(value);
  if (name === 'haptics') settings.haptics = Number(value);
}

function* fieldsOf(form: HTMLFormElement): Iterable<HTMLInputElement | HTMLSelectElement> {
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) yield field;
  }
}
