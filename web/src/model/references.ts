import { ownerParts, type Action, type Automation, type Definition, type Field, type Owner, type Step, type Whos } from './definition';
import { type Path } from './path';

/**
 * A place that names fields of a form.
 * name: the value is a field key. list: the value is a list of field keys. keys: the members of the object are field keys.
 * expression and template: formulas that read fields. `table` is set where bare names are first the columns of that table.
 */
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
  if (auto.each) return auto.each.form ?? formOf(auto.each.process);
  const on = auto.on ?? {};
  if (on.created ?? on.updated) return on.created ?? on.updated ?? '';
  if (on.button !== undefined) return on.form ?? '';
  if (on.date !== undefined) return on.date.split('.')[0] ?? '';
  const named = on.stage ?? on.transition ?? on.due ?? on.idle ?? on.activity ?? on.checklist;
  if (named !== undefined) return formOf(named.split('.')[0]);
  if (on.approval === undefined) return '';
  const user = def.processes?.find(
    (p) => p.transitions?.some((t) => t.approval === on.approval) || p.stages.some((s) => s.approval?.chain === on.approval),
  );
  return user?.form ?? '';
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
      stage.activities?.forEach((a, i) => whos(emit, [...here, 'activities', i, 'who'], a.who));
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
    emit('expression', [...base, 'if'], auto.if);
    emit('expression', [...base, 'until'], auto.until);
    emit('expression', [...base, 'each', 'where'], auto.each?.where);
    const target = (action: Action) => {
      const via = def.forms?.find((f) => f.key === form)?.fields.find((f) => f.key === action.on);
      return action.on === undefined ? emit : emitter(via?.form ?? '');
    };
    const actions = (list: readonly Action[], at: Path) =>
      list.forEach((action, i) => {
        const here = [...at, i];
        emit('expression', [...here, 'if'], action.if);
        emit('name', [...here, 'on'], action.on);
        if (typeof action.wait === 'object' && 'date' in action.wait) emit('expression', [...here, 'wait', 'date'], action.wait.date);
        assigns(target(action), target(action), [...here, 'set'], action.set);
        if (action.start) {
          const started = emitter(action.start.form ?? formOf(action.start.process));
          assigns(started, emit, [...here, 'start', 'with'], action.start.with);
          started('name', [...here, 'start', 'link'], action.start.link);
        }
        owner(emit, [...here, 'assign'], action.assign);
        whos(emit, [...here, 'task', 'who'], action.task?.who);
        whos(emit, [...here, 'notify', 'to'], action.notify?.to);
        texts(emit, [...here, 'task', 'name'], action.task?.name);
        texts(emit, [...here, 'notify', 'text'], action.notify?.text);
        for (const member of ['to', 'cc'] as const) {
          const to = action.mail?.[member];
          if (typeof to === 'string') emit('template', [...here, 'mail', member], to);
          else whos(emit, [...here, 'mail', member], to);
        }
        texts(target(action), [...here, 'robot', 'text'], action.robot?.text);
        whos(emit, [...here, 'robot', 'at'], action.robot?.at);
        if (action.then) actions(action.then, [...here, 'then']);
        if (action.else) actions(action.else, [...here, 'else']);
      });
    actions(auto.do, [...base, 'do']);
  });

  def.messages?.forEach((message, m) => {
    const emit = emitter(message.form ?? '');
    texts(emit, ['messages', m, 'subject'], message.subject);
    texts(emit, ['messages', m, 'body'], message.body);
  });
  def.views?.forEach((view, v) => {
    const emit = emitter(view.form ?? formOf(view.process));
    emit('expression', ['views', v, 'where'], view.where);
    for (const member of ['columns', 'sort', 'sum', 'card'] as const) emit('list', ['views', v, member], view[member]);
  });
  def.reports?.forEach((report, r) => {
    const emit = emitter(report.form ?? formOf(report.process));
    emit('expression', ['reports', r, 'where'], report.where);
    report.group?.forEach((g, i) => emit('name', ['reports', r, 'group', i, 'by'], g.by));
    report.measures?.forEach((m, i) => {
      for (const member of ['sum', 'min', 'max'] as const) emit('name', ['reports', r, 'measures', i, member], m[member]);
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
