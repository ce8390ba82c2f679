// @vitest-environment node
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '/');

/** What each folder may import from, besides itself. Features may not import each other. */
const allowed: Record<string, string[]> = {
  model: [],
  api: ['model'],
  ui: ['model', 'api'],
  fields: ['model', 'api', 'ui'],
  rules: ['model', 'api'],
  records: ['model', 'api', 'ui', 'fields', 'rules'],
  features: ['model', 'api', 'ui', 'fields', 'rules', 'records'],
  app: ['model', 'api', 'ui', 'fields', 'rules', 'records', 'features'],
};

/** Libraries that only ui/ may touch. */
const wrapped = /^(@dnd-kit\/|echarts|codemirror|@codemirror\/|@xyflow\/|@dagrejs\/)/;

function files(at: string): string[] {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

function target(from: string, spec: string): string | undefined {
  if (spec.startsWith('@/')) return spec.slice(2);
  if (spec.startsWith('.')) return join(from, '..', spec);
  return undefined;
}

test('imports go one way', () => {
  const wrong: string[] = [];
  for (const path of files(src)) {
    const from = path.slice(src.length);
    const layer = from.split('/')[0]!;
    if (!(layer in allowed)) continue;
    for (const match of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      const spec = match[1]!;
      if (wrapped.test(spec) && layer !== 'ui') wrong.push(`${from} imports ${spec}`);
      const to = target(from, spec);
      if (to === undefined) continue;
      const [toLayer = '', toFeature] = to.split('/');
      if (!(toLayer in allowed)) continue;
      if (toLayer !== layer && !allowed[layer]!.includes(toLayer)) wrong.push(`${from} imports ${to}`);
      if (layer === 'features' && toLayer === 'features' && toFeature !== from.split('/')[1]) wrong.push(`${from} imports ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});
