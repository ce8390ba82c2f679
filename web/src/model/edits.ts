import { type Change } from './change';
import {
  type Chain,
  type Definition,
  type Field,
  type Form,
  type OptionList,
  type Process,
  type Rule,
  type Section,
  type Stage,
  type Step,
  type Transition,
} from './definition';
import { freshKey, keysOf } from './keys';
import { references } from './references';
import { fieldOutOfTests } from './scenarios';

/** What one edit on a canvas is made of: one change, and the key path of what is now selected. */
export interface Edit {
  change: Change;
  select: string;
}

export const set = (at: readonly (string | number)[], value: unknown): Change => ({ op: 'set', at, value });
const insert = (at: readonly (string | number)[], index: number, value: unknown): Change => ({ op: 'insert', at, index, value });
const all = (...changes: Change[]): Change => ({ op: 'all', changes });

function indexOf(list: readonly { key: string }[] | undefined, key: string): number {
  const i = (list ?? []).findIndex((e) => e.key === key);
  if (i < 0) throw new Error(`no ${key}`);
  return i;
}

export const formIndex = (def: Definition, form: string) => indexOf(def.forms, form);
export const processIndex = (def: Definition, process: string) => indexOf(def.processes, process);
export const chainIndex = (def: Definition, chain: string) => indexOf(def.approvals, chain);

/** A group of fields as the canvas shows it. `index` is undefined for the fields that no section lists. */
export interface Group {
  index?: number;
  section?: Section;
  fields: string[];
}

/** The groups of a form: its sections, and then the fields in none of them, if any or if there is no section at all. */
export function groupsOf(form: Form): Group[] {
  const known = new Set(keysOf(form.fields));
  const placed = new Set<string>();
  const groups: Group[] = (form.sections ?? []).map((section, index) => {
    const fields = section.fields.filter((k) => known.has(k) && !placed.has(k));
    for (const k of fields) placed.add(k);
    return { index, section, fields };
  });
  const rest = form.fields.map((f) => f.key).filter((k) => !placed.has(k));
  if (rest.length > 0 || groups.length === 0) groups.push({ fields: rest });
  return groups;
}

/** Adds a field to a form; it goes to the given place of a group (0 = the first group). */
export function addField(def: Definition, form: string, field: Field, group: number, place: number): Edit {
  const f = formIndex(def, form);
  const it = def.forms?.[f] as Form;
  // A formula would not tell a field from a rule of its name.
  const key = freshKey(field.key, [...keysOf(it.fields), ...keysOf(def.rules)]);
  const target = groupsOf(it)[group];
  const added = { ...field, key };
  const select = `/forms/${form}/fields/${key}`;
  if (target?.index === undefined) {
    const before = target?.fields[place];
    const at = before === undefined ? it.fields.length : indexOf(it.fields, before);
    return { change: insert(['forms', f, 'fields'], at, added), select };
  }
  const listed = ['forms', f, 'sections', target.index, 'fields'];
  return {
    change: all(insert(['forms', f, 'fields'], it.fields.length, added), insert(listed, rawPlace(target, place), key)),
    select,
  };
}

/** The place in a section's own list for a place among the fields the canvas shows (keys of no field are passed over). */
function rawPlace(group: Group, place: number): number {
  const raw = group.section?.fields ?? [];
  const before = group.fields[place];
  return before === undefined ? raw.length : raw.indexOf(before);
}

/** Moves a field to a place of a group; `place` counts without the field itself. */
export function moveField(def: Definition, form: string, key: string, group: number, place: number): Change {
  const f = formIndex(def, form);
  const it = def.forms?.[f] as Form;
  const groups = groupsOf(it);
  const target = groups[group];
  if (target === undefined) return all();
  const changes: Change[] = [];
  for (const [i, s] of (it.sections ?? []).entries()) {
    if (s.fields.includes(key))
      changes.push(
        set(
          ['forms', f, 'sections', i, 'fields'],
          s.fields.filter((k) => k !== key),
        ),
      );
  }
  const rest = target.fields.filter((k) => k !== key);
  const before = rest[place];
  if (target.index === undefined) {
    const from = indexOf(it.fields, key);
    const others = it.fields.filter((x) => x.key !== key);
    const after = rest.at(-1);
    const to = before !== undefined ? indexOf(others, before) : after !== undefined ? indexOf(others, after) + 1 : others.length;
    changes.push({ op: 'move', at: ['forms', f, 'fields'], from, to });
  } else {
    const raw = (target.section?.fields ?? []).filter((k) => k !== key);
    const at = before === undefined ? raw.length : raw.indexOf(before);
    changes.push(set(['forms', f, 'sections', target.index, 'fields'], raw.toSpliced(at, 0, key)));
  }
  return all(...changes);
}

