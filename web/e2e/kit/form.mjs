// How a person fills the generated forms: by the field's place, through the visible controls.

/** The row of a field, in the dialog when one is open. */
export function field(page, key) {
  return page.locator(`[role="dialog"] [data-field="${key}"], .page [data-field="${key}"]`).last();
}

export async function type(page, key, text) {
  const input = field(page, key).locator('input, textarea').first();
  await input.fill(text);
  await input.blur();
}

/** Chooses from a drop-down inside a place. */
export async function choose(page, place, option, search) {
  const input = place.locator('input[role="combobox"]').first();
  await input.click();
  if (search) await input.fill(search);
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: option }).first().click();
}

export async function pick(page, key, option, search) {
  await choose(page, field(page, key), option, search);
}

/** Waits until what was typed is saved. */
export async function saved(page) {
  await page.locator('.meta [role="status"]', { hasText: '已自动保存' }).waitFor();
}

/** A day as a form wants it, so many days from now. */
export function day(from = 0) {
  return new Date(Date.now() + from * 86_400_000).toLocaleDateString('en-CA', { timeZone: 'Asia/Shanghai' });
}

/** Opens what a phone keeps one press away over a list; at a desk it is in sight. */
export async function tools(page) {
  const more = page.locator('.list-bar .tools[aria-expanded="false"]');
  await page.locator('.list-bar').waitFor();
  if ((await more.count()) > 0) await more.click();
}
