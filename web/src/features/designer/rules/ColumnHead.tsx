import { Popover, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Rule, RuleOutput } from '@/model/definition';
import { KEY, keysOf } from '@/model/keys';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { IconButton, Row } from '../controls/Row';
import { TextSlot } from '../controls/slots';
import { useSlot } from '../context';
import type { Side } from './columns';

const TYPES = ['number', 'text', 'bool', 'date', 'money', 'percent', 'user', 'role', 'team'] as const;

interface Props {
  /** The rule's place. */
  at: (string | number)[];
  rule: Rule;
  form: string;
  side: Side;
  index: number;
  name: string;
  onMove: (to: number) => void;
  onRemove: () => void;
}

/** The head of a column: its name, which opens what can be said about it. */
export function ColumnHead({ at, rule, form, side, index, name, onMove, onRemove }: Props) {
  const { t } = useTranslation('designer');
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLDivElement>(null);
  // What floats stands elsewhere in the page: the focus goes there with it, and Escape takes it back.
  useEffect(() => {
    const inside = card.current;
    if (!open || !inside) return;
    inside.querySelector('input')?.focus();
    const onKey = (e: globalThis.KeyboardEvent) => {
      if (e.key !== 'Escape' || e.defaultPrevented) return;
      e.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    inside.addEventListener('keydown', onKey);
    return () => inside.removeEventListener('keydown', onKey);
  }, [open]);
  const columns = rule[side] ?? [];
  const column = columns[index];
  if (!column) return null;
  const here = [...at, side, index];
  const own = side === 'in' && rule.in?.[index]?.value !== undefined;
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      placement="bottomLeft"
      arrow={false}
      destroyOnHidden
      content={
        <div ref={card} className="d-columncard" role="dialog" aria-label={t('columnOf', { name })}>
          <TextSlot at={[...here, 'name']} label={t('columnName')} placeholder={name} />
          {side === 'out' ? (
            <>
              <KeySlot
                path={`/rules/${rule.key}/out/${column.key}`}
                value={column.key}
                fault={(key) => (!KEY.test(key) ? 'invalid' : keysOf(columns).some((k) => k === key && k !== column.key) ? 'taken' : undefined)}
                follow={false}
              />
              <ResultType at={here} name={name} />
            </>
          ) : own ? (
            <FormulaSlot at={[...here, 'value']} form={form} label={t('columnFormula')} />
          ) : null}
          <div className="row">
            <IconButton icon="caretLeft" label={t('columnLeft')} disabled={index === 0} onClick={() => onMove(index - 1)} />
            <IconButton icon="caretRight" label={t('columnRight')} disabled={index + 1 === columns.length} onClick={() => onMove(index + 1)} />
            <span className="sp" />
            <button type="button" className="link bad" disabled={columns.length === 1} onClick={onRemove}>
              {t('columnRemove')}
            </button>
          </div>
        </div>
      }
    >
      <button ref={button} type="button" className="d-columnhead" aria-expanded={open} aria-haspopup="dialog" title={t('columnOf', { name })}>
        <span className="el">{name}</span>
        {side === 'out' ? <span className="s">{t(`result_${(column as RuleOutput).type as 'text'}`)}</span> : null}
        <Icon name="caretDown" size={12} />
      </button>
    </Popover>
  );
}

/** The type of a result, and for a text what it may say. */
function ResultType({ at, name }: { at: (string | number)[]; name: string }) {
  const { t } = useTranslation('designer');
  const type = useSlot<string>([...at, 'type']);
  const values = useSlot<string[]>([...at, 'values']);
  return (
    <>
      <Row label={t('typeOf', { name })} path={type.path} problems={type.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('typeOf', { name })}
            value={type.value ?? 'text'}
            options={TYPES.map((x) => ({ value: x as string, label: t(`result_${x}`) }))}
            onChange={(v) => type.set(v)}
          />
        )}
      </Row>
      {type.value === 'text' ? (
        <Row label={t('columnValues')} hint={t('columnValuesHint')} path={values.path} problems={values.problems}>
          {(id) => (
            <Select
              id={id}
              mode="tags"
              className="d-wide"
              aria-label={t('columnValues')}
              value={values.value ?? []}
              open={false}
              suffixIcon={null}
              tokenSeparators={[',', '，', '、']}
              onChange={(v) => values.set(v.length === 0 ? undefined : v)}
            />
          )}
        </Row>
      ) : null}
    </>
  );
}
