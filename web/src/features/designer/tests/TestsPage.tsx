import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useDraft, usePlaceInDesigner, useSelection } from '../context';
import { SidePage } from '../SidePage';
import { RanCard } from './RanCard';
import { ranQuery } from './ran';
import { TestOne } from './TestOne';

const TryDialog = lazy(() => import('../sandbox/TryDialog').then((m) => ({ default: m.TryDialog })));

/** The scenarios of the draft: whether each passes, what none of them walks, and what each does, step by step. */
export function TestsPage() {
  const { t } = useTranslation('scenarios');
  const { app } = usePlaceInDesigner();
  const tests = useDefinition().tests ?? [];
  const rev = useDraft((s) => s.rev);
  const { at } = useSelection();
  const { data } = useQuery(ranQuery(app, rev));
  const [trying, setTrying] = useState(false);
  const [, chosen] = splitKeyPath(at);
  const index = Math.min(Math.max(0, Number(chosen ?? 0) || 0), Math.max(0, tests.length - 1));
  const test = tests[index];
  const def = useDefinition();
  const { apply } = useActions();
  const { select } = useSelection();
  const write = () => {
    let n = tests.length + 1;
    while (tests.some((x) => x.name === t('newName', { n }))) n++;
    const process = def.processes?.[0];
    const form = process?.form ?? def.forms?.[0]?.key;
    const expect = process ? { stage: process.start ?? process.stages[0]?.key ?? '' } : { problems: [] };
    apply({ op: 'insert', at: ['tests'], index: tests.length, value: { name: t('newName', { n }), ...(form ? { given: { form } } : {}), steps: [{ expect }] } });
    select(`/tests/${tests.length}`);
  };
  const resultOf = (name: string) => data?.tests.find((r) => r.name === name);
  return (
    <>
      {trying ? (
        <Suspense>
          <TryDialog onClose={() => setTrying(false)} />
        </Suspense>
      ) : null}
      <SidePage
        title={t('title')}
        groups={[
          {
            items: tests.map((x, i) => {
              const result = resultOf(x.name);
              return { path: `/tests/${i}`, name: x.name, note: [result && t(result.passed ? 'passed' : 'failed'), t('steps', { count: x.steps.length })].filter(Boolean).join(' · ') };
            }),
          },
        ]}
        makers={[
          { label: t('record'), run: () => setTrying(true) },
          { label: t('write'), run: write },
        ]}
        emptyTitle={t('none')}
        emptyText={t('noneText')}
        shown={`/tests/${index}`}
      >
        <div className="d-one d-tests">
          <RanCard lead={false} />
          {test ? <TestOne key={index} test={test} index={index} ran={data} /> : null}
        </div>
      </SidePage>
    </>
  );
}
