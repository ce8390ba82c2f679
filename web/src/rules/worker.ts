// Runs the product's rules, the same Go packages as on the server, away from the page. One call at a time.
/// <reference lib="webworker" />
import type { Call, Reply, Start } from './protocol';

declare const self: DedicatedWorkerGlobalScope & {
  Go: new () => { importObject: WebAssembly.Imports; run: (instance: WebAssembly.Instance) => Promise<void> };
  pipewrightRules: (method: string, input: string) => { out?: string; error?: string };
};

async function start({ loader, program }: Start) {
  await import(/* @vite-ignore */ loader);
  const go = new self.Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch(program), go.importObject);
  // The program sets pipewrightRules before it first waits, so it stands when run returns its promise.
  void go.run(instance);
}

const reply = (message: Reply) => self.postMessage(message, {});

self.addEventListener('message', ({ data }: MessageEvent<Start | Call>) => {
  if ('program' in data) {
    start(data).then(
      () => reply({ id: 0, out: '' }),
      (error: unknown) => reply({ id: 0, error: String(error) }),
    );
    return;
  }
  const began = performance.now();
  const answer = self.pipewrightRules(data.method, data.input);
  reply({ id: data.id, ...answer, ms: performance.now() - began });
});
