// Takes the pictures of the template gallery: the demo company runs, and the board and the dashboard of each template are photographed with
// their sample data, in Chinese and in English, at the size the gallery shows. What is written is committed.
//
//   make pictures       or   PIPEWRIGHT_BIN=../bin/pipewright node e2e/pictures.mjs [template…]
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './kit/server.mjs';

const bin = resolve(process.env.INIT_CWD ?? '.', process.env.PIPEWRIGHT_BIN ?? fileURLToPath(new URL('../../bin/pipewright', import.meta.url)));
const into = fileURLToPath(new URL('../public/gallery/', import.meta.url));
/** The window, and what of it is taken: all but the navigation, so that words are still read in a card of the gallery. */
const viewport = { width: 1176, height: 600 };
const taken = { x: 216, y: 0, width: 960, height: 600 };
/** A picture is at most this large; the quality goes down until it is. */
const most = 60 * 1024;
/** Who looks: the manager of the sample company's sales team sees its boards, the director whole dashboards. */
const viewer = { board: 'mgr.wang', dashboard: 'dir.sun' };
/** A manager who sees more of a template than the director. */
const instead = { blank: 'mgr.wang', retail: 'dir.sun' };

/** Packs a screenshot, in the browser itself. */
async function pack(page, png) {
  for (let quality = 0.82; quality > 0.3; quality -= 0.08) {
    const data = await page.evaluate(
      async ([source, size, q]) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = size.width;
        canvas.height = size.height;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0, size.width, size.height);
        return canvas.toDataURL('image/webp', q);
      },
      [`data:image/png;base64,${png.toString('base64')}`, taken, quality],
    );
    const packed = Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
    if (packed.length <= most) return packed;
  }
  throw new Error('a picture is too large at any quality');
}

mkdirSync(into, { recursive: true });
const server = await serve(bin, ['--demo']);
const browser = await chromium.launch({
  executablePath: process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});
try {
  for (const language of ['zh-CN', 'en']) {
    const darkroom = await (await browser.newContext()).newPage();
    const pages = {};
    for (const user of new Set([...Object.values(viewer), ...Object.values(instead)])) {
      const context = await browser.newContext({ baseURL: server.address, locale: language, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', viewport: viewport });
      const page = await context.newPage();
      const answer = await page.request.post('/api/demo-login', { data: { username: user } });
      if (!answer.ok()) throw new Error(`${user} cannot sign in: ${await answer.text()}`);
      await page.request.patch('/api/me', { data: { language, theme: 'light' } });
      pages[user] = page;
    }
    const templates = (await (await pages[viewer.board].request.get('/api/apps')).json()).items;
    const wanted = process.argv.slice(2);
    for (const { key } of templates.filter((a) => wanted.length === 0 || wanted.includes(a.key))) {
      const model = await (await pages[viewer.board].request.get(`/api/apps/${key}/model`)).json();
      const board = model.definition.views.find((v) => v.kind === 'board');
      const dashboard = model.definition.dashboards[0];
      for (const [shot, path] of [['board', board && `/a/${key}/board/${board.key}`], ['dashboard', dashboard && `/a/${key}/dashboards/${dashboard.key}`]]) {
        if (!path) continue;
        const page = pages[shot === 'dashboard' ? (instead[key] ?? viewer.dashboard) : viewer.board];
        await page.goto(path);
        await page.locator('.top h1, .top .crumb').first().waitFor();
        await page.waitForFunction(() => document.querySelector('.sk') === null);
        await page.evaluate(() => document.fonts.ready);
        await page.waitForLoadState('networkidle');
        const packed = await pack(darkroom, await page.screenshot({ animations: 'disabled', clip: taken }));
        writeFileSync(`${into}${key}-${shot}-${language}.webp`, packed);
        console.log(`${key} ${shot} ${language}: ${Math.ceil(packed.length / 1024)} KiB`);
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
