import { Button, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { paint } from '@/ui/flowDrawing';
import { hueOf } from '@/ui/flowPlan';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { STAGE_KINDS, type FieldRights, type Process, type Stage, type StageEnd } from '@/model/definition';
import { addTransition, removeStage } from '@/model/edits';
import { leaving } from '@/model/questions';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFieldChoices, useNewText } from '../controls/choices';
import { Conditions } from '../controls/Conditions';
import { OwnerSlot } from '../controls/OwnerSlot';
import { KeySlot } from '../controls/KeySlot';
import { DueSlot } from '../controls/DueSlot';
import { DurationSlot } from '../controls/DurationInput';
import { StageLadder } from '../controls/Ladder';
import { IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot } from '../controls/slots';
import { Panel } from '../Panel';
import { ActivitiesPart, ChecklistPart } from './StageLists';

interface Props {
  process: Process;
  processIndex: number;
  stageIndex: number;
}

/** Everything about one stage, in the order of the five questions. */
export function StagePanel({ process, processIndex, stageIndex }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { select } = useSelection();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const stage = process.stages[stageIndex] as Stage;
  const list = ['processes', processIndex, 'stages'];
  const at = [...list, stageIndex];
  const base = `/processes/${process.key}`;
  const open = stage.end === undefined;
  const name = nameOf(stage);
  return (
    <Panel
      icon={<span className="dot" style={{ background: paint(hueOf(stage, stageIndex)) }} />}
      title={name}
      word={t('word_stage')}
      onClose={() => select(base)}
      actions={
        <>
          <IconButton
            icon="caretLeft"
            label={t('moveUp')}
            disabled={stageIndex === 0}
            onClick={() => apply({ op: 'move', at: list, from: stageIndex, to: stageIndex - 1 })}
          />
          <IconButton
            icon="caretRight"
            label={t('moveDown')}
            disabled={stageIndex + 1 >= process.stages.length}
            onClick={() => apply({ op: 'move', at: list, from: stageIndex, to: stageIndex + 1 })}
          />
          <IconButton
            icon="trash"
            label={t('removeStage')}
            disabled={process.stages.length <= 1}
            onClick={() => {
              apply(removeStage(def, process.key, stage.key));
              select(base);
              toast(t('stageRemoved', { name }), { undo: actions.undo });
            }}
          />
        </>
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot path={`${base}/stages/${stage.key}`} value={stage.key} />
        <div className="d-two">
          <EndRow at={at} stage={stage} />
          {open ? <ProbabilityRow at={at} /> : null}
        </div>
        {open && process.start !== stage.key ? (
          <Button size="small" onClick={() => apply({ op: 'set', at: ['processes', processIndex, 'start'], value: stage.key })}>
            {t('makeStart')}
          </Button>
        ) : null}
        <StageProblems at={at} />
      </Part>
      {open ? (
        <>
          <Part>
            <TextSlot at={[...at, 'goal']} label={t('goal')} question={t('q_what')} placeholder={t('goalPlaceholder')} rows={2} />
          </Part>
          <OwnerPart at={at} form={process.form} />
          <Part>
            <ChoiceSlot
              at={[...at, 'kind']}
              label={t('stageKind')}
              question={t('q_how')}
              unset={t('kind_unset')}
              choices={STAGE_KINDS.map((k) => ({ value: k, label: t(`kind_${k}`) }))}
            />
            <TextSlot at={[...at, 'script']} label={t('script')} placeholder={t('scriptPlaceholder')} rows={3} />
          </Part>
          <Part>
            <DueSlot at={at} form={process.form} />
            <StageLadder at={at} of="due" form={process.form} />
            <DurationSlot at={[...at, 'idle']} label={t('idle')} />
            <StageLadder at={at} of="idle" form={process.form} />
          </Part>
          <ChecklistPart at={at} stage={stage} form={process.form} />
          <ActivitiesPart at={at} stage={stage} form={process.form} />
          <RightsPart at={at} form={process.form} />
          <Part>
            <Conditions at={[...at, 'leaveIf']} form={process.form} title={t('leaveIf')} question={t('q_complete')} />
          </Part>
          <NextPart at={at} process={process} stage={stage} />
        </>
      ) : null}
    </Panel>
  );
}

const SHOWN = [
  'name',
  'end',
  'probability',
  'goal',
  'owner',
  'script',
  'kind',
  'next',
  'due',
  'ladder',
  'idle',
  'idleLadder',
  'checklist',
  'groups',
  'activities',
  'fields',
  'leaveIf',
];

function StageProblems({ at }: { at: (string | number)[] }) {
  const slot = useSlot<Stage>(at, SHOWN);
  return <Problems list={slot.problems} />;
}

function EndRow({ at, stage }: { at: (string | number)[]; stage: Stage }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<StageEnd>([...at, 'end']);
  const { apply } = useActions();
  return (
    <Row label={t('endKind')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Select
          id={id}
          className="d-wide"
          aria-label={t('endKind')}
          value={stage.end ?? ''}
          options={[
            { value: '', label: t('end_open') },
            ...(['won', 'lost', 'done', 'cancelled'] as const).map((v) => ({ value: v, label: t(`end_${v}`) })),
          ]}
          onChange={(v) =>
            apply({
              op: 'all',
              changes: [
                { op: 'set', at: [...at, 'end'], value: v === '' ? undefined : v },
                // An end's probability is fixed by its kind.
                ...(v === '' ? [] : [{ op: 'set' as const, at: [...at, 'probability'] }]),
              ],
            })
          }
        />
      )}
    </Row>
  );
}

