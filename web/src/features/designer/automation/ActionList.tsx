import { Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Action } from '@/model/definition';
import type { Path } from '@/model/path';
import { formOfTarget, insideEach, type Sight } from '@/model/references';
import { useDefinition, useNameOf, useSlot } from '../context';
import { AssignsSlot } from '../controls/Assigns';
import { useNewText } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { FormulaSlot } from '../controls/FormulaSlot';
import { LadderPart } from '../controls/Ladder';
import { IconButton, Problems } from '../controls/Row';
import { OwnerSlot } from '../controls/OwnerSlot';
import { ChoiceSlot, NumberSlot, TextSlot, WordSlot } from '../controls/slots';
import { WhoSlot } from '../controls/Who';
import { BodyRows } from './BodyRows';
import { EachSlot } from './EachSlot';
import { IntoRows } from './IntoRows';
import { OnSlot } from './OnSlot';
import { ShapeSlot } from './ShapeSlot';
import { WaitRow } from './WaitRow';
import { WithSlot } from './WithSlot';
import { MailBody, RobotBody } from './ActionOutbound';
import { actionKind, ACTIONS, type ActionKind } from './words';

/** Problems of an action stand in it, not under the list. */
const INDEXES = Array.from({ length: 100 }, (_, i) => String(i));

/** What is done, one after the other. Branches hold lists of their own. */
export function ActionList({ at, sight, label, depth = 0 }: { at: Path; sight: Sight; label: string; depth?: number }) {
  const { form } = sight;
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const def = useDefinition();
  const slot = useSlot<Action[]>(at, INDEXES);
  const list = slot.value ?? [];
  const fresh = (kind: ActionKind): Action => {
    switch (kind) {
      case 'notify':
        return { notify: { to: [{ field: 'owner' }], text: newText(t('newMessageText', { title: '{{ title }}' })) } };
      case 'task':
        return { task: { who: [{ field: 'owner' }], name: newText(t('newTask', { title: '{{ title }}' })), due: 'P1BD' } };
      case 'set':
        return { set: {} };
      case 'start':
        return { start: { process: def.processes?.[0]?.key ?? '' } };
      case 'move':
        return { move: def.processes?.find((p) => p.form === form)?.transitions?.[0]?.key ?? '' };
      case 'assign':
        return { assign: [{ managerOf: 'owner', level: 1 }] };
      case 'pool':
        return { pool: { in: def.pools?.find((p) => p.form === form)?.key ?? '' } };
      case 'mail':
        return { mail: { to: [{ field: 'owner' }], message: def.messages?.find((m) => m.form === form)?.key ?? '' } };
      case 'robot':
        return { robot: { to: '', text: newText(t('newMessageText', { title: '{{ title }}' })) } };
      case 'http':
        return { http: { url: 'https://', method: 'POST' } };
      case 'wait':
        return { wait: 'P3D' };
      case 'stop':
        return { stop: true };
      case 'branch':
        return { if: '', then: [] };
      case 'each':
        return { each: {}, do: [] };
    }
  };
  const kinds = depth >= 2 ? ACTIONS.filter((k) => k !== 'branch' && k !== 'each') : ACTIONS;
  return (
    <>
      <ol className="d-actions" aria-label={label}>
        {list.map((action, i) => (
          // An action has no key; its place in the order is its identity.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i} className="d-action">
            <header>
              <span className="d-n">{i + 1}</span>
              <b>{t(`do_${actionKind(action)}`)}</b>
              <span className="sp" />
              <IconButton
                icon="caretDown"
                label={t('moveDown')}
                disabled={i + 1 === list.length}
                onClick={() => slot.set(list.with(i, list[i + 1] as Action).with(i + 1, action))}
              />
              <IconButton icon="close" label={t('remove')} onClick={() => slot.set(list.toSpliced(i, 1))} />
            </header>
            <ActionBody at={[...at, i]} action={action} sight={sight} depth={depth} />
          </li>
        ))}
      </ol>
      <Dropdown
        trigger={['click']}
        menu={{
          items: kinds.map((k) => ({ key: k, label: t(`do_${k}`) })),
          onClick: ({ key }) => slot.set([...list, fresh(key as ActionKind)]),
        }}
      >
        <button type="button" className="link d-add">
          <Icon name="plus" size={14} />
          {t('addAction')}
        </button>
      </Dropdown>
      <Problems list={slot.problems} />
    </>
  );
}

const INNER = ['set', 'move', 'start', 'assign', 'pool', 'task', 'notify', 'mail', 'robot', 'http', 'wait', 'stop', 'if', 'then', 'else', 'on', 'each', 'do'];

