import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState, type ReactNode } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { FIELD_TYPES, isComputed, type Definition, type Field } from '@/model/definition';
import { addressLine, writeAddress } from './address';
import { levelsAlong } from './cascade';
import { instantOf } from './datetime';
import { readDecimal } from './DecimalInput';
import { readDivisions } from './divisions';
import { readDuration, writeDuration } from './duration';
import { bytes, filesOf } from './files';
import { FieldEnvContext } from './kind';
import { writePlace } from './location';
import { chosenIn, isOffered } from './options';
import { kindOf, kinds } from './registry';
import { cleanHtml, richNodes } from './richhtml';
import { shownAs } from './rollup';
import { sliderValue } from './slider';
import { columnSum } from './tableRows';

vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string) => key, i18n: { language: 'zh-CN' } }) }));

test('every field type has a kind, in the order of the palette', () => {
  expect(kinds.map((k) => k.type)).toEqual([...FIELD_TYPES]);
});

test.each([
  ['1,234.50', '1234.50'], ['１２．５', '12.5'], ['−3', '-3'], ['007', '7'], ['.5', '0.5'], ['12.', '12'], ['abc', undefined], ['', undefined], ['1e5', undefined], ['--1', undefined],
])('readDecimal %s', (typed, want) => expect(readDecimal(typed)).toBe(want));

test.each([
  ['2026-11-24T14:20', 'Asia/Shanghai', '2026-11-24T06:20:00.000Z'],
  ['2026-07-01T09:00', 'America/New_York', '2026-07-01T13:00:00.000Z'],
  ['2026-11-01T12:00', 'America/New_York', '2026-11-01T17:00:00.000Z'],
])('instantOf %s in %s', (local, zone, want) => expect(instantOf(local, zone)).toBe(want));

test('a column sums only one currency', () => {
  const cny = (amount: string) => ({ net: { amount, currency: 'CNY' } });
  expect(columnSum([cny('256000.00'), cny('88000.10'), {}], 'net')).toEqual({ amount: '344000.10', currency: 'CNY' });
  expect(columnSum([cny('1'), { net: { amount: '1', currency: 'USD' } }], 'net')).toBeUndefined();
  expect(columnSum([], 'net')).toBeUndefined();
});

function Typing({ field, start, seen }: { field: Field; start: unknown; seen: (value: unknown) => void }) {
  const [value, setValue] = useState<unknown>(start);
  const { Input } = kindOf(field.type);
  return (
    <Input
      id="x"
      field={field}
      value={value}
      onChange={(next) => {
        setValue(next);
        seen(next);
      }}
      path={field.key}
      label={field.key}
    />
  );
}

describe('typing', () => {
  const cases: [string, Field, unknown, string, unknown][] = [
    ['a number is a decimal string', { key: 'qty', type: 'number' }, '1', '2.50', '2.50'],
    ['an emptied number is null', { key: 'qty', type: 'number' }, '1', '', null],
    ['what is no number is left to the server to refuse', { key: 'qty', type: 'number' }, '1', '2x', '2x'],
    ['percent is typed as percent and kept as a fraction', { key: 'off', type: 'percent' }, '0.1', '16.7', '0.167'],
    ['money takes the app\u2019s currency', { key: 'amount', type: 'money', currency: 'USD' }, null, '12', { amount: '12', currency: 'USD' }],
    ['money keeps the currency it has', { key: 'amount', type: 'money' }, { amount: '1.00', currency: 'JPY' }, '2', { amount: '2', currency: 'JPY' }],
    ['an emptied text is null', { key: 'name', type: 'text' }, 'a', '', null],
    ['a phone number is sent as typed', { key: 'mobile', type: 'phone' }, null, '138 0000 0000', '138 0000 0000'],
    ['an emptied phone number is null', { key: 'mobile', type: 'phone' }, '13800000000', '', null],
    ['a mail address', { key: 'mail', type: 'email' }, null, 'li@example.com', 'li@example.com'],
    ['a web address', { key: 'site', type: 'url' }, null, 'https://example.com', 'https://example.com'],
    ['a code of an organisation', { key: 'code', type: 'idcode' }, null, '91350100M000100Y43', '91350100M000100Y43'],
    ['a barcode', { key: 'ean', type: 'barcode', kind: 'ean13' }, null, '4006381333931', '4006381333931'],
    ['a time of day', { key: 'at', type: 'time' }, null, '09:30', '09:30'],
    ['an emptied time of day is null', { key: 'at', type: 'time' }, '09:30', '', null],
    ['a slider’s number', { key: 'slide', type: 'slider', max: 1, step: 0.05 }, null, '0.25', '0.25'],
    ['an emptied slider is null', { key: 'slide', type: 'slider' }, '5', '', null],
  ];
  test.each(cases)('%s', (_, field, start, typed, want) => {
    const seen = vi.fn();
    render(<Typing field={field} start={start} seen={seen} />);
    const input = screen.getByLabelText(field.key);
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: typed } });
    expect(seen).toHaveBeenLastCalledWith(want);
  });

  test('a number is grouped while it is read and plain while it is edited', () => {
    render(<Typing field={{ key: 'qty', type: 'number' }} start="1234567.5" seen={() => {}} />);
    const input = screen.getByLabelText<HTMLInputElement>('qty');
    expect(input.value).toBe('1,234,567.5');
    fireEvent.focus(input);
    expect(input.value).toBe('1234567.5');
  });
});