function ProbabilityRow({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<number>([...at, 'probability']);
  return (
    <Row label={t('probability')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <InputNumber
          id={id}
          className="d-wide"
          min={0}
          max={100}
          precision={0}
          suffix="%"
          value={slot.value ?? null}
          onBlur={slot.settle}
          onChange={(v) => slot.type(v === null ? undefined : v)}
        />
      )}
    </Row>
  );
}

function OwnerPart({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  return (
    <Part title={t('owner')} question={t('q_who')}>
      <OwnerSlot at={[...at, 'owner']} form={form} label={t('owner')} ways={['leastLoaded', 'roundRobin', 'weighted', 'pick', 'pool']} unset={t('assign_keep')} />
    </Part>
  );
}

/** Which fields one may change, only read, not see, or must fill in here. */
function RightsPart({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  const fields = useFieldChoices(form);
  const all = [{ value: '*', label: t('everyField') }, ...fields];
  const slot = useSlot<FieldRights>([...at, 'fields'], ['edit', 'read', 'hide', 'require']);
  return (
    <Part title={t('fieldRights')} note={t('fieldRightsNote', { count: fields.length })}>
      <ChoicesSlot at={[...at, 'fields', 'require']} label={t('rights_require')} choices={fields} placeholder={t('none')} />
      <ChoicesSlot at={[...at, 'fields', 'edit']} label={t('rights_edit')} choices={all} placeholder={t('asGranted')} />
      <ChoicesSlot at={[...at, 'fields', 'read']} label={t('rights_read')} choices={all} placeholder={t('none')} />
      <ChoicesSlot at={[...at, 'fields', 'hide']} label={t('rights_hide')} choices={all} placeholder={t('none')} />
      <Problems list={slot.problems} />
    </Part>
  );
}

/** The ways on from here, and a new one. */
function NextPart({ at, process, stage }: { at: (string | number)[]; process: Process; stage: Stage }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { select } = useSelection();
  const { edit } = useActions();
  const next = useSlot([...at, 'next']);
  const others = process.stages.filter((s) => s.key !== stage.key);
  return (
    <Part title={t('word_transition')} question={t('q_next')}>
      <ul className="d-lines">
        {leaving(process, stage.key).map((x) => (
          <li key={x.key}>
            <div className="d-line">
              <button
                type="button"
                className="d-linehead"
                onClick={() => select(`/processes/${process.key}/transitions/${x.key}`)}
              >
                <Icon name="arrowSmall" size={14} />
                <span className="el">
                  {x.name === undefined ? t('unnamed') : nameOf(x)} →{' '}
                  {nameOf(process.stages.find((s) => s.key === x.to) ?? { key: x.to })}
                </span>
              </button>
              {x.approval ? (
                <span className="s row">
                  <Icon name="diamond" size={12} />
                  {nameOf(def.approvals?.find((c) => c.key === x.approval) ?? { key: x.approval })}
                </span>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <Problems list={next.problems} />
      <Select
        className="d-wide"
        aria-label={t('addTransitionTo')}
        value={null}
        placeholder={t('addTransitionTo')}
        options={others.map((s) => ({ value: s.key, label: nameOf(s) }))}
        onChange={(to: string | null) => {
          if (to) edit(addTransition(def, process.key, stage.key, to, newText(nameOf(process.stages.find((s) => s.key === to)))));
        }}
      />
    </Part>
  );
}