function ActionBody({ at, action, sight, depth }: { at: Path; action: Action; sight: Sight; depth: number }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const slot = useSlot<Action>(at, INNER);
  const { form } = sight;
  const onForm = formOfTarget(def, action.on, sight);
  const started = action.start?.form ?? def.processes?.find((p) => p.key === action.start?.process)?.form ?? '';
  const links = (def.forms?.find((f) => f.key === started)?.fields ?? [])
    .filter((f) => f.type === 'reference' && f.form === onForm)
    .map((f) => ({ value: f.key, label: nameOf(f) }));
  const kind = actionKind(action);
  const transitions = def.processes?.find((p) => p.form === onForm)?.transitions ?? [];
  const onSlot = kind === 'each' || kind === 'branch' || kind === 'wait' || kind === 'stop' ? null : <OnSlot at={[...at, 'on']} sight={sight} />;
  return (
    <div className="d-actionbody">
      <Problems list={slot.problems} />
      {onSlot}
      {kind === 'notify' ? (
        <>
          <WhoSlot at={[...at, 'notify', 'to']} label={t('notifyWho')} form={onForm} />
          <TextSlot
            at={[...at, 'notify', 'text']}
            label={t('notifyText')}
            rows={2}
            hint={t('templateHint', { example: '{{ name }}' })}
          />
        </>
      ) : null}
      {kind === 'mail' ? <MailBody at={at} form={onForm} onForm={onForm} /> : null}
      {kind === 'robot' ? <RobotBody at={at} form={onForm} /> : null}
      {kind === 'task' ? (
        <>
          <WhoSlot at={[...at, 'task', 'who']} label={t('taskWho')} form={onForm} />
          <div className="d-two">
            <TextSlot at={[...at, 'task', 'name']} label={t('taskName')} />
            <DurationSlot at={[...at, 'task', 'due']} label={t('taskDue')} />
          </div>
          <LadderPart at={[...at, 'task']} form={onForm} />
        </>
      ) : null}
      {kind === 'set' ? (
        <AssignsSlot at={[...at, 'set']} target={onForm} reads={onForm} label={t('do_set')} />
      ) : null}
      {kind === 'move' ? (
        <ChoiceSlot
          at={[...at, 'move']}
          label={t('word_transition')}
          choices={transitions.map((x) => ({ value: x.key, label: nameOf(x) }))}
        />
      ) : null}
      {kind === 'start' ? (
        <>
          <div className="d-two">
            {action.start?.form === undefined ? (
              <ChoiceSlot
                at={[...at, 'start', 'process']}
                label={t('startWhat')}
                choices={(def.processes ?? []).map((p) => ({ value: p.key, label: nameOf(p) }))}
              />
            ) : (
              <ChoiceSlot
                at={[...at, 'start', 'form']}
                label={t('startWhat')}
                choices={(def.forms ?? []).map((f) => ({ value: f.key, label: nameOf(f) }))}
              />
            )}
            <ChoiceSlot at={[...at, 'start', 'link']} label={t('linkBack')} unset={t('none')} choices={links} />
          </div>
          <WithSlot at={[...at, 'start', 'with']} target={started} sight={{ ...sight, form: onForm }} />
        </>
      ) : null}
      {kind === 'assign' ? <OwnerSlot at={[...at, 'assign']} label={t('assignTo')} form={onForm} ways={['keep', 'leastLoaded', 'roundRobin', 'weighted', 'pool']} unset={t('assign_first')} /> : null}
      {kind === 'pool' ? <ChoiceSlot at={[...at, 'pool', 'in']} label={t('poolIn')} choices={(def.pools ?? []).map((p) => ({ value: p.key, label: nameOf(p) }))} /> : null}
      {kind === 'http' ? (
        <>
          <WordSlot at={[...at, 'http', 'url']} label={t('httpUrl')} hint={t('httpHint')} />
          <div className="d-two">
            <ChoiceSlot
              at={[...at, 'http', 'method']}
              label={t('httpMethod')}
              unset="POST"
              unsetAs="POST"
              choices={['GET', 'PUT', 'PATCH', 'DELETE'].map((m) => ({ value: m, label: m }))}
            />
            <NumberSlot at={[...at, 'http', 'retry']} label={t('httpRetry')} min={0} max={12} />
          </div>
          <WordSlot at={[...at, 'http', 'secret']} label={t('httpSecret')} hint={t('httpSecretHint')} />
          <BodyRows at={[...at, 'http', 'body']} form={onForm} />
          {onForm === '' ? null : <IntoRows at={[...at, 'http', 'into']} form={onForm} />}
          <ShapeSlot at={[...at, 'http', 'result']} label={t('httpResult')} hint={t('httpResultHint')} />
        </>
      ) : null}
      {kind === 'wait' ? <WaitRow at={[...at, 'wait']} form={form} /> : null}
      {kind === 'stop' ? <p className="s">{t('stopHint')}</p> : null}
      {kind === 'each' ? (
        <>
          <EachSlot at={[...at, 'each']} sight={sight} />
          <div className="d-branch">
            <b className="s">{t('eachDo')}</b>
            <ActionList at={[...at, 'do']} sight={insideEach(def, action.each, sight)} label={t('eachDo')} depth={depth + 1} />
          </div>
          <div className="d-branch">
            <b className="s">{t('eachElse')}</b>
            <ActionList at={[...at, 'else']} sight={sight} label={t('eachElse')} depth={depth + 1} />
          </div>
        </>
      ) : null}
      {kind === 'branch' ? (
        <>
          <FormulaSlot at={[...at, 'if']} form={form} label={t('branchIf')} placeholder={t('conditionPlaceholder')} />
          <div className="d-branch">
            <b className="s">{t('branchThen')}</b>
            <ActionList at={[...at, 'then']} sight={sight} label={t('branchThen')} depth={depth + 1} />
          </div>
          <div className="d-branch">
            <b className="s">{t('branchElse')}</b>
            <ActionList at={[...at, 'else']} sight={sight} label={t('branchElse')} depth={depth + 1} />
          </div>
        </>
      ) : action.if !== undefined ? (
        <FormulaSlot at={[...at, 'if']} form={form} label={t('onlyIf')} />
      ) : null}
    </div>
  );
}