/** Takes a field away, and its key out of every list that names it and out of the data of scenarios. Formulas that read it are left: the checker shows them. */
export function removeField(def: Definition, form: string, key: string): Change {
  const f = formIndex(def, form);
  const changes: Change[] = [];
  for (const r of references(def)) {
    if (r.form !== form || r.table !== undefined) continue;
    if (r.kind === 'list') {
      const list = r.value as string[];
      const kept = list.filter((k) => k !== key && k !== '-' + key && !k.startsWith(key + '.'));
      if (kept.length < list.length)
        changes.push(set(r.path, kept.length === 0 && r.path.at(-1) !== 'fields' ? undefined : kept));
    } else if (r.kind === 'keys' && Object.hasOwn(r.value as object, key)) {
      changes.push(set([...r.path, key], undefined));
    }
  }
  changes.push(...fieldOutOfTests(def, form, key));
  changes.push({ op: 'remove', at: ['forms', f, 'fields'], index: indexOf(def.forms?.[f]?.fields, key) });
  return all(...changes);
}

/** A copy of a field after it, in the same group. */
export function copyField(def: Definition, form: string, key: string): Edit {
  const it = def.forms?.[formIndex(def, form)] as Form;
  const field = it.fields[indexOf(it.fields, key)] as Field;
  const groups = groupsOf(it);
  const group = groups.findIndex((g) => g.fields.includes(key));
  const { was: _was, ...copy } = field;
  return addField(
    def,
    form,
    { ...copy, key: freshKey(key, keysOf(it.fields)) },
    group,
    (groups[group]?.fields.indexOf(key) ?? 0) + 1,
  );
}

/** Adds a section. The first one takes in the fields that stood in none. */
export function addSection(def: Definition, form: string, name: Section['name']): Edit {
  const f = formIndex(def, form);
  const it = def.forms?.[f] as Form;
  const key = freshKey('section', keysOf(it.sections));
  const first = (it.sections?.length ?? 0) === 0;
  const section: Section = { key, name, columns: 2, fields: first ? keysOf(it.fields) : [] };
  return {
    change: insert(['forms', f, 'sections'], it.sections?.length ?? 0, section),
    select: `/forms/${form}/sections/${key}`,
  };
}

/** Takes a section away; its fields go to the end of the one before it (or the one after, for the first). */
export function removeSection(def: Definition, form: string, key: string): Change {
  const f = formIndex(def, form);
  const sections = def.forms?.[f]?.sections ?? [];
  const i = indexOf(sections, key);
  const gone = sections[i] as Section;
  const heir = i > 0 ? i - 1 : i + 1;
  const changes: Change[] = [];
  if (heir < sections.length)
    changes.push(set(['forms', f, 'sections', heir, 'fields'], [...(sections[heir] as Section).fields, ...gone.fields]));
  if (sections.length === 1) changes.push(set(['forms', f, 'sections'], undefined));
  else changes.push({ op: 'remove', at: ['forms', f, 'sections'], index: i });
  return all(...changes);
}

export function addForm(def: Definition, key: string, name: Form['name'], first: Field): Edit {
  const fresh = freshKey(key, keysOf(def.forms));
  return {
    change: insert(['forms'], def.forms?.length ?? 0, { key: fresh, name, fields: [first] } satisfies Form),
    select: `/forms/${fresh}`,
  };
}

