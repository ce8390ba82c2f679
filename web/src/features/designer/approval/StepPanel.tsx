import { Checkbox, InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import {
  DUE_ACTIONS,
  EMPTY_POLICIES,
  SELF_POLICIES,
  STEP_RIGHTS,
  type Chain,
  type DueStep,
  type Mode,
  type Step,
  type StepRight,
  type Who,
  type Whos,
} from '@/model/definition';
import { addBranch, besides, newStep } from '@/model/edits';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFieldChoices, useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Ladder } from '../controls/Ladder';
import { Weights } from '../controls/OwnerSlot';
import { AddButton, IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, SwitchSlot, TextSlot } from '../controls/slots';
import { STEP_KINDS, WhoList, WhoSlot } from '../controls/Who';
import { Panel } from '../Panel';

interface Props {
  chain: Chain;
  chainIndex: number;
  stepIndex: number;
  /** The branch, when the step is one of a parallel step. */
  branch?: number;
  form: string;
}

const SHOWN = ['name', 'runIf', 'who', 'mode', 'veto', 'onEmpty', 'onSelf', 'due', 'allow', 'fields', 'parallel', 'join'];

/** Everything about one step, in the words of those who sign. */
export function StepPanel({ chain, chainIndex, stepIndex, branch, form }: Props) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { select } = useSelection();
  const { apply, edit } = useActions();
  const { actions } = useDraftStore();
  const def = useDefinition();
  const newText = useNewText();
  const outer = chain.steps[stepIndex] as Step;
  const steps = ['approvals', chainIndex, 'steps'];
  const list = branch === undefined ? steps : [...steps, stepIndex, 'parallel'];
  const index = branch ?? stepIndex;
  const at = [...list, index];
  const siblings = branch === undefined ? chain.steps : (outer.parallel ?? []);
  const step = siblings[index] as Step;
  const count = siblings.length;
  // A parallel step of one branch is that branch.
  const dissolves = branch !== undefined && count <= 2;
  const up = branch === undefined || dissolves ? `/approvals/${chain.key}` : `/approvals/${chain.key}/steps/${outer.key}`;
  const remove = () => {
    if (dissolves) apply({ op: 'set', at: [...steps, stepIndex], value: siblings[1 - index] });
    else apply({ op: 'remove', at: list, index });
    select(up);
    toast(t('stepRemoved', { name }), { undo: actions.undo });
  };
  const fields = useFieldChoices(form);
  const rest = useSlot<Step>(at, SHOWN);
  const name = nameOf(step);
  return (
    <Panel
      icon={<Icon name="users" />}
      title={name}
      word={t('word_step')}
      onClose={() => select(branch === undefined ? `/approvals/${chain.key}` : `/approvals/${chain.key}/steps/${outer.key}`)}
      actions={
        <>
          <IconButton
            icon="caretLeft"
            label={t('moveUp')}
            disabled={index === 0}
            onClick={() => apply({ op: 'move', at: list, from: index, to: index - 1 })}
          />
          <IconButton
            icon="caretRight"
            label={t('moveDown')}
            disabled={index + 1 >= count}
            onClick={() => apply({ op: 'move', at: list, from: index, to: index + 1 })}
          />
          <IconButton
            icon="trash"
            label={t('removeStep')}
            onClick={remove}
          />
        </>
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <Problems list={rest.problems} />
      </Part>
      {step.parallel ? (
        <>
          <Part title={t('joinTitle')}>
            <ChoiceSlot at={[...at, 'join']} label={t('join')} unset={t('join_all')} unsetAs="all" choices={[{ value: 'any', label: t('join_any') }]} />
            <p className="s">{t('joinHint')}</p>
          </Part>
          <Part title={t('branches')} action={<AddButton onClick={() => edit(addBranch(def, chain.key, stepIndex, newStep(newText(t('newStep')))))}>{t('addBranch')}</AddButton>}>
            <ul className="d-lines">
              {step.parallel.map((b) => (
                <li key={b.key}>
                  <button type="button" className="link" onClick={() => select(`/approvals/${chain.key}/steps/${step.key}/parallel/${b.key}`)}>
                    {nameOf(b)}
                  </button>
                </li>
              ))}
            </ul>
          </Part>
        </>
      ) : (
        <Part title={t('stepWho')}>
          <WhoSlot at={[...at, 'who']} label={t('stepWho')} form={form} kinds={STEP_KINDS} />
        </Part>
      )}
      <Part title={t('stepWhen')}>
        <FormulaSlot at={[...at, 'runIf']} form={form} label={t('runIf')} hint={t('runIfHint')} placeholder="amount > 500000" />
      </Part>
      {step.parallel ? null : (
        <>
          <ModePart at={at} />
          <EmptyPart at={at} form={form} />
          <DuePart at={at} form={form} />
          <AllowPart at={at} />
          <Part title={t('stepFields')}>
            <ChoicesSlot at={[...at, 'fields', 'edit']} label={t('stepEdits')} choices={fields} placeholder={t('none')} />
            <ChoicesSlot at={[...at, 'fields', 'require']} label={t('stepRequires')} choices={fields} placeholder={t('none')} />
          </Part>
        </>
      )}
      {branch === undefined && !step.parallel ? (
        <Part title={t('parallelTitle')}>
          <p className="s">{t('parallelHint')}</p>
          <AddButton onClick={() => edit(besides(def, chain.key, stepIndex, newText(t('newParallel')), newStep(newText(t('newStep')))))}>{t('addBeside')}</AddButton>
        </Part>
      ) : null}
    </Panel>
  );
}

