import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Automation, Trigger } from '@/model/definition';
import { formOfAutomation } from '@/model/references';
import { useActions, useDefinition, useNameOf, useSlot } from '../context';
import { useChainChoices, useFieldChoices, useFormChoices, useNewText, usePublicChoices, useRoleChoices } from '../controls/choices';
import { DurationInput } from '../controls/DurationInput';
import { Part, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot, WordSlot, type Choice } from '../controls/slots';
import { EachSlot } from './EachSlot';
import { HookPart } from './HookPart';
import { triggerKind, TRIGGERS, type TriggerKind } from './words';

const ZONES = [
  'Asia/Shanghai',
  'Asia/Taipei',
  'Asia/Hong_Kong',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Europe/London',
  'America/New_York',
  'UTC',
];

/** "process.stage" or "process.transition", to choose from. */
function useWithin(list: 'stages' | 'transitions', open: boolean): Choice[] {
  const def = useDefinition();
  const nameOf = useNameOf();
  return (def.processes ?? []).flatMap((p) =>
    (p[list] ?? [])
      .filter((x) => !open || !('end' in x) || x.end === undefined)
      .map((x) => ({ value: `${p.key}.${x.key}`, label: `${nameOf(p)} / ${nameOf(x)}` })),
  );
}

/** "process.stage.key" of what stages ask for, to choose from. */
function useInStages(list: 'activities' | 'checklist'): Choice[] {
  const def = useDefinition();
  const nameOf = useNameOf();
  return (def.processes ?? []).flatMap((p) =>
    p.stages.flatMap((s) =>
      (s[list] ?? []).map((x) => ({ value: `${p.key}.${s.key}.${x.key}`, label: `${nameOf(s)} / ${nameOf(x)}` })),
    ),
  );
}

/** "form.field" of every date, to choose from. */
function useDates(): Choice[] {
  const def = useDefinition();
  const nameOf = useNameOf();
  return (def.forms ?? []).flatMap((f) =>
    f.fields
      .filter((x) => x.type === 'date' || x.type === 'datetime')
      .map((x) => ({ value: `${f.key}.${x.key}`, label: `${nameOf(f)} / ${nameOf(x)}` })),
  );
}