/** Adds a rule under a key that no rule has and no field or column: formulas name all of them. */
export function addRule(def: Definition, rule: Rule): Edit {
  const fields = (def.forms ?? []).flatMap((f) => f.fields.flatMap((x) => [x, ...(x.fields ?? [])]));
  const key = freshKey(rule.key, [...keysOf(def.rules), ...keysOf(fields)]);
  return { change: insert(['rules'], def.rules?.length ?? 0, { ...rule, key }), select: `/rules/${key}` };
}

export function addOptions(def: Definition, list: Omit<OptionList, 'key'>, key: string): Edit & { key: string } {
  const fresh = freshKey(key, keysOf(def.options));
  return {
    change: insert(['options'], def.options?.length ?? 0, { key: fresh, ...list }),
    select: `/options/${fresh}`,
    key: fresh,
  };
}

/** A process over a form, with a first stage and an end, so that it is whole from the beginning. */
export function addProcess(
  def: Definition,
  form: string,
  name: Process['name'],
  first: Stage['name'],
  end: Stage['name'],
  finish: Transition['name'],
): Edit {
  const key = freshKey(form, keysOf(def.processes));
  const process: Process = {
    key,
    form,
    name,
    start: 'begin',
    stages: [
      { key: 'begin', name: first },
      { key: 'done', name: end, end: 'done' },
    ],
    transitions: [{ key: 'finish', from: ['begin'], to: 'done', ...(finish === undefined ? {} : { name: finish }) }],
  };
  return { change: insert(['processes'], def.processes?.length ?? 0, process), select: `/processes/${key}` };
}

/** Adds a stage before the ends (an end: at the end). */
export function addStage(def: Definition, process: string, stage: Stage): Edit {
  const p = processIndex(def, process);
  const stages = def.processes?.[p]?.stages ?? [];
  const key = freshKey(stage.key, keysOf(stages));
  const firstEnd = stages.findIndex((s) => s.end !== undefined);
  const at = stage.end === undefined && firstEnd >= 0 ? firstEnd : stages.length;
  return { change: insert(['processes', p, 'stages'], at, { ...stage, key }), select: `/processes/${process}/stages/${key}` };
}

/** Takes a stage away with the transitions that lead to it or only from it, and its place on the canvas. */
export function removeStage(def: Definition, process: string, key: string): Change {
  const p = processIndex(def, process);
  const it = def.processes?.[p] as Process;
  const changes: Change[] = [];
  const kept = (it.transitions ?? [])
    .filter((t) => t.to !== key)
    .map((t) => (t.from.includes(key) ? { ...t, from: t.from.filter((k) => k !== key) } : t))
    .filter((t) => t.from.length > 0);
  changes.push(set(['processes', p, 'transitions'], it.transitions === undefined ? undefined : kept));
  changes.push({ op: 'remove', at: ['processes', p, 'stages'], index: indexOf(it.stages, key) });
  if (it.start === key)
    changes.push(set(['processes', p, 'start'], it.stages.find((s) => s.key !== key && s.end === undefined)?.key ?? ''));
  if (def.layout?.[process]?.[key] !== undefined) changes.push(set(['layout', process, key], undefined));
  return all(...changes);
}

export function addTransition(def: Definition, process: string, from: string, to: string, name: Transition['name']): Edit {
  const p = processIndex(def, process);
  const list = def.processes?.[p]?.transitions ?? [];
  const base = 'to' + to.charAt(0).toUpperCase() + to.slice(1);
  const key = freshKey(base, keysOf(list));
  const transition: Transition = { key, from: [from], to, ...(name === undefined ? {} : { name }) };
  return {
    change: insert(['processes', p, 'transitions'], list.length, transition),
    select: `/processes/${process}/transitions/${key}`,
  };
}

/**
 * The ways that make one line of stages that nobody has connected: into each that none leads to, from the open stage before it, and from the last
 * open one to the first end. Nothing when all are connected. A way is called like the stage it leads to.
 */
