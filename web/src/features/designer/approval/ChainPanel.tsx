import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Chain } from '@/model/definition';
import { removeChain } from '@/model/edits';
import { useActions, useDefinition, useDraftStore, useJump, useNameOf, useSelection, useSlot } from '../context';
import { useFieldChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot } from '../controls/slots';
import { WhoSlot } from '../controls/Who';
import { Panel } from '../Panel';
import { usersOfChain } from './ApprovalsPage';

/** A chain as a whole: when it is not needed, what it is bound to, and how it ends. */
export function ChainPanel({ chain, chainIndex, form }: { chain: Chain; chainIndex: number; form: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { apply } = useActions();
  const { select } = useSelection();
  const jump = useJump();
  const { actions } = useDraftStore();
  const at = ['approvals', chainIndex];
  const fields = useFieldChoices(form);
  const rest = useSlot<Chain>(at, ['name', 'help', 'skipIf', 'guards', 'steps', 'onReject', 'onReturn', 'cc', 'dedupe']);
  const reject = useSlot<Chain['onReject']>([...at, 'onReject']);
  const users = usersOfChain(def, chain.key);
  // A chain serves one form: once it is used, only ways of that form's process are offered.
  const free = (def.processes ?? []).flatMap((p, i) =>
    users.length > 0 && p.form !== form
      ? []
      : (p.transitions ?? []).flatMap((x, j) =>
          x.approval === undefined
            ? [{ value: `${i}/${j}`, label: `${nameOf(p)} · ${nameOf(x)} → ${nameOf(p.stages.find((s) => s.key === x.to) ?? { key: x.to })}` }]
            : [],
        ),
  );
  const moves = def.processes?.find((p) => p.form === form)?.transitions ?? [];
  return (
    <Panel
      title={nameOf(chain)}
      word={t('word_chain')}
      actions={
        <IconButton
          icon="trash"
          label={t('removeChain')}
          onClick={() => {
            apply(removeChain(def, chain.key));
            select(undefined);
            toast(t('chainRemoved', { name: nameOf(chain) }), { undo: actions.undo });
          }}
        />
      }
    >
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot path={`/approvals/${chain.key}`} value={chain.key} />
        <TextSlot at={[...at, 'help']} label={t('help')} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('usedBy')}>
        {users.length === 0 ? <p className="s">{t('chainUnusedLong')}</p> : null}
        <ul className="d-lines">
          {users.map((u) => (
            <li key={u.path}>
              <button type="button" className="link" onClick={() => jump(u.path)}>
                {nameOf(u)}
              </button>
            </li>
          ))}
        </ul>
        {free.length > 0 ? (
          <Select
            className="d-wide"
            aria-label={t('chainUse')}
            value={null}
            placeholder={t('chainUse')}
            options={free}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(at: string | null) => {
              const [p, x] = (at ?? '').split('/').map(Number);
              if (at) apply({ op: 'set', at: ['processes', p as number, 'transitions', x as number, 'approval'], value: chain.key });
            }}
          />
        ) : null}
      </Part>
      <Part title={t('skipTitle')}>
        <FormulaSlot
          at={[...at, 'skipIf']}
          form={form}
          label={t('skipIf')}
          hint={t('skipIfHint')}
          placeholder={t('conditionPlaceholder')}
        />
      </Part>
      <Part title={t('guardsTitle')}>
        <ChoicesSlot
          at={[...at, 'guards']}
          label={t('guards')}
          hint={t('guardsHint')}
          choices={fields}
          placeholder={t('guardsDefault')}
        />
      </Part>
      <Part title={t('endings')}>
        <Row label={t('onReject')} path={reject.path} problems={reject.problems}>
          {(id) => (
            <Select
              id={id}
              className="d-wide"
              aria-label={t('onReject')}
              value={reject.value?.move ? `move:${reject.value.move}` : reject.value?.to && reject.value.to !== 'end' ? `to:${reject.value.to}` : ''}
              options={[
                { value: '', label: t('reject_end') },
                { value: 'to:initiator', label: t('reject_initiator') },
                ...chain.steps.map((s) => ({ value: `to:${s.key}`, label: t('reject_step', { name: nameOf(s) }) })),
                ...moves.map((m) => ({ value: `move:${m.key}`, label: t('reject_move', { name: nameOf(m) }) })),
              ]}
              onChange={(v) => reject.set(v === '' ? undefined : v.startsWith('to:') ? { to: v.slice(3) } : { move: v.slice(5) })}
            />
          )}
        </Row>
        <ChoiceSlot
          at={[...at, 'onReturn', 'to']}
          label={t('returnTo')}
          unset={t('returnTo_initiator')}
          unsetAs="initiator"
          choices={[
            { value: 'previous', label: t('returnTo_previous') },
            { value: 'any', label: t('returnTo_any') },
          ]}
        />
        <ChoiceSlot
          at={[...at, 'onReturn', 'resume']}
          label={t('resume')}
          unset={t('resume_rerun')}
          unsetAs="rerun"
          choices={[{ value: 'jumpBack', label: t('resume_jumpBack') }]}
        />
        <ChoiceSlot
          at={[...at, 'dedupe']}
          label={t('dedupe')}
          unset={t('dedupe_consecutive')}
          unsetAs="consecutive"
          choices={[
            { value: 'none', label: t('dedupe_none') },
            { value: 'once', label: t('dedupe_once') },
          ]}
        />
      </Part>
      <Part title={t('cc')}>
        <WhoSlot at={[...at, 'cc']} label={t('cc')} form={form} />
      </Part>
    </Panel>
  );
}
