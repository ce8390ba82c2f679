import { expect, test } from 'vitest';
import { paperDocument } from './PaperFrame';

test('a paper is a whole document of its size, with header and footer on each page and its own style sheet', () => {
  const doc = paperDocument({ title: 'Quote <1>', body: '<p>x</p>', header: '<b>h</b>', footer: '<i>f</i>', css: 'p { color: red }</style><script>', page: 'A5 landscape', lang: 'en' });
  expect(doc).toContain('<title>Quote &lt;1&gt;</title>');
  expect(doc).toContain('size: A5 landscape');
  expect(doc).toContain('<thead><tr><td><b>h</b></td></tr></thead>');
  expect(doc).toContain('<tfoot><tr><td><i>f</i></td></tr></tfoot>');
  expect(doc).not.toContain('<script>');
  expect(doc.match(/<\/style>/g)).toHaveLength(2);
});

test('what a style sheet says of cells is for those of the paper, and a class alone puts figures to the right', () => {
  const doc = new DOMParser().parseFromString(paperDocument({ title: 'Q', body: '<table><tr><td class="r">1</td></tr></table>', css: 'td { border: 1px solid red } .r { text-align: right }', page: 'A4', lang: 'en' }), 'text/html');
  document.head.replaceChildren(...doc.head.childNodes);
  document.body.replaceChildren(...doc.body.childNodes);
  const [around, cell] = document.querySelectorAll('td');
  expect(getComputedStyle(around!).borderTopWidth).toMatch(/^0/);
  expect(getComputedStyle(cell!).textAlign).toBe('right');
  expect(getComputedStyle(cell!).borderTopWidth).toBe('1px');
});
