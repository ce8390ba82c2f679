import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { AxeBuilder } from '@axe-core/playwright';

const axeCore = createRequire(import.meta.resolve('@axe-core/playwright'))('axe-core');

/** What axe finds. A frame without scripts, such as a paper to print, never answers it: the page around it is checked alone. */
async function check(page) {
  if ((await page.locator('iframe[sandbox]').count()) === 0) return new AxeBuilder({ page }).analyze();
  await page.evaluate(axeCore.source);
  return page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
}

/** One run of a story at one window size: people with pages of their own, pictures, and checks on every page. */
export class Story {
  constructor({ bin, browser, address, shots, name, size, options, sizes }) {
    Object.assign(this, { bin, browser, address, shots, name, size, options, sizes });
    this.contexts = [];
    this.leftovers = [];
    this.notes = [];
    this.problems = [];
    this.count = 0;
    this.assert = assert;
    /** The password people sign in with; without one the demo lets them in. */
    this.password = undefined;
  }

  get phone() {
    return this.size === 'phone';
  }

  /** A figure worth keeping, printed with the story's line. */
  note(text) {
    this.notes.push(text);
  }

  /** Something to stop or remove when the story is over, however it ends. The last comes first. */
  after(undo) {
    this.leftovers.unshift(undo);
  }

  async clear() {
    for (const undo of this.leftovers.splice(0)) await undo();
  }

  /** A page of somebody who is not signed in. What a service worker fetches cannot be held up by a story: one that is about it lets it in. */
  async visitor(options = this.options) {
    const context = await this.browser.newContext({ baseURL: this.address, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', serviceWorkers: 'block', ...options });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => this.problems.push(`page error: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 500) this.problems.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    return page;
  }

  /** A page of a person of the sample company, signed in. */
  async as(username, size = this.size, options = {}) {
    const page = await this.visitor({ ...this.sizes[size], ...options });
    const answer = this.password === undefined
      ? await page.request.post('/api/demo-login', { data: { username } })
      : await page.request.post('/api/login', { data: { username, password: this.password } });
    assert.equal(answer.status(), 200, `${username} cannot sign in: ${await answer.text()}`);
    return page;
  }

  /** Opens a page of the app and waits until nothing is loading. */
  async open(page, path) {
    await page.goto(path);
    await this.settled(page);
  }

  async settled(page) {
    await page.locator('.top h1, .top .crumb, .gate h1, .d-top h1, .outside h1, .outside h2, .print-bar h1, .gone h1').first().waitFor();
    await page.waitForFunction(() => document.querySelector('.sk') === null);
  }

  /** Takes a picture, checks the page with axe (unless it was just checked in another language), and that nothing is wider than the window. */
  async look(page, what, { axe = true } = {}) {
    await this.settled(page);
    this.count += 1;
    await page.screenshot({ path: `${this.shots}${this.name}-${this.size}-${String(this.count).padStart(2, '0')}-${what}.png` });
    const { violations } = axe ? await check(page) : { violations: [] };
    const wrong = violations.flatMap((v) => {
      // What pops up over the page belongs to the control that opened it and to no landmark.
      const nodes = v.nodes.filter((n) => v.id !== 'region' || !/ant-(dropdown|select-dropdown|popover|picker)/.test(n.target.join(' ')));
      return nodes.length > 0 ? [`${v.id} (${v.impact}): ${nodes.map((n) => `${n.target.join(' ')} (${n.any[0]?.message ?? ''})`).join(', ')}`] : [];
    });
    assert.deepEqual(wrong, [], `axe on ${what}`);
    // Not window.innerWidth: on a phone it grows with a page that is too wide.
    const wide = await page.evaluate((width) => document.documentElement.scrollWidth - width, page.viewportSize().width);
    assert.ok(wide <= 0, `${what} is ${wide} px wider than the window`);
  }

  async end() {
    const problems = this.problems;
    await Promise.all(this.contexts.map((c) => c.close()));
    await this.clear();
    assert.deepEqual(problems, []);
  }

  async fail() {
    for (const [i, context] of this.contexts.entries()) {
      for (const page of context.pages()) {
        await page.screenshot({ path: `${this.shots}FAILED-${this.name}-${this.size}-${i}.png` }).catch(() => {});
      }
      await context.close().catch(() => {});
    }
    await this.clear();
    if (this.problems.length > 0) console.log(this.problems.join('\n'));
  }
}