type ModeKind = 'all' | 'any' | 'anyLast' | 'sequence' | 'share' | 'count' | 'weight';

const kindOfMode = (mode: Mode): ModeKind => (typeof mode === 'string' ? mode : 'share' in mode ? 'share' : 'count' in mode ? 'count' : 'weight' in mode ? 'weight' : 'anyLast');

const FIRST: Record<ModeKind, Mode> = {
  all: 'all', any: 'any', anyLast: { any: 'allReject' }, sequence: 'sequence', share: { share: 0.6 }, count: { count: 2 }, weight: { weight: {}, pass: 1 },
};

function ModePart({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Mode>([...at, 'mode']);
  const mode = slot.value ?? 'all';
  const kind = kindOfMode(mode);
  return (
    <Part title={t('modeTitle')}>
      <Radio.Group
        className="d-radios"
        aria-label={t('modeTitle')}
        value={kind}
        onChange={(e) => slot.set(FIRST[e.target.value as ModeKind])}
      >
        {(['all', 'any', 'anyLast', 'share', 'count', 'weight', 'sequence'] as const).map((k) => (
          <div key={k} className="d-radio">
            <Radio value={k}>
              {t(`mode_${k}`)} <span className="s">{t(`mode_${k}_hint`)}</span>
            </Radio>
            {k === 'share' && kind === 'share' && typeof mode === 'object' && 'share' in mode ? (
              <InputNumber
                size="small"
                aria-label={t('mode_share_hint')}
                min={1}
                max={100}
                precision={0}
                suffix="%"
                value={Math.round(mode.share * 100)}
                onBlur={slot.settle}
                onChange={(n) => n !== null && slot.type({ share: n / 100 })}
              />
            ) : null}
            {k === 'count' && kind === 'count' && typeof mode === 'object' && 'count' in mode ? (
              <InputNumber
                size="small"
                aria-label={t('mode_count_hint')}
                min={1}
                max={99}
                precision={0}
                value={mode.count}
                onBlur={slot.settle}
                onChange={(n) => n !== null && slot.type({ count: n })}
              />
            ) : null}
          </div>
        ))}
      </Radio.Group>
      {typeof mode === 'object' && 'weight' in mode ? (
        <>
          <Row label={t('weightPass')}>
            {(id) => <InputNumber id={id} min={1} max={100000} precision={0} value={mode.pass} onBlur={slot.settle} onChange={(n) => n !== null && slot.type({ ...mode, pass: n })} />}
          </Row>
          <Weights at={[...at, 'mode', 'weight']} help={t('voteWeightsHelp')} />
        </>
      ) : null}
      <Problems list={slot.problems} />
      <SwitchSlot at={[...at, 'veto']} label={t('veto')} hint={t('vetoHint')} />
    </Part>
  );
}

function EmptyPart({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  const empty = useSlot<string | Whos>([...at, 'onEmpty']);
  const self = useSlot<string>([...at, 'onSelf']);
  const people = typeof empty.value === 'object';
  return (
    <Part>
      <Row label={t('onEmpty')} path={empty.path} problems={people ? [] : empty.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('onEmpty')}
            value={people ? 'who' : ((empty.value as string | undefined) ?? '')}
            options={[
              ...(empty.value === undefined ? [{ value: '', label: t('notDecided') }] : []),
              ...EMPTY_POLICIES.map((p) => ({ value: p as string, label: t(`empty_${p}`) })),
              { value: 'who', label: t('empty_who') },
            ]}
            onChange={(v) => empty.set(v === 'who' ? [{ managerOf: 'owner', level: 2 }] : v)}
          />
        )}
      </Row>
      {people ? (
        <WhoList
          label={t('empty_who')}
          form={form}
          value={empty.value as Whos}
          onChange={(who: Who[] | undefined) => empty.set(who ?? 'admin')}
          problems={empty.problems}
          kinds={['user', 'role', 'managerOf', 'field']}
        />
      ) : null}
      <Row label={t('onSelf')} path={self.path} problems={self.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('onSelf')}
            value={self.value ?? ''}
            options={[
              ...(self.value === undefined ? [{ value: '', label: t('notDecided') }] : []),
              ...SELF_POLICIES.map((p) => ({ value: p as string, label: t(`self_${p}`) })),
            ]}
            onChange={(v) => self.set(v)}
          />
        )}
      </Row>
    </Part>
  );
}

/** What happens when nobody decides: a ladder, one rung after the other. */
function DuePart({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<DueStep[] | string>([...at, 'due']);
  return (
    <Part title={t('late')}>
      {typeof slot.value === 'string' ? <p className="s">{t('lateTotal', { time: slot.value })}</p> : null}
      <Ladder at={[...at, 'due']} label={t('late')} form={form} actions={DUE_ACTIONS} />
    </Part>
  );
}

function AllowPart({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<StepRight[]>([...at, 'allow']);
  const on = slot.value ?? [];
  return (
    <Part title={t('approverMay')}>
      <div className="d-checks">
        {STEP_RIGHTS.map((r) => (
          <Checkbox
            key={r}
            checked={on.includes(r)}
            onChange={(e) => {
              const next = STEP_RIGHTS.filter((x) => (x === r ? e.target.checked : on.includes(x)));
              slot.set(next.length === 0 ? undefined : next);
            }}
          >
            {t(`right_${r}`)}
          </Checkbox>
        ))}
      </div>
      <Problems list={slot.problems} />
    </Part>
  );
}
