import { Dropdown, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { TestExpect, TestStep } from '@/model/definition';
import type { Path } from '@/model/path';
import { formOfStep, formOfTest } from '@/model/scenarios';
import { useActions, useDefinition, useNameOf, useSlot } from '../context';
import { useFormChoices } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { IconButton, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, type Choice } from '../controls/slots';
import { DataRows } from './DataRows';
import { useScene } from './scene';
import { approvalSteps, asKind, dataOf, expectsOffered, freshExpect, givenName, hasDoer, hasPeople, isOffered, kindOfStep, ROUNDS, STEP_KINDS, targetsOf, type ExpectKind } from './steps';
import { REFUSALS } from './words';

/** A step by picking: what is done, by whom, on which record, with which values, and what must be so then. */
export function StepEditor({ at, step }: { at: Path; step: TestStep }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const nameOf = useNameOf();
  const { set } = useActions();
  const { test, people, teller } = useScene();
  const kind = kindOfStep(step);
  const targets = targetsOf(def, test, step, kind, nameOf);
  const form = formOfStep(def, test, step);
  const process = def.processes?.find((p) => p.form === form?.key);
  const activity = process?.stages.flatMap((s) => s.activities ?? []).find((a) => a.key === step.activity);
  const values = dataOf(kind);
  const records: Choice[] = [
    ...Object.entries(test.given?.records ?? {}).map(([key, r]) => ({ value: key, label: t('recordOf', { form: nameOf(def.forms?.find((f) => f.key === r.form)), name: givenName(def, test, key) }) })),
    ...(def.forms ?? []).filter((f) => f.key !== formOfTest(def, test)?.key).map((f) => ({ value: f.key, label: t('newestOf', { form: nameOf(f) }) })),
  ];
  const doer = teller.person(test.as ?? 'rep.li');
  return (
    <div className="d-stepedit">
      <div className="d-two">
        <Row label={t('stepKind')}>
          {(id) => (
            <Select
              id={id}
              className="d-wide"
              value={kind}
              showSearch={{ optionFilterProp: 'label' }}
              options={STEP_KINDS.filter((k) => k === kind || isOffered(def, test, step, k, nameOf)).map((k) => ({ value: k, label: t(`k_${k}`) }))}
              onChange={(k) => set(at, asKind(def, test, step, k, nameOf))}
            />
          )}
        </Row>
        {kind === 'check' ? (
          <ChoicesSlot at={[...at, 'check']} label={t('stepWhat')} choices={targets ?? []} />
        ) : kind === 'after' ? (
          <DurationSlot at={[...at, 'after']} label={t('stepHowLong')} />
        ) : targets ? (
          <ChoiceSlot at={[...at, kind]} label={t('stepWhat')} choices={targets} />
        ) : null}
        {hasDoer(kind) ? <ChoiceSlot at={[...at, 'as']} label={t('stepWho')} choices={people} unset={t('stepWhoSame', { name: doer })} /> : null}
        {hasPeople(kind) ? <ChoicesSlot at={[...at, 'people']} label={t('stepPeople')} choices={people} /> : null}
        {kind === 'addSign' ? <ChoiceSlot at={[...at, 'position']} label={t('stepPosition')} unset={t('position_before')} unsetAs="before" choices={[{ value: 'after', label: t('position_after') }]} /> : null}
        {kind === 'return' ? <ChoiceSlot at={[...at, 'to']} label={t('stepBackTo')} unset={t('stepBackDefault')} choices={approvalSteps(def, nameOf)} /> : null}
        {records.length > 0 && !['submit', 'run', 'after', 'away', 'reclaim'].includes(kind) ? <ChoiceSlot at={[...at, 'record']} label={t('stepRecord')} unset={t('stepRecordMain')} choices={records} /> : null}
      </div>
      {kind === 'away' ? <AwayRows at={[...at, 'away']} /> : null}
      {values ? (
        <div className="d-row">
          <div className="d-label">{t(kind === 'set' ? 'stepSet' : 'stepWith')}</div>
          <DataRows at={[...at, values]} fields={kind === 'activity' ? activity?.fields : form?.fields} label={t(kind === 'set' ? 'stepSet' : 'stepWith')} />
        </div>
      ) : null}
      <Expects at={[...at, 'expect']} step={step} />
    </div>
  );
}

/** Who is away from now on, each with who stands in; nobody standing in brings him back. */
function AwayRows({ at }: { at: Path }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const { people, teller } = useScene();
  const slot = useSlot<Record<string, string>>(at);
  const away = slot.value ?? {};
  const more = people.filter((p) => !Object.hasOwn(away, p.value));
  return (
    <div className="d-testdata">
      {Object.entries(away).map(([who, instead]) => (
        <div key={who} className="d-testvalue">
          <span>{t('awayWho', { name: teller.person(who) })}</span>
          <Select
            aria-label={t('awayInstead', { name: teller.person(who) })}
            value={instead}
            options={[{ value: '', label: t('awayBack') }, ...people.filter((p) => p.value !== who).map((p) => ({ value: p.value, label: t('awayBy', { name: p.label }) }))]}
            onChange={(v) => slot.set({ ...away, [who]: v })}
          />
          <IconButton icon="close" label={t('designer:removeNamed', { name: teller.person(who) })} onClick={() => { const { [who]: _gone, ...rest } = away; slot.set(rest); }} />
        </div>
      ))}
      <Select
        className="d-testmore"
        size="small"
        aria-label={t('addAway')}
        placeholder={t('addAway')}
        value={null}
        options={more}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(who: string | null) => who !== null && slot.set({ ...away, [who]: people.find((p) => p.value !== who)?.value ?? '' })}
      />
    </div>
  );
}

