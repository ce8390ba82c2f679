import { ownerParts, type Action, type ActOn, type Automation, type Definition, type Each, type Field, type Form, type Owner, type Step, type Whos } from './definition';
import { type Path } from './path';

/**
 * A place that names fields of a form.
 * name: the value is a field key. list: the value is a list of field keys. keys: the members of the object are field keys.
 * expression and template: formulas that read fields. `table` is set where bare names are first the columns of that table.
 */
/** Whether a field shows phone numbers, itself or as a lookup. What a field of another app holds is not known here: it may. */
export function mayBePhone(def: Definition, form: Form, field: Field, deep = 0): boolean {
  if (field.type !== 'lookup') return field.type === 'phone';
  const to = form.fields.find((f) => f.key === field.via)?.form;
  if (to?.includes('.')) return true;
  const other = def.forms?.find((f) => f.key === to);
  const shown = other?.fields.find((f) => f.key === field.field);
  return other !== undefined && shown !== undefined && deep < 8 && mayBePhone(def, other, shown, deep + 1);
}

export interface Reference {
  kind: 'name' | 'list' | 'keys' | 'expression' | 'template';
  form: string;
  table?: string;
  path: Path;
  value: unknown;
}

type Emit = (kind: Reference['kind'], path: Path, value: unknown, table?: string) => void;

const FIELD_EXPRESSIONS = ['requiredIf', 'visibleIf', 'readIf', 'calc', 'value'] as const;

/** The form of the records that an automation runs for; "" when its trigger names none. */
export function formOfAutomation(def: Definition, auto: Automation): string {
  const formOf = (process: string | undefined) => def.processes?.find((p) => p.key === process)?.form ?? '';
  const on = auto.on ?? {};
  if (on.cron !== undefined) return auto.each && auto.each.groupBy === undefined ? formOfEach(def, auto.each) : '';
  if (on.created ?? on.updated) return on.created ?? on.updated ?? '';
  if (on.button !== undefined || on.webhook !== undefined) return on.form ?? '';
  if (on.public !== undefined) return def.public?.find((p) => p.key === on.public)?.form ?? '';
  if (on.date !== undefined) return on.date.split('.')[0] ?? '';
  const named = on.stage ?? on.transition ?? on.due ?? on.idle ?? on.activity ?? on.checklist;
  if (named !== undefined) return formOf(named.split('.')[0]);
  if (on.approval === undefined) return '';
  const user = def.processes?.find(
    (p) => p.transitions?.some((t) => t.approval === on.approval) || p.stages.some((s) => s.approval?.chain === on.approval),
  );
  return user?.form ?? '';
}

/** The form of the records that an each finds; "" for rows. */
export function formOfEach(def: Definition, each: Each | undefined): string {
  return each?.form ?? def.processes?.find((p) => p.key === each?.process)?.form ?? '';
}

/** What the actions of a list run on: a record of form, and the row of a table. */
export interface Sight {
  form: string;
  row?: { form: string; table: string };
}

/** What the actions inside an each run on. */
export function insideEach(def: Definition, each: Each | undefined, sight: Sight): Sight {
  if (each?.rows !== undefined) {
    const own = def.forms?.find((f) => f.key === sight.form)?.fields.some((f) => f.key === each.rows && f.type === 'table');
    return own ? { form: sight.form, row: { form: sight.form, table: each.rows } } : { form: sight.form };
  }
  if (each === undefined || each.groupBy !== undefined) return sight;
  return { ...sight, form: formOfEach(def, each) };
}

/** What the actions of an automation run on. */
export function sightOf(def: Definition, auto: Automation): Sight {
  const own = { form: formOfAutomation(def, auto) };
  return auto.on?.cron === undefined ? insideEach(def, auto.each, own) : own;
}

/** The reference fields of the row in sight. */
export function rowReferences(def: Definition, sight: Sight): Field[] {
  const table = def.forms?.find((f) => f.key === sight.row?.form)?.fields.find((f) => f.key === sight.row?.table);
  return (table?.fields ?? []).filter((f) => f.type === 'reference');
}

/** The form of the record that an action works on. */
export function formOfTarget(def: Definition, on: ActOn | undefined, sight: Sight): string {
  if (on === undefined || on === 'record') return sight.form;
  if (typeof on === 'object') return on.form;
  const inRow = /^row\.(.+)$/.exec(on)?.[1];
  if (inRow !== undefined) return rowReferences(def, sight).find((f) => f.key === inRow)?.form ?? '';
  return def.forms?.find((f) => f.key === sight.form)?.fields.find((f) => f.key === on)?.form ?? '';
}

