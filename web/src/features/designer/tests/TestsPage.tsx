import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDurationText } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Test } from '@/model/definition';
import { isUnder, splitKeyPath } from '@/model/path';
import { formOfTest } from '@/model/scenarios';
import { useActions, useDefinition, useDraft, useDraftStore, usePlaceInDesigner, useSelection, useSlot } from '../context';
import { IconButton, Part, Row } from '../controls/Row';
import { SidePage } from '../SidePage';
import { RanCard } from './RanCard';
import { ranQuery, type Ran } from './ran';
import { tellData, tellStep, type Teller } from './words';

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
        makers={[{ label: t('record'), run: () => setTrying(true) }]}
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

/** One scenario in words. Its name can be changed, it can be taken out; what it does is recorded in a sandbox, or written as JSON. */
function TestOne({ test, index, ran }: { test: Test; index: number; ran: Ran | undefined }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const text = useText();
  const format = useFormat();
  const duration = useDurationText();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const { go } = usePlaceInDesigner();
  const name = useSlot<string>(['tests', index, 'name']);
  const teller = useMemo<Teller>(
    () => ({
      say: (key, values) => String(t(key as 'look', values)),
      text: (x, otherwise) => text(x, otherwise),
      duration,
      person: (id) => ran?.people.find((p) => p.id === id)?.name ?? id,
      list: (names) => names.join(t('designer:listComma')),
    }),
    [t, text, duration, ran],
  );
  const form = formOfTest(def, test);
  const stage = def.processes?.find((p) => p.form === form?.key)?.stages.find((s) => s.key === test.given?.stage);
  const given = tellData(def, form, test.given?.data, teller);
  const problems = ran?.tests.find((r) => r.name === test.name)?.problems ?? [];
  return (
    <div className="card">
      <header>
        <h2 className="el">{test.name}</h2>
        <span className="sp" />
        <IconButton icon="edit" label={t('asJson')} onClick={() => go('json', `/tests/${index}`)} />
        <IconButton
          icon="trash"
          label={t('designer:removeNamed', { name: test.name })}
          onClick={() => {
            apply({ op: 'remove', at: ['tests'], index });
            select(undefined);
            toast(t('designer:removed', { name: test.name }), { undo: actions.undo });
          }}
        />
      </header>
      <Part>
        <Row label={t('name')} path={name.path} problems={name.problems}>
          {(id) => <Input id={id} value={name.value ?? ''} maxLength={120} onBlur={name.settle} onChange={(e) => name.type(e.target.value)} />}
        </Row>
      </Part>
      <Part title={t('given')}>
        <p>
          {form ? t(test.given?.form ? 'givenForm' : 'givenPublic', { form: text(form.name, form.key) }) : null}
          {stage ? ` ${t('givenStage', { stage: text(stage.name, stage.key) })}` : ''}
          {test.given?.owner ? ` ${t('e_owner', { people: teller.person(test.given.owner) })}` : ''}
          {test.at ? ` ${t('givenAt', { time: format.moment(test.at) })}` : ''}
        </p>
        <Pairs of={given} />
        {Object.entries(test.given?.records ?? {}).map(([key, record]) => {
          const of = def.forms?.find((f) => f.key === record.form);
          return (
            <div key={key}>
              <h4 className="d-testrecord">
                {text(of?.name, record.form)} <code>{key}</code>
              </h4>
              <Pairs of={tellData(def, of, record.data, teller)} />
            </div>
          );
        })}
      </Part>
      <Part title={t('walk')}>
        <ol className="d-steps">
          {test.steps.map((step, i) => {
            const told = tellStep(def, test, step, teller);
            const wrong = problems.filter((p) => p.path === `/tests/${index}/steps/${i}` || isUnder(p.path, `/tests/${index}/steps/${i}`));
            return (
              // oxlint-disable-next-line react/no-array-index-key
              <li key={i} className={wrong.length > 0 ? 'wrong' : ''}>
                <span className="d-stepno">{i + 1}</span>
                <div>
                  <p>
                    {told.who ? <b>{told.who}</b> : null} {told.does}
                    {told.about ? <span className="s"> · {told.about}</span> : null}
                  </p>
                  <Pairs of={told.with} />
                  {told.expects.length > 0 ? (
                    <ul className="d-expects" aria-label={t('then')}>
                      {told.expects.map((e) => (
                        <li key={e}>
                          <Icon name={wrong.length > 0 ? 'caretRight' : 'check'} size={14} />
                          {e}
                        </li>
                      ))}
                    </ul>
                  ) : null}
                  {wrong.map((p) => (
                    <p key={`${p.path} ${text(p.message)}`} className="bad">
                      {text(p.message)}
                    </p>
                  ))}
                </div>
              </li>
            );
          })}
        </ol>
      </Part>
    </div>
  );
}

function Pairs({ of }: { of: readonly [string, string][] }) {
  if (of.length === 0) return null;
  return (
    <dl className="d-pairs">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
