import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import type { Block, BlockCell, Field, Form } from '@/model/definition';
import type { Path } from '@/model/path';
import { useDefinition, useSlot } from '../context';
import { useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { IconButton, Problems, Row } from '../controls/Row';
import { NumberSlot, SwitchSlot, TextSlot, type Choice } from '../controls/slots';
import { fieldOf } from './blocks';
import { AlignSlot } from './AlignSlot';

const FORMULA = '=';

/** What a block can show: fields, those behind references, what every record has; in a table its columns first. */
export function useValueChoices(form: Form | undefined, table: Field | undefined, only?: readonly Field['type'][]): Choice[] {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  return useMemo(() => {
    const fits = (f: Field) => f.type !== 'table' && f.type !== 'static' && (!only || only.includes(f.type));
    const of = (fields: readonly Field[] | undefined, before = '', said = ''): Choice[] =>
      (fields ?? []).flatMap((f) => [
        ...(fits(f) ? [{ value: before + f.key, label: said + text(f.name, f.key) }] : []),
        ...(f.type === 'reference' && before === '' ? of(def.forms?.find((x) => x.key === f.form)?.fields, `${f.key}.`, `${text(f.name, f.key)} · `) : []),
      ]);
    const columns = table?.fields ?? [];
    const own = of(form?.fields.filter((f) => !columns.some((c) => c.key === f.key)));
    const system = only ? [] : [{ value: 'number', label: t('track_number') }, { value: 'title', label: t('track_title') }, { value: 'stage', label: t('name_stage') }, { value: 'owner', label: t('name_owner') }, { value: 'createdAt', label: t('track_createdAt') }];
    return table ? of(columns) : [...system, ...own];
  }, [t, text, def, form, table, only]);
}

/** One value: a field from the list, or a formula. */
export function ValueSlot({ at, label, form, table, choices, optional }: { at: Path; label: string; form: string; table?: Field | undefined; choices: readonly Choice[]; optional?: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<string>(at);
  const known = slot.value === undefined || choices.some((c) => c.value === slot.value);
  const [formula, setFormula] = useState(!known);
  if (formula || !known) {
    return (
      <div className="d-valueslot">
        <FormulaSlot at={at} label={label} form={form} {...(table ? { columns: table.fields } : {})} />
        {known ? (
          <button type="button" className="link s" onClick={() => setFormula(false)}>
            {t('blockPickField')}
          </button>
        ) : null}
      </div>
    );
  }
  return (
    <Row label={label} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Select
          id={id}
          className="d-wide"
          aria-label={label}
          value={slot.value ?? (optional === undefined ? null : '')}
          placeholder={label}
          options={[...(optional === undefined ? [] : [{ value: '', label: optional }]), ...choices, { value: FORMULA, label: t('blockFormula') }]}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(v: string | null) => {
            if (v === FORMULA) setFormula(true);
            else slot.set(v || undefined);
          }}
        />
      )}
    </Row>
  );
}

/** The fields of a block, the columns of a table or who signs, in their order. */
export function BlockCells({ at, block, form, table }: { at: Path; block: Block; form: Form | undefined; table: Field | undefined }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const newText = useNewText();
  const slot = useSlot<BlockCell[]>([...at, 'cells'], ALL);
  const choices = useValueChoices(form, table);
  const [open, setOpen] = useState<number>();
  const cells = slot.value ?? [];
  const isTable = block.kind === 'table';
  const isSign = block.kind === 'sign';
  const word = isSign ? t('blockSigner') : isTable ? t('blockColumn') : t('blockField');
  const labelOf = (cell: BlockCell) => {
    const field = fieldOf(def, form, table?.fields, cell.value ?? '');
    return text(cell.name, '') || choices.find((c) => c.value === cell.value)?.label || text(field?.name, '') || cell.value || word;
  };
  const move = (i: number, to: number) => {
    const list = [...cells];
    const [one] = list.splice(i, 1);
    if (one) list.splice(to, 0, one);
    slot.set(list);
    setOpen(open === i ? to : undefined);
  };
  return (
    <div className="d-cells" role="group" aria-label={word}>
      <ol>
        {cells.map((cell, i) => (
          // A cell has no key; its place in the order is its identity.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i} className="d-cell">
            <div className="row">
              <button type="button" className="d-cellname el" aria-expanded={open === i} onClick={() => setOpen(open === i ? undefined : i)}>
                <Icon name={open === i ? 'caretDown' : 'caretRight'} size={14} />
                <span className="el">{labelOf(cell)}</span>
                {cell.sum ? <Icon name="sum" size={14} label={t('blockSum')} /> : null}
                {cell.width ? <span className="s">{cell.width}%</span> : null}
              </button>
              <IconButton icon="up" label={`${t('moveUp')}: ${labelOf(cell)}`} disabled={i === 0} onClick={() => move(i, i - 1)} />
              <IconButton icon="down" label={`${t('moveDown')}: ${labelOf(cell)}`} disabled={i + 1 === cells.length} onClick={() => move(i, i + 1)} />
              <IconButton
                icon="close"
                label={t('removeNamed', { name: labelOf(cell) })}
                onClick={() => {
                  setOpen(undefined);
                  slot.set(cells.length > 1 ? cells.toSpliced(i, 1) : undefined);
                }}
              />
            </div>
            {open === i ? (
              <div className="d-cellbody">
                <TextSlot at={[...at, 'cells', i, 'name']} label={isSign ? t('blockSignName') : t('blockCellName')} placeholder={isSign ? '' : text(fieldOf(def, form, table?.fields, cell.value ?? '')?.name, '')} {...(isSign ? {} : { hint: t('blockCellNameHint') })} />
                <ValueSlot at={[...at, 'cells', i, 'value']} label={isSign ? t('blockSignValue') : t('blockValue')} form={form?.key ?? ''} table={table} choices={choices} {...(isSign ? { optional: t('blockNoValue') } : {})} />
                {isTable ? (
                  <>
                    <NumberSlot at={[...at, 'cells', i, 'width']} label={t('blockColumnWidth')} min={1} max={100} suffix="%" />
                    <AlignSlot at={[...at, 'cells', i, 'align']} />
                  </>
                ) : null}
                {isTable ? <SwitchSlot at={[...at, 'cells', i, 'sum']} label={t('blockSum')} /> : null}
              </div>
            ) : (
              <CellProblems at={[...at, 'cells', i]} />
            )}
          </li>
        ))}
      </ol>
      {isSign ? (
        <button type="button" className="link d-add" onClick={() => slot.set([...cells, { name: newText(t('blockSigner')) }])}>
          <Icon name="plus" size={14} />
          {t('blockAddSigner')}
        </button>
      ) : (
        <Select
          size="small"
          className="d-wide"
          aria-label={isTable ? t('blockAddColumn') : t('blockAddField')}
          placeholder={isTable ? t('blockAddColumn') : t('blockAddField')}
          value={null}
          options={choices.filter((c) => !cells.some((x) => x.value === c.value))}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(v: string | null) => (v ? slot.set([...cells, { value: v }]) : undefined)}
        />
      )}
      <Problems list={cells.length === 0 ? slot.problems : []} />
    </div>
  );
}

const ALL = Array.from({ length: 60 }, (_, i) => String(i));

/** What is wrong with a cell that is closed. */
function CellProblems({ at }: { at: Path }) {
  const slot = useSlot<BlockCell>(at);
  return <Problems list={slot.problems} />;
}