function inApp(definition: Partial<Definition>, children: ReactNode) {
  const env = { app: 'a', definition: { spec: 'pipewright/1' as const, key: 'a', name: 'A', ...definition }, readOnly: false, phone: false };
  return render(<FieldEnvContext.Provider value={env}>{children}</FieldEnvContext.Provider>);
}

function cellOf(field: Field, value: unknown, definition: Partial<Definition> = {}) {
  const { Cell } = kindOf(field.type);
  return inApp(definition, <Cell field={field} value={value} />).container;
}

test.each([
  ['phone', 'inputmode', 'tel'], ['email', 'inputmode', 'email'], ['url', 'inputmode', 'url'], ['time', 'type', 'time'], ['idcode', 'autocapitalize', 'characters'], ['barcode', 'inputmode', 'text'],
] as const)('%s opens the right keyboard', (type, attribute, want) => {
  render(<Typing field={{ key: 'k', type }} start={null} seen={() => {}} />);
  expect(screen.getByLabelText('k').getAttribute(attribute)).toBe(want);
});

test('length of time: hours and minutes each in their box', () => {
  const seen = vi.fn();
  render(<Typing field={{ key: 'work', type: 'duration' }} start="PT1H" seen={seen} />);
  fireEvent.change(screen.getByLabelText('minutes'), { target: { value: '30' } });
  expect(seen).toHaveBeenLastCalledWith('PT1H30M');
  fireEvent.change(screen.getByLabelText('work hours'), { target: { value: '' } });
  expect(seen).toHaveBeenLastCalledWith('PT30M');
  fireEvent.change(screen.getByLabelText('minutes'), { target: { value: '' } });
  expect(seen).toHaveBeenLastCalledWith(null);
});

test.each([
  ['PT1H30M', '1', '30'], ['PT90M', '', '90'], ['PT0M', '', '0'], ['P1D', '', ''], [null, '', ''],
])('readDuration %s', (value, hours, minutes) => {
  expect(readDuration(value)).toEqual({ hours, minutes });
  if (hours || minutes) expect(writeDuration(hours, minutes)).toBe(value);
});

test('stars are chosen one by one, and taken back by the one that stands', () => {
  const seen = vi.fn();
  render(<Typing field={{ key: 'grade', type: 'rating', max: 3 }} start={null} seen={seen} />);
  const stars = screen.getAllByRole('radio');
  expect(stars).toHaveLength(3);
  fireEvent.click(stars[1]!);
  expect(seen).toHaveBeenLastCalledWith('2');
  fireEvent.click(screen.getAllByRole('radio')[1]!);
  expect(seen).toHaveBeenLastCalledWith(null);
});

test.each([[0.1 + 0.2, '0.3'], [100, '100'], [-2.5, '-2.5'], [0, '0'], [10.00001, '10']])('sliderValue %s', (n, want) => expect(sliderValue(n)).toBe(want));

const regions = [{ key: 'east', name: 'East', items: [{ key: 'sh', name: 'Shanghai', items: [{ key: 'pd', name: 'Pudong' }] }] }, { key: 'west', name: 'West' }];

test('a cascade offers the level below what is chosen', () => {
  const keys = (path: string[]) => levelsAlong(regions, path).map((l) => l.map((o) => o.key));
  expect(keys([])).toEqual([['east', 'west']]);
  expect(keys(['east'])).toEqual([['east', 'west'], ['sh']]);
  expect(keys(['east', 'sh', 'pd'])).toEqual([['east', 'west'], ['sh'], ['pd']]);
  expect(keys(['west'])).toEqual([['east', 'west']]);
  expect(keys(['gone', 'sh'])).toEqual([['east', 'west']]);
  expect(cellOf({ key: 'r', type: 'cascade', options: 'o' }, ['east', 'sh', 'pd'], { options: [{ key: 'o', items: regions }] }).textContent).toBe('East / Shanghai / Pudong');
});

