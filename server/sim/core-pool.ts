import { Core, type CoreModule } from '../../core-wasm/host/core.ts';

/**
 * Cores that run after run takes again: a third of a short run went into instantiating its dozen
 * cores and touching their memories for the first time. Whoever takes one gives it a state first,
 * so what it was used for before shows nowhere; a test holds a first run against a later one.
 * Servers have new ones, as in truth: a core also remembers what its observers were told.
 */
export interface CorePool {
  readonly module: CoreModule;
  readonly idle: Core[];
}

/** What one run has taken. */
export interface CoreLoan {
  take(): Promise<Core>;
  /** Only after a run that ended well: a core that trapped is dead, an altered one must go. */
  giveBack(): void;
}

export function createCorePool(module: CoreModule): CorePool {
  return { module, idle: [] };
}

export function borrowCores({ module, idle }: CorePool): CoreLoan {
  const taken: Core[] = [];
  return {
    async take() {
      const core = idle.pop() ?? (await Core.create(module));
      taken.push(core);
      return core;
    },
    giveBack() {
      idle.push(...taken.splice(0));
    },
  };
}
