import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Chain, Step } from '@/model/definition';
import { addBranch, addStep, newStep } from '@/model/edits';
import { problemsUnder } from '@/model/problem';
import { useActions, useDefinition, useDraft, useNameOf, useSelection } from '../context';
import { useReading } from '../controls/useLexica';
import { useNewText } from '../controls/choices';
import { useWhoText } from '../controls/Who';
import { usersOfChain } from './ApprovalsPage';

/** How a step is decided, in a word: 会签, 或签, 票签 60%. */
export function useModeText(): (mode: Step['mode']) => string {
  const { t } = useTranslation('designer');
  return (mode = 'all') => {
    if (typeof mode === 'string') return t(`mode_${mode}_short`);
    if ('share' in mode) return t('mode_share_short', { n: Math.round(mode.share * 100) });
    if ('count' in mode) return t('mode_count_short', { n: mode.count });
    return 'weight' in mode ? t('mode_weight_short', { n: mode.pass }) : t('mode_anyLast_short');
  };
}

interface Props {
  chain: Chain;
  form: string;
  selectedStep: number | undefined;
  selectedBranch: number | undefined;
}

/** The chain from top to bottom: submitted, each step with its condition, done. */
export function ChainCanvas({ chain, form, selectedStep, selectedBranch }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { edit } = useActions();
  const newText = useNewText();
  const users = usersOfChain(def, chain.key);
  const reading = useReading(form);
  const add = (place: number) => edit(addStep(def, chain.key, newStep(newText(t('newStep'))), place));
  return (
    <ol className="d-chainlist" aria-label={t('chainOf', { name: nameOf(chain) })}>
      <li className="d-node fixed">
        <span className="d-nodeicon">
          <Icon name="user" />
        </span>
        <span className="d-nodetext">
          <b>{t('submitted')}</b>
          <span className="s el">
            {users.length > 0 ? users.map((u) => nameOf(u)).join(t('listSeparator')) : t('chainUnused')}
          </span>
        </span>
      </li>
      {chain.steps.map((step, i) => (
        <Fragment key={step.key}>
          <Joint onAdd={() => add(i)} n={i + 1} />
          {step.runIf === undefined ? null : (
            <li className="d-gate">
              <span className="d-gatetext">
                <code>{reading(step.runIf)}</code>
              </span>
              <Icon name="diamond" size={28} />
              <span className="s d-gateno">{t('elseSkip')}</span>
            </li>
          )}
          <li>
            {step.parallel ? (
              <Parallel chain={chain} index={i} form={form} on={selectedStep === i && selectedBranch === undefined} branch={selectedStep === i ? selectedBranch : undefined} />
            ) : (
              <StepNode step={step} path={`/approvals/${chain.key}/steps/${step.key}`} form={form} on={selectedStep === i} />
            )}
          </li>
        </Fragment>
      ))}
      <Joint onAdd={() => add(chain.steps.length)} n={chain.steps.length + 1} />
      <li className="d-node fixed">
        <span className="d-nodeicon ok">
          <Icon name="check" />
        </span>
        <span className="d-nodetext">
          <b>{t('passed')}</b>
          <span className="s el">{t('passedThen')}</span>
        </span>
      </li>
    </ol>
  );
}

function Joint({ onAdd, n }: { onAdd: () => void; n: number }) {
  const { t } = useTranslation('designer');
  return (
    <li className="d-joint">
      <button type="button" aria-label={t('addStepAt', { n })} title={t('addStepAt', { n })} onClick={onAdd}>
        <Icon name="plus" size={12} />
      </button>
    </li>
  );
}

/** A parallel step: its branches side by side in one frame. */
function Parallel({ chain, index, form, on, branch }: { chain: Chain; index: number; form: string; on: boolean; branch: number | undefined }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const def = useDefinition();
  const { select } = useSelection();
  const { edit } = useActions();
  const newText = useNewText();
  const reading = useReading(form);
  const step = chain.steps[index] as Step;
  const path = `/approvals/${chain.key}/steps/${step.key}`;
  return (
    <div className={`d-parallel${on ? ' on' : ''}`} role="group" aria-label={nameOf(step)}>
      <button type="button" className="d-parallelhead" aria-pressed={on} onClick={() => select(path)}>
        <b className="el">{nameOf(step)}</b>
        <span className="tag">{t(step.join === 'any' ? 'join_any' : 'join_all')}</span>
      </button>
      <div className="d-branches">
        {step.parallel?.map((b, i) => (
          <div key={b.key} className="d-lane">
            {b.runIf === undefined ? null : <code className="s">{reading(b.runIf)}</code>}
            <StepNode step={b} path={`${path}/parallel/${b.key}`} form={form} on={branch === i} />
          </div>
        ))}
      </div>
      <button type="button" className="link s" onClick={() => edit(addBranch(def, chain.key, index, newStep(newText(t('newStep')))))}>
        {t('addBranch')}
      </button>
    </div>
  );
}

function StepNode({ step, path, form, on }: { step: Step; path: string; form: string; on: boolean }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const who = useWhoText(form);
  const mode = useModeText();
  const { select } = useSelection();
  const problems = useDraft((s) => s.problems);
  const mine = problemsUnder(problems, path);
  const bad = mine.some((p) => p.severity === 'error');
  return (
    <button type="button" className={`d-node${on ? ' on' : ''}`} aria-pressed={on} onClick={() => select(path)}>
      <span className="d-nodeicon">
        <Icon name="users" />
      </span>
      <span className="d-nodetext">
        <b className="el">{nameOf(step)}</b>
        <span className="s el">{who(step.who) || t('nobodyYet')}</span>
      </span>
      <span className="d-nodetags">
        <span className="tag">{mode(step.mode)}</span>
        {step.veto ? <span className="tag">{t('veto')}</span> : null}
      </span>
      {mine.length > 0 ? (
        <span className={`d-badge ${bad ? 'bad' : 'warn'}`}>
          <Icon name={bad ? 'error' : 'alert'} size={12} label={t('problemCount', { count: mine.length })} />
          {mine.length}
        </span>
      ) : null}
    </button>
  );
}
