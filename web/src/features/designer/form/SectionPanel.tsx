import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Form, Section } from '@/model/definition';
import { removeSection } from '@/model/edits';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { FormulaSlot } from '../controls/FormulaSlot';
import { IconButton, Part } from '../controls/Row';
import { TextSlot, Ways } from '../controls/slots';
import { Panel } from '../Panel';

/** A section: its name, its columns, when it shows, its place among the others. */
export function SectionPanel({ form, formIndex, sectionIndex }: { form: Form; formIndex: number; sectionIndex: number }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { select } = useSelection();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const section = form.sections?.[sectionIndex] as Section;
  const list = ['forms', formIndex, 'sections'];
  const at = [...list, sectionIndex];
  const columns = useSlot<number>([...at, 'columns']);
  const [asked, setAsked] = useState(false);
  const shown = section.visibleIf !== undefined || asked ? 'if' : 'always';
  const count = form.sections?.length ?? 0;
  return (
    <Panel
      title={nameOf(section)}
      word={t('word_section')}
      onClose={() => select(`/forms/${form.key}`)}
      actions={
        <>
          <IconButton
            icon="caretLeft"
            label={t('moveUp')}
            disabled={sectionIndex === 0}
            onClick={() => apply({ op: 'move', at: list, from: sectionIndex, to: sectionIndex - 1 })}
          />
          <IconButton
            icon="caretRight"
            label={t('moveDown')}
            disabled={sectionIndex + 1 >= count}
            onClick={() => apply({ op: 'move', at: list, from: sectionIndex, to: sectionIndex + 1 })}
          />
          <IconButton
            icon="trash"
            label={t('removeSection')}
            onClick={() => {
              apply(removeSection(def, form.key, section.key));
              select(`/forms/${form.key}`);
              toast(t('sectionRemoved', { name: nameOf(section) }), { undo: actions.undo });
            }}
          />
        </>
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
      </Part>
      <Part title={t('layoutColumns')}>
        <Ways
          label={t('layoutColumns')}
          value={String(columns.value ?? 1)}
          ways={['1', '2', '3', '4'].map((n) => ({ value: n, label: t('columns', { count: Number(n) }) }))}
          onChange={(n) => columns.set(n === '1' ? undefined : Number(n))}
        />
      </Part>
      <Part title={t('shown')}>
        <Ways
          label={t('shown')}
          value={shown}
          ways={[
            { value: 'always', label: t('shownAlways') },
            { value: 'if', label: t('whenTrue') },
          ]}
          onChange={(next) => {
            setAsked(next === 'if');
            if (next === 'always') apply({ op: 'set', at: [...at, 'visibleIf'] });
          }}
        />
        {shown === 'if' ? (
          <FormulaSlot at={[...at, 'visibleIf']} form={form.key} label={t('shownWhen')} placeholder={t('conditionPlaceholder')} />
        ) : null}
      </Part>
    </Panel>
  );
}
