import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import type { Process, Transition } from '@/model/definition';
import { addChain, newStep, removeTransition } from '@/model/edits';
import { useActions, useDefinition, useDraftStore, useNameOf, usePlaceInDesigner, useSelection, useSlot } from '../context';
import { useChainChoices, useFieldChoices, useNewText, useRoleChoices, useStageChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { AddButton, IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, SwitchSlot, TextSlot } from '../controls/slots';
import { Panel } from '../Panel';

interface Props {
  process: Process;
  processIndex: number;
  transitionIndex: number;
}

const SHOWN = ['name', 'from', 'to', 'by', 'if', 'message', 'ask', 'set', 'approval', 'confirm', 'auto'];

/** Everything about one transition: its name, from where to where, who may, what it asks, who must agree. */
export function TransitionPanel({ process, processIndex, transitionIndex }: Props) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const def = useDefinition();
  const newText = useNewText();
  const { select } = useSelection();
  const { go } = usePlaceInDesigner();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const x = process.transitions?.[transitionIndex] as Transition;
  const at = ['processes', processIndex, 'transitions', transitionIndex];
  const stages = useStageChoices(process.key);
  const open = process.stages.filter((s) => s.end === undefined).map((s) => s.key);
  const fields = useFieldChoices(process.form);
  const roles = useRoleChoices();
  const chains = useChainChoices();
  const from = useSlot<string[]>([...at, 'from']);
  const rest = useSlot<Transition>(at, SHOWN);
  const base = `/processes/${process.key}`;
  const name = x.name === undefined ? t('unnamed') : nameOf(x);
  const newChain = () => {
    const made = addChain(def, x.name ?? newText(t('newChain')), newStep(newText(t('newStep'))));
    apply({ op: 'all', changes: [made.change, { op: 'set', at: [...at, 'approval'], value: made.select.split('/').at(-1) }] });
    go('approvals', made.select);
  };
  return (
    <Panel
      icon={<Icon name="arrowSmall" />}
      title={name}
      word={t('word_transition')}
      onClose={() => select(base)}
      actions={
        <IconButton
          icon="trash"
          label={t('removeTransition')}
          onClick={() => {
            apply(removeTransition(def, process.key, x.key));
            select(base);
            toast(t('transitionRemoved', { name }), { undo: actions.undo });
          }}
        />
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('buttonName')} />
        <KeySlot path={`${base}/transitions/${x.key}`} value={x.key} />
        <Row label={t('from')} path={from.path} problems={from.problems}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              className="d-wide"
              aria-label={t('from')}
              value={x.from}
              options={[{ value: '*', label: t('anyStage') }, ...stages.filter((s) => open.includes(s.value))]}
              onChange={(v) => {
                // "Any" stands alone: choosing it drops the others, choosing another drops it.
                const last = v.at(-1);
                if (v.length > 0) from.set(last === '*' ? ['*'] : v.filter((k) => k !== '*'));
              }}
            />
          )}
        </Row>
        <ChoiceSlot at={[...at, 'to']} label={t('to')} choices={stages} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('whoMay')}>
        <ChoicesSlot at={[...at, 'by']} label={t('byRoles')} choices={roles} placeholder={t('whoeverEdits')} />
      </Part>
      <Part title={t('whenOffered')}>
        <FormulaSlot at={[...at, 'if']} form={process.form} label={t('offeredIf')} placeholder={t('conditionPlaceholder')} />
        {x.if === undefined ? null : <TextSlot at={[...at, 'message']} label={t('elseSay')} />}
        <SwitchSlot at={[...at, 'auto']} label={t('auto')} hint={t('autoHint')} />
      </Part>
      <Part title={t('whatAsked')}>
        <ChoicesSlot at={[...at, 'ask']} label={t('askFields')} choices={fields} placeholder={t('none')} />
        <TextSlot at={[...at, 'confirm']} label={t('confirmText')} />
      </Part>
      <Part title={t('approval')} action={<AddButton onClick={newChain}>{t('newChain')}</AddButton>}>
        <ChoiceSlot at={[...at, 'approval']} label={t('chainNeeded')} choices={chains} unset={t('noApproval')} />
        {x.approval ? (
          <Button
            size="small"
            icon={<Icon name="diamond" size={12} />}
            onClick={() => go('approvals', `/approvals/${x.approval}`)}
          >
            {t('openChain')}
          </Button>
        ) : null}
      </Part>
      <SetPart at={at} set={x.set} form={process.form} />
    </Panel>
  );
}

/** What is written into the record as it moves. */
function SetPart({ at, set, form }: { at: (string | number)[]; set: Transition['set']; form: string }) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const fields = useFieldChoices(form);
  const entries = Object.keys(set ?? {});
  const free = fields.filter((f) => !entries.includes(f.value));
  return (
    <Part title={t('setFields')}>
      {entries.map((key) => (
        <div key={key} className="d-condition">
          <FormulaSlot
            at={[...at, 'set', key]}
            form={form}
            into={key}
            label={t('setTo', { field: fields.find((f) => f.value === key)?.label ?? key })}
          />
          <IconButton
            icon="trash"
            label={t('remove')}
            onClick={() => apply({ op: 'set', at: entries.length === 1 ? [...at, 'set'] : [...at, 'set', key] })}
          />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={t('addSet')}
        value={null}
        placeholder={t('addSet')}
        options={free}
        onChange={(key: string | null) => {
          if (key) apply({ op: 'set', at: [...at, 'set', key], value: 'now()' });
        }}
      />
    </Part>
  );
}