/** When it runs: the kind of trigger, and what it names. */
export function TriggerPart({ at, auto }: { at: (string | number)[]; auto: Automation }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const { apply } = useActions();
  const forms = useFormChoices();
  const chains = useChainChoices();
  const stages = useWithin('stages', false);
  const open = useWithin('stages', true);
  const transitions = useWithin('transitions', false);
  const activities = useInStages('activities');
  const items = useInStages('checklist');
  const dates = useDates();
  const newText = useNewText();
  const roles = useRoleChoices();
  const on = [...at, 'on'];
  const slot = useSlot<Trigger>(on, [
    'created',
    'updated',
    'fields',
    'stage',
    'transition',
    'approval',
    'result',
    'activity',
    'checklist',
    'due',
    'idle',
    'date',
    'offset',
    'button',
    'public',
    'form',
    'by',
    'webhook',
    'payload',
    'where',
    'at',
    'cron',
    'timezone',
    'misfire',
    'overlap',
  ]);
  const visitors = usePublicChoices();
  const kind = triggerKind(auto.on);
  const first: Record<TriggerKind, Trigger> = {
    created: { created: forms[0]?.value ?? '' },
    updated: { updated: forms[0]?.value ?? '' },
    stage: { stage: stages[0]?.value ?? '' },
    transition: { transition: transitions[0]?.value ?? '' },
    approval: { approval: chains[0]?.value ?? '', result: 'passed' },
    due: { due: open[0]?.value ?? '' },
    idle: { idle: open[0]?.value ?? '' },
    activity: { activity: activities[0]?.value ?? '' },
    checklist: { checklist: items[0]?.value ?? '' },
    button: { button: newText(t('newButton')), form: forms[0]?.value ?? '' },
    public: { public: visitors[0]?.value ?? '' },
    webhook: { webhook: 'call', payload: [] },
    date: { date: dates[0]?.value ?? '', offset: '-P7D', at: '09:00' },
    cron: { cron: '0 9 * * 1-5', misfire: 'once', overlap: 'skip' },
  };
  const fields = useFieldChoices(auto.on?.updated ?? '');
  const about = formOfAutomation(def, auto) || forms[0]?.value;
  const process = def.processes?.find((p) => p.form === about);
  const eachOpen = process ? { process: process.key, where: 'open' } : about ? { form: about } : undefined;
  return (
    <Part title={t('whenRuns')}>
      <Row label={t('trigger')} problems={slot.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('trigger')}
            // All of them at one glance, where the window is that high.
            listHeight={480}
            value={kind ?? null}
            options={TRIGGERS.map((k) => ({ value: k, label: t(`on_${k}`) }))}
            onChange={(k: TriggerKind) =>
              apply({
                op: 'all',
                changes: [
                  { op: 'set', at: on, value: first[k] },
                  // What a schedule goes through is not what another trigger would.
                  ...(k === 'cron' && kind === 'cron'
                    ? []
                    : [
                        // A schedule has no record of its own: what is done goes on being about records, the open ones.
                        { op: 'set' as const, at: [...at, 'each'], value: k === 'cron' ? eachOpen : undefined },
                        { op: 'set' as const, at: [...at, 'limit'] },
                      ]),
                ],
              })
            }
          />
        )}
      </Row>
      {kind === 'created' ? <ChoiceSlot at={[...on, 'created']} label={t('word_form')} choices={forms} /> : null}
      {kind === 'updated' ? (
        <>
          <ChoiceSlot at={[...on, 'updated']} label={t('word_form')} choices={forms} />
          <ChoicesSlot at={[...on, 'fields']} label={t('onlyFields')} choices={fields} placeholder={t('anyField')} />
        </>
      ) : null}
      {kind === 'stage' ? (
        <div className="d-two">
          <ChoiceSlot at={[...on, 'stage']} label={t('word_stage')} choices={stages} />
          <ChoiceSlot
            at={[...on, 'when']}
            label={t('enteredOrLeft')}
            unset={t('entered')}
            unsetAs="entered"
            choices={[{ value: 'left', label: t('left') }]}
          />
        </div>
      ) : null}
      {kind === 'transition' ? (
        <ChoiceSlot at={[...on, 'transition']} label={t('word_transition')} choices={transitions} />
      ) : null}
      {kind === 'approval' ? (
        <div className="d-two">
          <ChoiceSlot at={[...on, 'approval']} label={t('word_chain')} choices={chains} />
          <ChoiceSlot
            at={[...on, 'result']}
            label={t('result')}
            choices={(['passed', 'rejected', 'returned'] as const).map((r) => ({ value: r, label: t(`result_${r}`) }))}
          />
        </div>
      ) : null}
      {kind === 'due' || kind === 'idle' ? (
        <div className="d-two">
          <ChoiceSlot at={[...on, kind]} label={t('word_stage')} choices={open} />
          <WordSlot at={[...on, 'at']} label={t('atPoint')} placeholder="100%" hint={t('atPointHint')} />
        </div>
      ) : null}
      {kind === 'activity' ? <ChoiceSlot at={[...on, 'activity']} label={t('word_activity')} choices={activities} /> : null}
      {kind === 'checklist' ? <ChoiceSlot at={[...on, 'checklist']} label={t('word_checklist')} choices={items} /> : null}
      {kind === 'date' ? (
        <>
          <ChoiceSlot at={[...on, 'date']} label={t('dateField')} choices={dates} />
          <OffsetRow at={[...on, 'offset']} />
          <WordSlot at={[...on, 'at']} label={t('timeOfDay')} placeholder="09:00" hint={t('timeOfDayHint')} />
        </>
      ) : null}
      {kind === 'button' ? (
        <>
          <div className="d-two">
            <TextSlot at={[...on, 'button']} label={t('buttonName')} />
            <ChoiceSlot at={[...on, 'form']} label={t('word_form')} choices={forms} />
          </div>
          <ChoicesSlot at={[...on, 'by']} label={t('buttonBy')} choices={roles} placeholder={t('whoeverEdits')} />
        </>
      ) : null}
      {kind === 'public' ? <ChoiceSlot at={[...on, 'public']} label={t('word_publicForm')} choices={visitors} /> : null}
      {kind === 'webhook' ? <HookPart at={on} auto={auto} /> : null}
      {kind === 'cron' ? (
        <>
          <CronRow at={[...on, 'cron']} />
          <div className="d-two">
            <ChoiceSlot
              at={[...on, 'timezone']}
              label={t('timezone')}
              unset={t('appZone')}
              choices={ZONES.map((z) => ({ value: z, label: z }))}
            />
            <ChoiceSlot
              at={[...on, 'misfire']}
              label={t('misfire')}
              unset={t('misfire_once')}
              unsetAs="once"
              choices={(['skip', 'all'] as const).map((v) => ({ value: v, label: t(`misfire_${v}`) }))}
            />
          </div>
          <ChoiceSlot
            at={[...on, 'overlap']}
            label={t('overlap')}
            unset={t('overlap_skip')}
            unsetAs="skip"
            choices={(['queueOne', 'allow'] as const).map((v) => ({ value: v, label: t(`overlap_${v}`) }))}
          />
        </>
      ) : null}
      {kind === 'cron' ? <EachSlot at={[...at, 'each']} none={t('once')} /> : null}
      {kind !== undefined && kind !== 'cron' ? (
        <EachSlot at={[...at, 'each']} none={t('forThisRecord')} sight={{ form: formOfAutomation(def, auto) }} />
      ) : null}
    </Part>
  );
}

