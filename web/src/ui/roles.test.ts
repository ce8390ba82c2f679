import { expect, test } from 'vitest';
import { namedRoles } from './roles';

test('a role that several apps have is named once, with the apps', () => {
  const role = (app: string, key: string, name: string) => ({ key: `${app}/${key}`, app, name: { en: name }, users: [] });
  const roles = [role('b2b', 'rep', 'Rep'), role('b2c', 'seller', 'Rep'), role('b2c', 'boss', 'Boss')];
  expect(namedRoles(['b2b/rep', 'b2c/boss', 'b2c/seller', 'gone/x'], roles, (r) => String((r.name as { en: string }).en), (app) => app.toUpperCase())).toEqual([
    { name: 'Rep', apps: ['B2B', 'B2C'] }, { name: 'Boss', apps: ['B2C'] }, { name: 'gone/x', apps: [] },
  ]);
});
