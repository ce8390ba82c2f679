import { Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Shape } from '@/model/definition';
import type { Path } from '@/model/path';
import { membersOf, placeOf } from '@/model/shapes';
import { useSlot } from '../context';
import { IconButton, Problems, Row } from '../controls/Row';

const TYPES = ['text', 'number', 'bool', 'date', 'datetime', 'table'] as const;

/** What another system sends or answers: a key, a type and a place each; a table has columns. */
export function ShapeSlot({ at, label, hint, inTable = false }: { at: Path; label: string; hint?: string; inTable?: boolean }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Shape[]>(at);
  const list = slot.value ?? [];
  const put = (next: Shape[]) => slot.set(next.length === 0 ? undefined : next);
  const change = (i: number, part: Partial<Shape>) => put(list.with(i, { ...(list[i] as Shape), ...part }));
  const add = () => {
    let n = list.length + 1;
    while (list.some((m) => m.key === `value${n}`)) n++;
    put([...list, { key: `value${n}`, type: 'text' }]);
  };
  return (
    <Row label={label} {...(hint ? { hint } : {})}>
      {() => (
        <div className="d-conditions">
          {list.map((m, i) => (
            // The key is typed here, so it cannot be the key of the row.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={i} className="d-assign">
              <div>
                <div className="d-two">
                  <Input
                    className="d-mono"
                    aria-label={t('shapeKey')}
                    value={m.key}
                    onBlur={slot.settle}
                    onChange={(e) => slot.type(list.with(i, { ...m, key: e.target.value }))}
                  />
                  <Select
                    aria-label={t('shapeType')}
                    value={m.type}
                    options={TYPES.filter((x) => !inTable || x !== 'table').map((x) => ({ value: x, label: t(`shape_${x}`) }))}
                    onChange={(type) => {
                      const { fields: _, ...rest } = m;
                      put(list.with(i, type === 'table' ? { ...rest, type, fields: [] } : { ...rest, type }));
                    }}
                  />
                </div>
                <div className="d-two">
                  <Input
                    className="d-mono"
                    aria-label={t('shapeFrom')}
                    placeholder={t('shapeFrom')}
                    value={m.from ?? ''}
                    onBlur={slot.settle}
                    onChange={(e) => {
                      const { from: _, ...rest } = m;
                      slot.type(list.with(i, e.target.value === '' ? rest : { ...rest, from: e.target.value }));
                    }}
                  />
                  <Checkbox
                    checked={m.required ?? false}
                    onChange={(e) => {
                      const { required: _, ...rest } = m;
                      if (e.target.checked) change(i, { required: true });
                      else put(list.with(i, rest));
                    }}
                  >
                    {t('shapeRequired')}
                  </Checkbox>
                </div>
                {m.type === 'table' ? <ShapeSlot at={[...at, i, 'fields']} label={t('shapeColumns')} inTable /> : null}
              </div>
              <IconButton icon="close" label={t('remove')} onClick={() => put(list.toSpliced(i, 1))} />
            </div>
          ))}
          <button type="button" className="link d-add" onClick={add}>
            <Icon name="plus" size={14} />
            {t('add')}
          </button>
          {inTable ? null : <FromSample list={list} onAdd={(more) => put([...list, ...more])} />}
          <Problems list={slot.problems} />
        </div>
      )}
    </Row>
  );
}

/** Members picked out of a sample that is pasted, which is kept nowhere. */
function FromSample({ list, onAdd }: { list: readonly Shape[]; onAdd: (more: Shape[]) => void }) {
  const { t } = useTranslation('designer');
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const sample = parsed(text);
  const there = new Set(list.map(placeOf));
  const found = sample === undefined ? [] : membersOf(sample, list.map((m) => m.key)).filter((m) => !there.has(placeOf(m)));
  return (
    <>
      <button type="button" className="link d-add" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('shapeSample')}
      </button>
      {open ? (
        <>
          <Input.TextArea className="d-mono" aria-label={t('shapeSampleText')} placeholder={t('shapeSampleText')} autoSize={{ minRows: 3, maxRows: 10 }} value={text} onChange={(e) => setText(e.target.value)} />
          {text.trim() !== '' && sample === undefined ? (
            <p className="s warn" role="alert">
              {t('shapeSampleWrong')}
            </p>
          ) : null}
          {text.trim() !== '' && sample !== undefined && found.length === 0 ? <p className="s">{t('shapeSampleNone')}</p> : null}
          {found.length > 0 ? (
            <div className="row" style={{ flexWrap: 'wrap', gap: 6 }} role="group" aria-label={t('shapeSamplePick')}>
              {found.map((m) => (
                <button key={placeOf(m)} type="button" className="chip" onClick={() => onAdd([m])}>
                  <Icon name="plus" size={14} />
                  {placeOf(m)} <span>{t(`shape_${m.type}`)}</span>
                </button>
              ))}
              {found.length > 1 ? (
                <button type="button" className="chip" onClick={() => onAdd(found)}>
                  {t('shapeSampleAll')}
                </button>
              ) : null}
            </div>
          ) : null}
        </>
      ) : null}
    </>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