/** What must be so after a step, one thing a row. */
function Expects({ at, step }: { at: Path; step: TestStep }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const { test } = useScene();
  const slot = useSlot<TestExpect>(at);
  const expect = slot.value ?? {};
  const form = formOfStep(def, test, step);
  const offered = expectsOffered(def, expect, def.processes?.some((p) => p.form === form?.key) ?? false);
  const kinds = Object.keys(expect) as ExpectKind[];
  const without = (kind: ExpectKind) => {
    const { [kind]: _gone, ...rest } = expect;
    slot.set(Object.keys(rest).length === 0 ? undefined : rest);
  };
  return (
    <div className="d-row">
      <div className="d-label">{t('then')}</div>
      <div className="d-testdata">
        {kinds.map((kind) => (
          <div key={kind} className={`d-testexpect ${kind === 'data' ? 'wide' : ''}`}>
            <div>
              <ExpectControl at={[...at, kind]} kind={kind} step={step} />
            </div>
            <IconButton icon="close" label={t('designer:removeNamed', { name: t(`x_${kind}`) })} onClick={() => without(kind)} />
          </div>
        ))}
        <Dropdown
          trigger={['click']}
          menu={{ items: offered.map((k) => ({ key: k, label: t(`x_${k}`) })), onClick: ({ key }) => slot.set({ ...expect, [key]: freshExpect(def, test, step, key as ExpectKind) }) }}
        >
          <button type="button" className="link d-add">
            <Icon name="plus" size={14} />
            {t('addExpect')}
          </button>
        </Dropdown>
      </div>
    </div>
  );
}

/** Lists of which “none” is something to expect: an empty one stays. */
function Several({ at, label, choices, none, tags = false }: { at: Path; label: string; choices: readonly Choice[]; none: string; tags?: boolean }) {
  const slot = useSlot<string[]>(at);
  const value = slot.value ?? [];
  const unknown = value.filter((v) => !choices.some((c) => c.value === v)).map((v) => ({ value: v, label: v }));
  return (
    <Row label={label} path={slot.path} problems={slot.problems}>
      {(id) => <Select id={id} mode={tags ? 'tags' : 'multiple'} className="d-wide" value={value} placeholder={none} options={[...choices, ...unknown]} showSearch={{ optionFilterProp: 'label' }} onChange={(v) => slot.set(v)} />}
    </Row>
  );
}

function ExpectControl({ at, kind, step }: { at: Path; kind: ExpectKind; step: TestStep }) {
  const { t } = useTranslation('scenarios');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { test, people } = useScene();
  const number = useSlot<number>(at);
  const yes = useSlot<boolean>(at);
  const forms = useFormChoices();
  const form = formOfStep(def, test, step);
  const label = t(`x_${kind}`);
  switch (kind) {
    case 'stage':
      return <ChoiceSlot at={at} label={label} choices={(def.processes?.find((p) => p.form === form?.key)?.stages ?? []).map((s) => ({ value: s.key, label: nameOf(s) }))} />;
    case 'owner':
      return <ChoiceSlot at={at} label={label} choices={people} />;
    case 'pool':
      return <ChoiceSlot at={at} label={label} choices={(def.pools ?? []).map((p) => ({ value: p.key, label: nameOf(p) }))} />;
    case 'waitingFor':
    case 'skipped':
      return <Several at={at} label={label} choices={approvalSteps(def, nameOf)} none={t('nobodyOrNothing')} />;
    case 'approvers':
    case 'notices':
      return <Several at={at} label={label} choices={people} none={t('nobodyOrNothing')} />;
    case 'started':
      return <Several at={at} label={label} choices={forms} none={t('nobodyOrNothing')} />;
    case 'problems':
      return <Several at={at} label={label} choices={REFUSALS.map((code) => ({ value: code, label: t(`r_${code}` as 'r_required') }))} none={t('e_done')} tags />;
    case 'round':
      return <ChoiceSlot at={at} label={label} choices={ROUNDS.map((state) => ({ value: state, label: t(`s_${state}`) }))} />;
    case 'tasks':
      return (
        <Row label={label} path={number.path} problems={number.problems}>
          {(id) => <InputNumber id={id} className="d-wide" min={0} precision={0} value={number.value ?? 0} onBlur={number.settle} onChange={(v) => number.type(v ?? 0)} />}
        </Row>
      );
    case 'escalated':
      return (
        <Row label={label} path={yes.path} problems={yes.problems}>
          {(id) => <Select id={id} className="d-wide" value={yes.value ?? true} options={[{ value: true, label: t('yes') }, { value: false, label: t('no') }]} onChange={(v: boolean) => yes.set(v)} />}
        </Row>
      );
    case 'data':
      return (
        <div className="d-row">
          <div className="d-label">{label}</div>
          <DataRows at={at} fields={form?.fields} label={label} computed />
        </div>
      );
  }
}