test('an address is whole or null, and reads as on an envelope', () => {
  expect(writeAddress({ country: 'CN' })).toBeNull();
  expect(writeAddress({ province: '上海市', city: undefined })).toEqual({ country: 'CN', province: '上海市' });
  expect(addressLine({ country: 'CN', province: '上海市', city: '市辖区', district: '浦东新区', detail: '世纪大道 1 号' })).toBe('上海市浦东新区世纪大道 1 号');
  expect(addressLine({ country: 'US', province: 'CA', city: 'Palo Alto', detail: '1 Main St' })).toBe('1 Main St, Palo Alto, CA, US');
  const list = readDivisions('# of\n上海市\n 市辖区\n  黄浦区 徐汇区\n浙江省\n 杭州市\n  上城区\n');
  expect(list.get('上海市')?.get('市辖区')).toEqual(['黄浦区', '徐汇区']);
  expect([...(list.get('浙江省')?.keys() ?? [])]).toEqual(['杭州市']);
});

test('a place leaves out what is empty', () => {
  expect(writePlace({ lat: '', lng: '', label: '' })).toBeNull();
  expect(writePlace({ lat: '31.2', lng: '121.4', label: '' })).toEqual({ lat: '31.2', lng: '121.4' });
});

test('formatted text holds nothing that runs', () => {
  const evil = '<p onclick="x()">a<script>b</script><a href="javascript:alert(1)">c</a> <a href="https://e.com" onmouseover="x">d</a><img src=x onerror=y></p><object data="x"></object>';
  expect(cleanHtml(evil)).toBe('<p>ac <a href="https://e.com">d</a></p>');
  expect(cleanHtml('<div>one</div><div>&lt;b&gt;</div>')).toBe('<p>one</p><p>&lt;b&gt;</p>');
  expect(cleanHtml('<p><br></p>')).toBe('');
  const { container } = render(<div>{richNodes(evil)}</div>);
  expect(container.querySelectorAll('a')).toHaveLength(1);
  expect(container.innerHTML).not.toMatch(/onclick|onmouseover|script|javascript|img|object/);
});

test('only web addresses become links, and a number can be called', () => {
  expect(cellOf({ key: 'u', type: 'url' }, 'javascript:alert(1)').querySelector('a')).toBeNull();
  expect(cellOf({ key: 'u', type: 'url' }, 'https://example.com/').querySelector('a')?.textContent).toBe('example.com');
  expect(cellOf({ key: 'p', type: 'phone' }, '021-12345678').querySelector('a')?.getAttribute('href')).toBe('tel:02112345678');
  expect(cellOf({ key: 'm', type: 'email' }, 'li@example.com').querySelector('a')?.getAttribute('href')).toBe('mailto:li@example.com');
});

test('lookups and rollups show as what they amount to', () => {
  const via: Field = { key: 'account', type: 'reference', form: 'account' };
  const level: Field = { key: 'level', type: 'lookup', name: 'Level', via: 'account', field: 'grade' };
  const total: Field = { key: 'total', type: 'rollup', form: 'deal', via: 'account', agg: 'sum', field: 'amount' };
  const count: Field = { key: 'count', type: 'rollup', form: 'deal', via: 'account', agg: 'count' };
  const paid: Field = { key: 'paid', type: 'rollup', form: 'deal.lines', via: 'account', agg: 'max', field: 'on' };
  const definition: Definition = {
    spec: 'pipewright/1', key: 'a', name: 'A',
    forms: [
      { key: 'account', name: 'Account', fields: [{ key: 'grade', type: 'rating', max: 3 }, total, count, paid] },
      { key: 'deal', name: 'Deal', fields: [via, level, { key: 'amount', type: 'money', currency: 'USD' }, { key: 'lost', type: 'lookup', via: 'gone', field: 'x' },
        { key: 'lines', type: 'table', name: 'Lines', fields: [{ key: 'account', type: 'reference', form: 'account' }, { key: 'on', type: 'date' }] }] },
    ],
  };
  const change = vi.fn();
  const { Settings } = kindOf('rollup');
  render(<Settings field={paid} definition={definition} onChange={change} />);
  expect(document.body.textContent).toMatch(/rollupRows/);
  expect(shownAs(definition, paid)).toEqual({ key: 'paid', type: 'date' });
  expect(shownAs(definition, level)).toEqual({ key: 'level', name: 'Level', type: 'rating', max: 3 });
  expect(shownAs(definition, total)).toMatchObject({ key: 'total', type: 'money', currency: 'USD' });
  expect(shownAs(definition, count)).toEqual({ key: 'count', type: 'number', scale: 0 });
  const lost = definition.forms![1]!.fields[3]!;
  expect(shownAs(definition, lost)).toBe(lost);
  // Amounts whose currency varies come in the app's, or in that of the record they are shown in.
  const deals = definition.forms![1]!;
  const varying: Definition = { ...definition, currency: 'CNY', forms: [definition.forms![0]!, { ...deals, fields: deals.fields.map((f) => (f.key === 'amount' ? { key: 'amount', type: 'money' } : f)) }] };
  expect(shownAs(varying, total)).toEqual({ key: 'total', type: 'money', currency: 'CNY' });
  expect(shownAs(varying, { ...total, ownCurrency: true })).toEqual({ key: 'total', type: 'money' });
  expect([level, total, count].every(isComputed)).toBe(true);
});