/** How long before or after a date. */
function OffsetRow({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<string>(at);
  const side = slot.value === undefined ? '' : slot.value.startsWith('-') ? '-' : '+';
  const span = slot.value?.replace(/^-/, '');
  return (
    <Row label={t('offset')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <div className="d-two">
          <Select
            aria-label={t('offsetSide')}
            value={side}
            options={[
              { value: '-', label: t('offsetBefore') },
              { value: '', label: t('offsetNone') },
              { value: '+', label: t('offsetAfter') },
            ]}
            onChange={(v) => slot.set(v === '' ? undefined : (v === '-' ? '-' : '') + (span ?? 'P7D'))}
          />
          {side === '' ? null : (
            <DurationInput
              id={id}
              label={t('offset')}
              value={span}
              onChange={(v) => slot.type(v === undefined ? undefined : (side === '-' ? '-' : '') + v)}
              onBlur={slot.settle}
            />
          )}
        </div>
      )}
    </Row>
  );
}

const CRONS = ['0 9 * * 1-5', '0 9 * * *', '0 9 * * 1', '0 9 1 * *', '0 * * * *'] as const;

function CronRow({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<string>(at);
  const known = (CRONS as readonly string[]).includes(slot.value ?? '');
  return (
    <Row label={t('cron')} hint={t('cronHint')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <div className="d-two">
          <Select
            aria-label={t('cronPreset')}
            value={known ? slot.value : ''}
            options={[
              ...CRONS.map((c, i) => ({ value: c as string, label: t(`cron_${i as 0 | 1 | 2 | 3 | 4}`) })),
              { value: '', label: t('cron_own') },
            ]}
            onChange={(v) => v && slot.set(v)}
          />
          <Input
            id={id}
            className="d-mono"
            value={slot.value ?? ''}
            spellCheck={false}
            onBlur={slot.settle}
            onChange={(e) => slot.type(e.target.value)}
          />
        </div>
      )}
    </Row>
  );
}
