import type { Change } from './change';
import type { Definition, Form, Test, TestStep } from './definition';
import type { Path } from './path';

/** The form of the record that a scenario is about. */
export function formOfTest(def: Definition, test: Test): Form | undefined {
  const sent = test.steps.find((s) => s.submit !== undefined)?.submit;
  return formBy(def, test.given?.form ?? formOfPublic(def, sent));
}

/** The form of the record a step is about: that of the scenario, of a given record, or the form it names. */
export function formOfStep(def: Definition, test: Test, step: TestStep): Form | undefined {
  if (step.submit !== undefined) return formBy(def, formOfPublic(def, step.submit));
  if (step.record === undefined) return formOfTest(def, test);
  return formBy(def, test.given?.records?.[step.record]?.form ?? step.record);
}

const formBy = (def: Definition, key: string | undefined) => def.forms?.find((f) => f.key === key);
const formOfPublic = (def: Definition, key: string | undefined) => def.public?.find((p) => p.key === key)?.form;

/** Takes a field out of what scenarios give, fill in and expect. */
export function fieldOutOfTests(def: Definition, form: string, field: string): Change[] {
  const changes: Change[] = [];
  const out = (at: Path, of: string | undefined, data: Record<string, unknown> | undefined) => {
    if (of === form && data && Object.hasOwn(data, field)) changes.push({ op: 'set', at: [...at, field], value: undefined });
  };
  def.tests?.forEach((test, i) => {
    const at: Path = ['tests', i];
    out([...at, 'given', 'data'], formOfTest(def, test)?.key, test.given?.data);
    for (const [key, record] of Object.entries(test.given?.records ?? {})) out([...at, 'given', 'records', key, 'data'], record.form, record.data);
    test.steps.forEach((step, j) => {
      const of = formOfStep(def, test, step)?.key;
      out([...at, 'steps', j, 'with'], of, step.activity === undefined ? step.with : undefined);
      out([...at, 'steps', j, 'set'], of, step.set);
      out([...at, 'steps', j, 'expect', 'data'], of, step.expect?.data);
    });
  });
  return changes;
}