test('a rollup of amounts can be in the currency of its record', () => {
  const total: Field = { key: 'total', type: 'rollup', form: 'deal', via: 'account', agg: 'sum', field: 'amount' };
  const definition = (currency?: string): Definition => ({
    spec: 'pipewright/1', key: 'a', name: 'A',
    forms: [
      { key: 'account', name: 'Account', ...(currency ? { currency } : {}), fields: [{ key: 'cash', type: 'select', name: 'Cash' }, total] },
      { key: 'deal', name: 'Deal', fields: [{ key: 'account', type: 'reference', form: 'account' }, { key: 'amount', type: 'money' }] },
    ],
  });
  const { Settings } = kindOf('rollup');
  const { rerender } = render(<Settings field={total} definition={definition()} onChange={() => {}} />);
  expect(screen.queryByText('rollupCurrency')).toBeNull();
  const mine = definition('cash');
  rerender(<Settings field={mine.forms![0]!.fields[1]!} definition={mine} onChange={() => {}} />);
  expect(screen.getByText('rollupCurrency')).toBeTruthy();
});

test('the page’s own words stand as written', () => {
  const { Input } = kindOf('static');
  render(<Input id="s" field={{ key: 's', type: 'static', text: 'Read this' }} value={undefined} onChange={() => {}} path="s" />);
  expect(screen.getByText('Read this')).toBeTruthy();
});

test('files are told apart from other values, and their size is told', () => {
  expect(filesOf([{ id: 'a', name: 'a.pdf' }, null, 'x', {}])).toEqual([{ id: 'a', name: 'a.pdf' }]);
  expect(filesOf({ id: 's' })).toEqual([{ id: 's' }]);
  expect(filesOf(null)).toEqual([]);
  expect([0, 1023, 1536, 10_240, 20 * 1024 * 1024].map(bytes)).toEqual(['0 B', '1023 B', '1.5 KB', '10 KB', '20 MB']);
});

test('a chosen file is uploaded as it is and joins those there are; only what the field holds is kept of the answer', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(JSON.stringify({ id: 'f2', name: 'b.pdf', type: 'application/pdf', size: 3, sha256: 'x', thumb: false }), { status: 201 }));
  const seen = vi.fn();
  const { container } = render(<Typing field={{ key: 'docs', type: 'attachment' }} start={[{ id: 'f1', name: 'a.pdf' }]} seen={seen} />);
  const content = new File(['pdf'], 'b.pdf');
  fireEvent.change(container.querySelector('input[type=file]')!, { target: { files: [content] } });
  await waitFor(() => expect(seen).toHaveBeenCalledWith([{ id: 'f1', name: 'a.pdf' }, { id: 'f2', name: 'b.pdf', type: 'application/pdf', size: 3, sha256: 'x' }]));
  const [path, request] = fetched.mock.calls[0]!;
  expect(path).toBe('/api/files?name=b.pdf');
  expect(request?.body).toBe(content);
  fetched.mockRestore();
});

test('a refused file says why and leaves the others', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(JSON.stringify({ error: { code: 'file.type', message: 'Not this kind' } }), { status: 422 }));
  const seen = vi.fn();
  const { container } = render(<Typing field={{ key: 'docs', type: 'image' }} start={[{ id: 'f1', name: 'a.png' }]} seen={seen} />);
  fireEvent.change(container.querySelector('input[type=file]')!, { target: { files: [new File(['x'], 'b.exe')] } });
  expect((await screen.findByRole('alert')).textContent).toBe('b.exe: Not this kind');
  expect(seen).not.toHaveBeenCalled();
  fetched.mockRestore();
});

test('options depend on the row first, then on the form', () => {
  const data = { region: 'east', lines: [{ region: 'west' }, {}] };
  expect([...chosenIn(data, 'region', 'city')]).toEqual(['east']);
  expect([...chosenIn(data, 'region', 'lines[0].city')]).toEqual(['west']);
  expect([...chosenIn({ tags: ['a', 'b'] }, 'tags', 'x')]).toEqual(['a', 'b']);
  expect([...chosenIn({}, 'region', 'city')]).toEqual([]);
  const chosen = new Set(['east']);
  expect(isOffered({ key: 'a', name: 'A' }, chosen)).toBe(true);
  expect(isOffered({ key: 'a', name: 'A', under: ['east', 'north'] }, chosen)).toBe(true);
  expect(isOffered({ key: 'a', name: 'A', under: ['west'] }, chosen)).toBe(false);
});
