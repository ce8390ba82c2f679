import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { Empty } from '@/ui/States';
import type { Chain, Definition } from '@/model/definition';
import { addChain, newStep } from '@/model/edits';
import { splitKeyPath } from '@/model/path';
import { problemsUnder } from '@/model/problem';
import { useActions, useDefinition, useDraft, useNameOf, useSelection } from '../context';
import { useReading } from '../controls/useLexica';
import { useNewText } from '../controls/choices';
import { IconButton } from '../controls/Row';
import { ChainCanvas } from './ChainCanvas';
import { ChainPanel } from './ChainPanel';
import { Preview } from './Preview';
import { StepPanel } from './StepPanel';

interface Selected {
  chain: number;
  step?: number;
  branch?: number;
}

function read(chains: readonly Chain[], at: string): Selected {
  const parts = splitKeyPath(at);
  const chain = parts[0] === 'approvals' ? chains.findIndex((c) => c.key === parts[1]) : -1;
  if (chain < 0) return { chain: 0 };
  const steps = chains[chain]?.steps ?? [];
  const step = parts[2] === 'steps' ? steps.findIndex((s) => s.key === parts[3]) : -1;
  const branch = parts[4] === 'parallel' ? (steps[step]?.parallel?.findIndex((s) => s.key === parts[5]) ?? -1) : -1;
  return step < 0 ? { chain } : branch < 0 ? { chain, step } : { chain, step, branch };
}

/** The form a chain decides about: that of the process whose transition or stage names it. */
export function formOfChain(def: Definition, chain: string): string {
  const process = def.processes?.find(
    (p) => p.transitions?.some((t) => t.approval === chain) || p.stages.some((s) => s.approval?.chain === chain),
  );
  return process?.form ?? def.processes?.[0]?.form ?? def.forms?.[0]?.key ?? '';
}

/** Where a chain is used: the transitions and stages that wait for it. */
export function usersOfChain(def: Definition, chain: string): { path: string; key: string; name?: unknown }[] {
  return (def.processes ?? []).flatMap((p) => [
    ...(p.transitions ?? [])
      .filter((t) => t.approval === chain)
      .map((t) => ({ path: `/processes/${p.key}/transitions/${t.key}`, key: t.key, name: t.name })),
    ...p.stages
      .filter((s) => s.approval?.chain === chain)
      .map((s) => ({ path: `/processes/${p.key}/stages/${s.key}`, key: s.key, name: s.name })),
  ]);
}

/** The approval chains: which, what each looks like, who it would be, and a panel of what is selected. */
export function ApprovalsPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const problems = useDraft((s) => s.problems);
  const { at, select } = useSelection();
  const { edit } = useActions();
  const chains = def.approvals ?? [];
  const selected = useMemo(() => read(def.approvals ?? [], at), [def.approvals, at]);
  const chain = chains[selected.chain];
  const create = () => edit(addChain(def, newText(t('newChain')), newStep(newText(t('newStep')))));
  if (!chain) {
    return (
      <div className="d-empty">
        <Empty title={t('noChains')} text={t('noChainsText')}>
          <Button type="primary" onClick={create}>
            {t('newChain')}
          </Button>
        </Empty>
      </div>
    );
  }
  const form = formOfChain(def, chain.key);
  return (
    <div className="d-three chains">
      <nav className="d-side" aria-label={t('word_chain')}>
        <header className="d-panelhead">
          <h2>{t('word_chain')}</h2>
          <span className="sp" />
          <IconButton icon="plus" label={t('newChain')} onClick={create} />
        </header>
        <ul>
          {chains.map((c) => {
            const mine = problemsUnder(problems, `/approvals/${c.key}`);
            return (
              <li key={c.key}>
                <button
                  type="button"
                  className="d-sideitem"
                  aria-current={c.key === chain.key ? 'true' : undefined}
                  onClick={() => select(`/approvals/${c.key}`)}
                >
                  <span className="sp el">{nameOf(c)}</span>
                  {mine.length > 0 ? (
                    <Icon
                      name={mine.some((p) => p.severity === 'error') ? 'error' : 'alert'}
                      size={14}
                      className={mine.some((p) => p.severity === 'error') ? 'bad' : 'warn'}
                      label={t('problemCount', { count: mine.length })}
                    />
                  ) : null}
                  <span className="s el">
                    {c.skipIf ? <Skipped form={formOfChain(def, c.key)} skipIf={c.skipIf} /> : t('stepCount', { count: c.steps.length })}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </nav>
      <section className="d-canvas" aria-label={t('canvas')}>
        <header className="d-bar">
          <b className="el">{nameOf(chain)}</b>
          <span className="s d-facts el">
            {usersOfChain(def, chain.key).length > 0
              ? t('chainUsedBy', {
                  names: usersOfChain(def, chain.key)
                    .map((u) => `“${nameOf(u)}”`)
                    .join(t('listSeparator')),
                })
              : t('chainUnused')}
          </span>
          <span className="sp" />
          <Button type="text" size="small" onClick={() => select(`/approvals/${chain.key}`)}>
            {t('chainSettings')}
          </Button>
        </header>
        <div className="d-chainpage">
          <ChainCanvas chain={chain} form={form} selectedStep={selected.step} selectedBranch={selected.branch} />
          <Preview key={chain.key} chain={chain} form={form} />
        </div>
      </section>
      {selected.step !== undefined ? (
        <StepPanel key={at} chain={chain} chainIndex={selected.chain} stepIndex={selected.step} {...(selected.branch === undefined ? {} : { branch: selected.branch })} form={form} />
      ) : (
        <ChainPanel key={chain.key} chain={chain} chainIndex={selected.chain} form={form} />
      )}
    </div>
  );
}

/** When a chain is not asked at all, in the reader's words. */
function Skipped({ form, skipIf }: { form: string; skipIf: string }) {
  const { t } = useTranslation('designer');
  const reading = useReading(form);
  return t('skippedIf', { condition: reading(skipIf) });
}
