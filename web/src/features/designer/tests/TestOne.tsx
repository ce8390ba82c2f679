import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sandboxesQuery } from '@/api/sandbox';
import { useDurationText } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Test, TestStep } from '@/model/definition';
import { durationParts, formatDuration, parseDuration, type Unit } from '@/model/duration';
import { isUnder } from '@/model/path';
import type { Problem } from '@/model/problem';
import { formOfTest } from '@/model/scenarios';
import { useActions, useDefinition, useDraftStore, usePlaceInDesigner, useSelection, useSlot } from '../context';
import { AddButton, IconButton, Part, Problems, Row } from '../controls/Row';
import { GivenEditor } from './GivenEditor';
import type { Ran } from './ran';
import { SceneContext, useScene, type Scene } from './scene';
import { StepEditor } from './StepEditor';
import { givenName, listsOf } from './steps';
import { tellData, tellStep, type Teller } from './words';

/** Problems of a step stand in it, not under the list. */
const INDEXES = Array.from({ length: 200 }, (_, i) => String(i));

/** One scenario in words. What it begins with and each step can be opened and changed by picking, one at a time. */
export function TestOne({ test, index, ran }: { test: Test; index: number; ran: Ran | undefined }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const { go } = usePlaceInDesigner();
  const scene = useSceneOf(test, index, ran);
  const name = useSlot<string>(['tests', index, 'name']);
  const at = ['tests', index, 'steps'];
  const steps = useSlot<TestStep[]>(at, INDEXES);
  const [open, setOpen] = useState<number | 'given'>();
  const toggle = (what: number | 'given') => setOpen(open === what ? undefined : what);
  const problems = ran?.tests.find((r) => r.name === test.name)?.problems ?? [];
  const move = (from: number, to: number) => {
    apply({ op: 'move', at, from, to });
    setOpen(open === from ? to : open === to ? from : open);
  };
  const add = () => {
    const transition = def.processes?.find((p) => p.form === formOfTest(def, test)?.key)?.transitions?.[0];
    apply({ op: 'insert', at, index: test.steps.length, value: transition ? { do: transition.key } : {} });
    setOpen(test.steps.length);
  };
  return (
    <SceneContext value={scene}>
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
        <Part
          title={t('given')}
          action={
            <button type="button" className="link" aria-expanded={open === 'given'} onClick={() => toggle('given')}>
              {t(open === 'given' ? 'done' : 'edit')}
            </button>
          }
        >
          {open === 'given' ? <GivenEditor /> : <GivenWords />}
          <Failures list={problems.filter((p) => !p.path.startsWith(`/tests/${index}/steps/`))} />
        </Part>
        <Part title={t('walk')}>
          {test.steps.length === 0 ? <p className="s">{t('noSteps')}</p> : null}
          <ol className="d-steps">
            {test.steps.map((step, i) => {
              const path = `/tests/${index}/steps/${i}`;
              const wrong = problems.filter((p) => p.path === path || isUnder(p.path, path));
              return (
                // A step has no key; its place in the order is its identity.
                // oxlint-disable-next-line react/no-array-index-key
                <li key={i} className={wrong.length > 0 ? 'wrong' : ''}>
                  <span className="d-stepno">{i + 1}</span>
                  <div>
                    <div className="d-stephead">
                      <StepWords step={step} />
                      <span className="d-stepdo">
                        <IconButton icon={open === i ? 'check' : 'edit'} label={open === i ? t('done') : t('editStep', { n: i + 1 })} onClick={() => toggle(i)} />
                        <IconButton icon="caretUp" label={t('upStep', { n: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
                        <IconButton icon="caretDown" label={t('downStep', { n: i + 1 })} disabled={i + 1 === test.steps.length} onClick={() => move(i, i + 1)} />
                        <IconButton
                          icon="trash"
                          label={t('removeStep', { n: i + 1 })}
                          onClick={() => {
                            apply({ op: 'remove', at, index: i });
                            setOpen(undefined);
                            toast(t('stepRemoved', { n: i + 1 }), { undo: actions.undo });
                          }}
                        />
                      </span>
                    </div>
                    {open === i ? <StepEditor at={[...at, i]} step={step} /> : <StepMore step={step} wrong={wrong.length > 0} />}
                    <Failures list={wrong} />
                  </div>
                </li>
              );
            })}
          </ol>
          <Problems list={steps.problems} />
          <AddButton onClick={add}>{t('addStep')}</AddButton>
        </Part>
      </div>
    </SceneContext>
  );
}

/** What the words and the editors of a scenario are made of. */
function useSceneOf(test: Test, index: number, ran: Ran | undefined): Scene {
  const { t } = useTranslation(['scenarios', 'designer']);
  const { app } = usePlaceInDesigner();
  const def = useDefinition();
  const text = useText();
  const duration = useDurationText();
  const { data: mine } = useQuery(sandboxesQuery(app));
  // An unsound draft is not run, and its people are known all the same.
  const people = useMemo(() => mine?.people ?? ran?.people ?? [], [mine, ran]);
  return useMemo<Scene>(() => {
    const record = (key: string) => givenName(def, test, key);
    const teller: Teller = {
      say: (key, values) => String(t(key as 'look', values)),
      text: (x, otherwise) => text(x, otherwise),
      // A clock that was moved by 90 days is written in hours, exactly.
      duration: (iso) => (parseDuration(iso)?.unit === 'H' ? (durationParts(iso) ?? []).map((p) => duration(formatDuration(p.n, p.unit as Unit))).join(' ') : duration(iso)),
      person: (id) => people.find((p) => p.id === id)?.name ?? id,
      record,
      list: (names) => names.join(t('designer:listComma')),
    };
    return { test, index, teller, people: people.map((p) => ({ value: p.id, label: p.name })), lists: listsOf(test, people, record) };
  }, [t, text, duration, people, def, test, index]);
}

function Failures({ list }: { list: readonly Problem[] }) {
  const text = useText();
  return list.map((p) => (
    <p key={`${p.path} ${text(p.message)}`} className="bad">
      {text(p.message)}
    </p>
  ));
}

function GivenWords() {
  const { t } = useTranslation('scenarios');
  const def = useDefinition();
  const text = useText();
  const format = useFormat();
  const { test, teller } = useScene();
  const form = formOfTest(def, test);
  const stage = def.processes?.find((p) => p.form === form?.key)?.stages.find((s) => s.key === test.given?.stage);
  return (
    <>
      <p>
        {form ? t(test.given?.form ? 'givenForm' : 'givenPublic', { form: text(form.name, form.key) }) : null}
        {stage ? ` ${t('givenStage', { stage: text(stage.name, stage.key) })}` : ''}
        {test.given?.owner ? ` ${t('e_owner', { people: teller.person(test.given.owner) })}` : ''}
        {test.at ? ` ${t('givenAt', { time: format.moment(test.at) })}` : ''}
      </p>
      <Pairs of={tellData(def, form, test.given?.data, teller)} />
      {Object.entries(test.given?.records ?? {}).map(([key, record]) => {
        const of = def.forms?.find((f) => f.key === record.form);
        return (
          <div key={key}>
            <h4 className="d-testrecord">{t('recordOf', { form: text(of?.name, record.form), name: givenName(def, test, key) })}</h4>
            <Pairs of={tellData(def, of, record.data, teller)} />
          </div>
        );
      })}
    </>
  );
}

function StepWords({ step }: { step: TestStep }) {
  const def = useDefinition();
  const { test, teller } = useScene();
  const told = tellStep(def, test, step, teller);
  return (
    <p>
      {told.who ? <b>{told.who}</b> : null} {told.does}
      {told.about ? <span className="s"> · {told.about}</span> : null}
    </p>
  );
}

/** What a step fills in, and what must be so then. */
function StepMore({ step, wrong }: { step: TestStep; wrong: boolean }) {
  const { t } = useTranslation('scenarios');
  const def = useDefinition();
  const { test, teller } = useScene();
  const told = tellStep(def, test, step, teller);
  return (
    <>
      <Pairs of={told.with} />
      {told.expects.length > 0 ? (
        <ul className="d-expects" aria-label={t('then')}>
          {told.expects.map((e) => (
            <li key={e}>
              <Icon name={wrong ? 'caretRight' : 'check'} size={14} />
              {e}
            </li>
          ))}
        </ul>
      ) : null}
    </>
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