/** Every place in the definition that names fields, with the form whose fields are meant. */
export function references(def: Definition): Reference[] {
  const out: Reference[] = [];
  const emitter =
    (form: string): Emit =>
    (kind, path, value, table) => {
      if (value !== undefined && form !== '')
        out.push(table === undefined ? { kind, form, path, value } : { kind, form, table, path, value });
    };
  const formOf = (process: string | undefined) => def.processes?.find((p) => p.key === process)?.form ?? '';
  const chainForms = new Map<string, Set<string>>();

  def.forms?.forEach((form, f) => {
    const base = ['forms', f] as const;
    const emit = emitter(form.key);
    emit('template', [...base, 'title'], form.title);
    emit('template', [...base, 'number', 'pattern'], form.number?.pattern);
    form.sections?.forEach((s, i) => {
      emit('list', [...base, 'sections', i, 'fields'], s.fields);
      emit('expression', [...base, 'sections', i, 'visibleIf'], s.visibleIf);
    });
    form.checks?.forEach((c, i) => emit('expression', [...base, 'checks', i, 'if'], c.if));
    form.unique?.forEach((u, i) => emit('list', [...base, 'unique', i, 'on'], u.on));
    form.grants?.forEach((g, i) => {
      if (typeof g.records === 'object') emit('expression', [...base, 'grants', i, 'records', 'where'], g.records.where);
      emit('list', [...base, 'grants', i, 'hide'], g.hide);
      emit('list', [...base, 'grants', i, 'readOnly'], g.readOnly);
      emit('list', [...base, 'grants', i, 'mask'], g.mask);
    });
    form.related?.forEach((r, i) => emitter(r.form)('name', [...base, 'related', i, 'via'], r.via));
    const fields = (list: readonly Field[], at: Path, table?: string) =>
      list.forEach((field, i) => {
        const here = [...at, 'fields', i];
        for (const member of FIELD_EXPRESSIONS) emit('expression', [...here, member], field[member], table);
        if (typeof field.min === 'string') emit('expression', [...here, 'min'], field.min, table);
        if (typeof field.max === 'string') emit('expression', [...here, 'max'], field.max, table);
        if (field.form !== undefined) {
          emitter(field.form)('expression', [...here, 'where'], field.where);
          if (table === undefined) emit('keys', [...here, 'fill'], field.fill);
          for (const [own, theirs] of Object.entries(field.fill ?? {}))
            emitter(field.form)('name', [...here, 'fill', own], theirs);
        }
        field.checks?.forEach((c, j) => emit('expression', [...here, 'checks', j, 'if'], c.if, field.key));
        if (field.fields) fields(field.fields, here, field.key);
      });
    fields(form.fields, base);
  });

  def.processes?.forEach((process, p) => {
    const base = ['processes', p] as const;
    const emit = emitter(process.form);
    emit('name', [...base, 'value'], process.value);
    emit('name', [...base, 'closing'], process.closing);
    const uses = (chain: string | undefined) => {
      if (chain !== undefined) chainForms.set(chain, (chainForms.get(chain) ?? new Set()).add(process.form));
    };
    process.stages.forEach((stage, s) => {
      const here = [...base, 'stages', s];
      for (const r of ['edit', 'read', 'hide', 'require'] as const) emit('list', [...here, 'fields', r], stage.fields?.[r]);
      stage.leaveIf?.forEach((c, i) => emit('expression', [...here, 'leaveIf', i, 'if'], c.if));
      stage.enterIf?.forEach((c, i) => emit('expression', [...here, 'enterIf', i, 'if'], c.if));
      if (typeof stage.due === 'object') emit('expression', [...here, 'due', 'date'], stage.due.date);
      for (const l of ['ladder', 'idleLadder'] as const) stage[l]?.forEach((d, j) => whos(emit, [...here, l, j, 'to'], d.to));
      stage.activities?.forEach((a, i) => {
        whos(emit, [...here, 'activities', i, 'who'], a.who);
        a.ladder?.forEach((d, j) => whos(emit, [...here, 'activities', i, 'ladder', j, 'to'], d.to));
      });
      stage.groups?.forEach((g, i) => {
        whos(emit, [...here, 'groups', i, 'owner'], g.owner);
        g.ladder?.forEach((d, j) => whos(emit, [...here, 'groups', i, 'ladder', j, 'to'], d.to));
      });
      owner(emit, [...here, 'owner'], stage.owner);
      uses(stage.approval?.chain);
    });
    process.transitions?.forEach((t, i) => {
      const here = [...base, 'transitions', i];
      emit('expression', [...here, 'if'], t.if);
      emit('list', [...here, 'ask'], t.ask);
      assigns(emit, emit, [...here, 'set'], t.set);
      uses(t.approval);
    });
  });

  def.approvals?.forEach((chain, c) => {
    const forms = chainForms.get(chain.key) ?? new Set<string>();
    for (const form of forms) {
      const emit = emitter(form);
      const base = ['approvals', c] as const;
      emit('expression', [...base, 'skipIf'], chain.skipIf);
      emit('list', [...base, 'guards'], chain.guards);
      whos(emit, [...base, 'cc'], chain.cc);
      const walk = (step: Step, here: Path): void => {
        emit('expression', [...here, 'runIf'], step.runIf);
        whos(emit, [...here, 'who'], step.who);
        for (const r of ['edit', 'read', 'hide', 'require'] as const) emit('list', [...here, 'fields', r], step.fields?.[r]);
        if (typeof step.onEmpty === 'object') whos(emit, [...here, 'onEmpty'], step.onEmpty);
        if (Array.isArray(step.due)) step.due.forEach((d, j) => whos(emit, [...here, 'due', j, 'to'], d.to));
        step.parallel?.forEach((b, j) => walk(b, [...here, 'parallel', j]));
      };
      chain.steps.forEach((step, i) => walk(step, [...base, 'steps', i]));
    }
  });

  def.rules?.forEach((rule, r) => {
    const base = ['rules', r] as const;
    const emit = emitter(rule.form ?? '');
    emit('expression', [...base, 'value'], rule.value);
    rule.in?.forEach((column, i) => {
      // A column without an expression of its own is the field of its key.
      if (column.value === undefined) emit('name', [...base, 'in', i, 'key'], column.key);
      emit('expression', [...base, 'in', i, 'value'], column.value);
    });
    rule.rows?.forEach((row, i) => {
      row.if.forEach((cell, j) => emit('expression', [...base, 'rows', i, 'if', j], cell));
      row.then.forEach((cell, j) => emit('expression', [...base, 'rows', i, 'then', j], cell));
    });
    rule.items?.forEach((item, i) => emit('expression', [...base, 'items', i, 'if'], item.if));
  });

  def.automations?.forEach((auto, a) => {
    const base = ['automations', a] as const;
    const form = formOfAutomation(def, auto);
    const emit = emitter(form);
    emit('list', [...base, 'on', 'fields'], auto.on.fields);
    emit('expression', [...base, 'on', 'where'], auto.on.where);
    emit('expression', [...base, 'if'], auto.if);
    emit('expression', [...base, 'until'], auto.until);
    const each = (here: Path, value: Each | undefined, sight: Sight) => {
      if (value === undefined) return;
      if (value.rows !== undefined) emitter(sight.form)(value.rows.includes('.') ? 'expression' : 'name', [...here, 'rows'], value.rows);
      const found = emitter(value.rows === undefined ? formOfEach(def, value) : sight.form);
      found('expression', [...here, 'where'], value.where);
      found('name', [...here, 'groupBy'], value.groupBy);
    };
    each([...base, 'each'], auto.each, { form });
    const actions = (list: readonly Action[], at: Path, sight: Sight) =>
      list.forEach((action, i) => {
        const here = [...at, i];
        const own = emitter(sight.form);
        const to = emitter(formOfTarget(def, action.on, sight));
        own('expression', [...here, 'if'], action.if);
        if (typeof action.on === 'string' && action.on !== 'record' && !action.on.includes('.')) own('name', [...here, 'on'], action.on);
        if (typeof action.on === 'object') to('expression', [...here, 'on', 'where'], action.on.where);
        if (typeof action.wait === 'object' && 'date' in action.wait) own('expression', [...here, 'wait', 'date'], action.wait.date);
        assigns(to, to, [...here, 'set'], action.set);
        if (action.start) {
          const started = emitter(action.start.form ?? formOf(action.start.process));
          const plain = Object.entries(action.start.with ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
          assigns(started, to, [...here, 'start', 'with'], Object.fromEntries(plain));
          for (const [key, value] of Object.entries(action.start.with ?? {}))
            if (typeof value === 'object' && value.from !== 'rows') to(value.from.includes('.') ? 'expression' : 'name', [...here, 'start', 'with', key, 'from'], value.from);
          started('name', [...here, 'start', 'link'], action.start.link);
        }
        owner(to, [...here, 'assign'], action.assign);
        whos(to, [...here, 'task', 'who'], action.task?.who);
        whos(to, [...here, 'notify', 'to'], action.notify?.to);
        texts(to, [...here, 'task', 'name'], action.task?.name);
        texts(to, [...here, 'notify', 'text'], action.notify?.text);
        for (const member of ['to', 'cc'] as const) {
          const addressed = action.mail?.[member];
          if (typeof addressed === 'string') to('template', [...here, 'mail', member], addressed);
          else whos(to, [...here, 'mail', member], addressed);
        }
        texts(to, [...here, 'robot', 'text'], action.robot?.text);
        whos(to, [...here, 'robot', 'at'], action.robot?.at);
        to('keys', [...here, 'http', 'into'], action.http?.into);
        each([...here, 'each'], action.each, sight);
        if (action.do) actions(action.do, [...here, 'do'], insideEach(def, action.each, sight));
        if (action.then) actions(action.then, [...here, 'then'], sight);
        if (action.else) actions(action.else, [...here, 'else'], sight);
      });
    actions(auto.do, [...base, 'do'], sightOf(def, auto));
  });

  def.messages?.forEach((message, m) => {
    const emit = emitter(message.form ?? '');
    texts(emit, ['messages', m, 'subject'], message.subject);
    texts(emit, ['messages', m, 'body'], message.body);
  });
  def.public?.forEach((form, p) => {
    const emit = emitter(form.form);
    emit('list', ['public', p, 'fields'], form.fields);
    assigns(emit, emit, ['public', p, 'set'], form.set);
    emit('keys', ['public', p, 'source'], form.source);
  });
  def.tracking?.forEach((page, p) => {
    const emit = emitter(page.form ?? formOf(page.process));
    emit('expression', ['tracking', p, 'if'], page.if);
    emit('list', ['tracking', p, 'fields'], page.fields);
    texts(emit, ['tracking', p, 'message'], page.message);
    page.stages?.forEach((stage, i) => texts(emit, ['tracking', p, 'stages', i, 'message'], stage.message));
  });
  def.prints?.forEach((print, p) => {
    const emit = emitter(print.form);
    emit('expression', ['prints', p, 'if'], print.if);
    for (const member of ['body', 'header', 'footer'] as const) texts(emit, ['prints', p, member], print[member]);
    print.blocks?.forEach((block, b) => {
      const here = ['prints', p, 'blocks', b];
      for (const member of ['if', 'value', 'rows'] as const) emit('expression', [...here, member], block[member]);
      for (const member of ['text', 'html'] as const) texts(emit, [...here, member], block[member]);
      block.cells?.forEach((cell, i) => emit('expression', [...here, 'cells', i, 'value'], cell.value, block.rows));
    });
  });
  def.views?.forEach((view, v) => {
    const emit = emitter(view.form ?? formOf(view.process));
    emit('expression', ['views', v, 'where'], view.where);
    for (const member of ['columns', 'sort', 'sum', 'card'] as const) emit('list', ['views', v, member], view[member]);
  });
  def.reports?.forEach((report, r) => {
    const emit = emitter(report.form ?? formOf(report.process));
    emit('name', ['reports', r, 'rows'], report.rows);
    emit('expression', ['reports', r, 'where'], report.where);
    report.group?.forEach((g, i) => emit('name', ['reports', r, 'group', i, 'by'], g.by));
    report.measures?.forEach((m, i) => {
      for (const member of ['sum', 'min', 'max', 'avg'] as const) emit('name', ['reports', r, 'measures', i, member], m[member]);
      emit('expression', ['reports', r, 'measures', i, 'where'], m.where);
    });
  });
  return out;
}

function owner(emit: Emit, path: Path, value: Owner | undefined): void {
  const bare = value !== undefined && (Array.isArray(value) || !('who' in value || 'assign' in value));
  whos(emit, bare ? path : [...path, 'who'], ownerParts(value).who);
}

function whos(emit: Emit, path: Path, value: Whos | undefined): void {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    value.forEach((w, i) => whos(emit, [...path, i], w));
    return;
  }
  emit('name', [...path, 'field'], value.field);
  emit('name', [...path, 'managerOf'], value.managerOf);
  emit('expression', [...path, 'expr'], value.expr);
}

/** field → expression: the fields belong to one form, what the expressions read to another. */
function assigns(fields: Emit, reads: Emit, path: Path, value: Record<string, string> | undefined): void {
  if (value === undefined) return;
  for (const [field, source] of Object.entries(value)) reads('expression', [...path, field], source);
  // After the expressions: renaming the member must not take the place of its value away first.
  fields('keys', path, value);
}

function texts(emit: Emit, path: Path, value: unknown): void {
  if (typeof value === 'string') emit('template', path, value);
  else if (typeof value === 'object' && value !== null)
    for (const [lang, text] of Object.entries(value)) emit('template', [...path, lang], text);
}
