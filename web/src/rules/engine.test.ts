import { describe, expect, test } from 'vitest';
import { Engine, type Port } from './engine';
import type { Call, Reply, Start } from './protocol';

const where = { loader: '/l.js', program: '/p.wasm' };

/** A worker that answers by hand. */
class Fake implements Port {
  sent: (Start | Call)[] = [];
  ended = false;
  private hear: ((event: MessageEvent<Reply>) => void)[] = [];
  private fall: (() => void)[] = [];
  postMessage = (m: Start | Call) => void this.sent.push(m);
  terminate = () => {
    this.ended = true;
  };
  addEventListener = ((type: string, hear: () => void) => void (type === 'message' ? this.hear : this.fall).push(hear)) as Port['addEventListener'];
  reply = (data: Reply) => this.hear.forEach((h) => h({ data } as MessageEvent<Reply>));
  fail = () => this.fall.forEach((f) => f());
}

function make(limits = { start: 1_000, open: 1_000, call: 1_000 }, at: Start | undefined = where) {
  const ports: Fake[] = [];
  const engine = new Engine(
    () => {
      const port = new Fake();
      ports.push(port);
      return port;
    },
    at,
    limits,
  );
  return { engine, ports };
}

const turn = () => new Promise<void>((resolve) => queueMicrotask(() => resolve()));

describe('Engine', () => {
  test('starts once and answers calls by id', async () => {
    const { engine, ports } = make();
    const a = engine.call('open', { n: 1 });
    const b = engine.call('open', { n: 2 });
    ports[0]!.reply({ id: 0, out: '' });
    await turn();
    await turn();
    await turn();
    const ids = ports[0]!.sent.slice(1).map((m) => (m as Call).id);
    expect(ids).toEqual([1, 2]);
    ports[0]!.reply({ id: 2, out: '"second"' });
    ports[0]!.reply({ id: 1, error: 'no such form' });
    await expect(a).rejects.toThrow('no such form');
    await expect(b).resolves.toBe('second');
    expect(ports).toHaveLength(1);
  });

  test('ends a worker that takes too long, and gives up after three', async () => {
    const { engine, ports } = make({ start: 1, open: 1, call: 1 });
    for (let i = 0; i < 3; i++) await expect(engine.call('open', {})).rejects.toThrow('too long');
    expect(ports.map((p) => p.ended)).toEqual([true, true, true]);
    expect(engine.usable).toBe(false);
    await expect(engine.call('open', {})).rejects.toThrow('no program');
    expect(ports).toHaveLength(3);
  });

  test('a worker that fails is replaced, in a new generation', async () => {
    const { engine, ports } = make();
    const a = engine.call('open', {});
    ports[0]!.fail();
    await expect(a).rejects.toThrow('failed');
    void engine.call('open', {}).catch(() => undefined);
    expect(engine.generation).toBe(2);
    expect(ports[0]!.ended).toBe(true);
  });

  test('without a program nothing is started', async () => {
    const ports: Fake[] = [];
    const engine = new Engine(() => new Fake(), undefined);
    await expect(engine.start()).rejects.toThrow('no program');
    expect(ports).toHaveLength(0);
  });
});
