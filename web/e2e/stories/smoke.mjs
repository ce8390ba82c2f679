// Every screen of the workspace opens for a person who may see it, is readable, and fits the window.
export async function run(t) {
  const visitor = await t.visitor();
  await visitor.goto('/');
  await visitor.getByRole('button', { name: /李雷/ }).waitFor();
  await t.look(visitor, 'login');
  await visitor.getByRole('button', { name: /李雷/ }).click();
  await visitor.getByRole('heading', { name: '我的工作', level: 1 }).waitFor();
  await t.look(visitor, 'home');

  const rep = visitor;
  await t.open(rep, '/a/b2b/board/board');
  await rep.locator('.deal').first().waitFor();
  await t.look(rep, 'board');
  const title = await rep.locator('.deal h3').first().innerText();
  await rep.locator('.deal h3 a').first().click();
  await rep.locator('.titles h1', { hasText: title }).waitFor();
  await t.look(rep, 'record');
  await t.open(rep, '/a/b2b/list/deal');
  await rep.getByText(title).first().waitFor();
  await t.look(rep, 'list');
  await t.open(rep, '/a/b2b/new/deal');
  await t.look(rep, 'create');
  await t.open(rep, '/inbox');
  await t.look(rep, 'inbox');
  await t.open(rep, '/profile');
  await t.look(rep, 'profile');

  const admin = await t.as('admin');
  await t.open(admin, '/a/cycle9/dashboards/home');
  await t.look(admin, 'dashboard');
  await t.open(admin, '/templates');
  await t.look(admin, 'templates');
  await t.open(admin, '/people');
  await t.look(admin, 'people');
  await t.open(admin, '/people?tab=teams');
  await t.look(admin, 'teams');

  // Languages are switched live, without a reload.
  await t.open(admin, '/profile');
  await admin.getByText('English', { exact: true }).click();
  await admin.getByRole('heading', { name: 'My settings' }).waitFor();
  await t.look(admin, 'english');
  await admin.getByText('繁體中文', { exact: true }).click();
  await admin.getByRole('heading', { name: '我的設定' }).waitFor();
  await admin.getByText('深色', { exact: true }).click();
  await t.look(admin, 'dark');
  await t.open(admin, '/a/b2b/board/board');
  await admin.locator('.deal').first().waitFor();
  await t.look(admin, 'dark-board');
}