export function connectStages(def: Definition, process: string): Change | undefined {
  const p = processIndex(def, process);
  const it = def.processes?.[p] as Process;
  const list = [...(it.transitions ?? [])];
  const known = list.length;
  const lead = (from: Stage, to: Stage) => {
    const key = freshKey('to' + to.key.charAt(0).toUpperCase() + to.key.slice(1), keysOf(list));
    list.push({ key, from: [from.key], to: to.key, name: to.name });
  };
  const open = it.stages.filter((s) => s.end === undefined);
  const entered = (s: Stage) => s.key === it.start || list.some((t) => t.to === s.key);
  open.forEach((s, i) => {
    if (i > 0 && !entered(s)) lead(open[i - 1] as Stage, s);
  });
  const last = open.at(-1);
  const end = it.stages.find((s) => s.end === 'won' || s.end === 'done');
  if (last && end && !list.some((t) => t.from.includes(last.key) || t.from.includes('*'))) lead(last, end);
  return list.length === known ? undefined : set(['processes', p, 'transitions'], list);
}

export function removeTransition(def: Definition, process: string, key: string): Change {
  const p = processIndex(def, process);
  return { op: 'remove', at: ['processes', p, 'transitions'], index: indexOf(def.processes?.[p]?.transitions, key) };
}

export function addChain(def: Definition, name: Chain['name'], first: Step): Edit {
  const key = freshKey('approval', keysOf(def.approvals));
  return {
    change: insert(['approvals'], def.approvals?.length ?? 0, { key, name, steps: [first] } satisfies Chain),
    select: `/approvals/${key}`,
  };
}

/** Takes a chain away and unties the transitions that waited for it. */
export function removeChain(def: Definition, key: string): Change {
  const changes: Change[] = [];
  def.processes?.forEach((process, p) => {
    process.transitions?.forEach((t, i) => {
      if (t.approval === key) changes.push(set(['processes', p, 'transitions', i, 'approval'], undefined));
    });
    process.stages.forEach((s, i) => {
      if (s.approval?.chain === key) changes.push(set(['processes', p, 'stages', i, 'approval'], undefined));
    });
  });
  changes.push({ op: 'remove', at: ['approvals'], index: chainIndex(def, key) });
  return all(...changes);
}

/** The keys of a chain's steps, branches among them: a step is known by its key in the whole chain. */
function stepKeys(def: Definition, c: number): string[] {
  return (def.approvals?.[c]?.steps ?? []).flatMap((s) => [s.key, ...(s.parallel ?? []).map((b) => b.key)]);
}

/** Puts a step beside another: the two run at the same time, inside a step that holds them together. */
export function besides(def: Definition, chain: string, index: number, name: Step['name'], other: Step): Edit {
  const c = chainIndex(def, chain);
  const step = def.approvals?.[c]?.steps[index] as Step;
  const group = freshKey('parallel', stepKeys(def, c));
  const key = freshKey(other.key, [...stepKeys(def, c), group]);
  return {
    change: set(['approvals', c, 'steps', index], { key: group, name, parallel: [step, { ...other, key }] } satisfies Step),
    select: `/approvals/${chain}/steps/${group}/parallel/${key}`,
  };
}

/** Adds a branch to a parallel step. */
export function addBranch(def: Definition, chain: string, index: number, other: Step): Edit {
  const c = chainIndex(def, chain);
  const group = def.approvals?.[c]?.steps[index] as Step;
  const key = freshKey(other.key, stepKeys(def, c));
  return {
    change: insert(['approvals', c, 'steps', index, 'parallel'], group.parallel?.length ?? 0, { ...other, key }),
    select: `/approvals/${chain}/steps/${group.key}/parallel/${key}`,
  };
}

export function addStep(def: Definition, chain: string, step: Step, place: number): Edit {
  const c = chainIndex(def, chain);
  const key = freshKey(step.key, stepKeys(def, c));
  return { change: insert(['approvals', c, 'steps'], place, { ...step, key }), select: `/approvals/${chain}/steps/${key}` };
}

/** A new step that is sound as it stands: the owner's manager decides, and every way out is said (definition.md, approvals). */
export function newStep(name: Step['name']): Step {
  return {
    key: 'step',
    name,
    who: [{ managerOf: 'owner', level: 1 }],
    mode: 'all',
    onEmpty: 'climb',
    onSelf: 'climb',
    due: [{ after: 'P2BD', do: 'remind' }],
    allow: ['return'],
  };
}
