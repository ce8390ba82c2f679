import { present } from '@/api/base';
import type { Data, Evaluated } from '@/api/types';
import type { Definition } from '@/model/definition';
import { Changes, type Answered } from './changes';
import { Engine } from './engine';
import type { Start } from './protocol';

/** What of a form is decided in the browser; everything else waits for the server. Columns are "lines.net". */
export interface Reach {
  values: string[];
  visible: string[];
  required: string[];
  readOnly: string[];
  sections: string[];
  server: string[];
}

/** A form whose rules run in the browser. */
export interface LiveForm {
  reach: Reach;
  /** Every value on screen, as on the wire; old is the saved record, null while creating. What did not change is the same object as before. */
  evaluate: (old: Data | null, now: Data) => Promise<Evaluated>;
}

// Built by make; without them the server decides everything.
const built = import.meta.glob<string>(['./built/rules.wasm', './built/wasm_exec.js'], { query: '?url', import: 'default', eager: true });

function program(): Start | undefined {
  const loader = built['./built/wasm_exec.js'];
  const wasm = built['./built/rules.wasm'];
  if (!loader || !wasm || typeof Worker === 'undefined' || typeof WebAssembly === 'undefined') return undefined;
  return { loader: new URL(loader, location.href).href, program: new URL(wasm, location.href).href };
}

let engine: Engine | undefined;

function theEngine(): Engine {
  engine ??= new Engine(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), program());
  return engine;
}

/** Makes a form ready in the browser; rejects when it cannot be, and the server then decides alone. hidden are fields the person may not see. */
export async function openForm(definition: Definition, form: string, hidden: readonly string[]): Promise<LiveForm> {
  const { key, timezone, currency, languages, roles, options, forms, rules } = definition;
  const request = { app: { key, timezone, currency, languages, roles, options, forms, rules }, form, hidden };
  const run = theEngine();
  const open = async () => {
    const opened = (await run.call('open', request)) as { id: number; reach: Reach };
    return { ...opened, generation: run.generation };
  };
  let here = await open();
  const changes = new Changes();
  return {
    get reach() {
      return here.reach;
    },
    evaluate: async (old, now) => {
      if (!run.usable) throw new Error('no program');
      await run.start();
      if (here.generation !== run.generation) {
        changes.forget();
        here = await open();
      }
      return changes.ask(old, now, async (ask) => (await run.call('evaluate', { id: here.id, ...ask, now: new Date(present()).toISOString() })) as Answered);
    },
  };
}
