import { replaceEqualDeep } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api, isApiError, type Detail } from '@/api/client';
import type { Data, Evaluated, FieldStates, RecordFull, Text } from '@/api/types';
import type { Form } from '@/model/definition';
import { currencyOf, inCurrency } from '@/fields/currency';
import { takeLocal, takeSections, takeStates } from '@/rules/merge';
import { useLocalRules } from '@/rules/useLocalRules';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { mayDoubt, toldAgain } from './doubts';
import { takeEvaluated, toWire, Wire } from './merge';
import { useModel, type Model } from './model';
import { fieldPath, topField } from './paths';

/** How long after the last keystroke the server evaluates the form, in milliseconds; the browser does so at once, as far as it can. */
const pause = 220;

interface Start {
  app: string;
  form: Form;
  /** The record being edited; absent while creating. */
  record?: RecordFull | undefined;
  /** Evaluate as if this transition were taken: its asked fields become required. */
  transition?: string | undefined;
  /** Values to start a new record with. */
  initial?: Data | undefined;
  /** Of a form that somebody fills in who has not signed in: what is known of it, and where it is evaluated. */
  outside?: { model: Model; evaluate: string } | undefined;
}

export interface FormState {
  data: Data;
  states: FieldStates;
  sections: Record<string, { visible: boolean }>;
  /** Words by place, as far as they should be shown now: what must be mended, and what should be looked at and stands in nobody's way. */
  problems: ReadonlyMap<string, string>;
  warnings: ReadonlyMap<string, string>;
  /** Other records that those are about, by place, as far as the person may read them. */
  others: ReadonlyMap<string, string>;
  /** Problems and warnings that belong to no field. */
  general: string[];
  cautions: readonly string[];
  /** Fields the person changed and that are not saved. */
  dirty: ReadonlySet<string>;
  /** The server has not yet seen the newest values. */
  pending: boolean;
  /** Computed fields that the browser has evaluated by itself with every change: the server only confirms them. */
  here: ReadonlySet<string>;
  /** The server was not reached at the last evaluation: what is known is what the browser finds by itself. */
  offline: boolean;
  /** The first evaluation is here: states are known. */
  ready: boolean;
  set: (key: string, value: unknown) => void;
  /** Shows every problem, not only those of fields the person touched. */
  showAll: () => void;
  /** Takes the problems of a refused request. */
  refuse: (details: readonly Detail[], message?: string) => void;
  /** What to send of the changed fields. */
  changes: (keys?: Iterable<string>) => Data;
  /** Waits for the newest evaluation; answers whether errors stand against the fields given (all when absent). */
  settle: (keys?: ReadonlySet<string>) => Promise<boolean>;
  /** Takes a saved record: what was sent is no longer dirty. */
  accept: (record: RecordFull, sent: Data) => void;
}

interface Found {
  place: string | undefined;
  code: string;
  text: string;
  /** It stands in nobody's way. */
  warning?: boolean;
  /** Another record that it is about. */
  record?: string;
}

type Problem = Pick<Evaluated['problems'][number], 'path' | 'code' | 'severity' | 'record'> & { message: Text };

const nothingHere: ReadonlySet<string> = new Set();

/** The set with the key in it; the same set when it is in it already, so that nothing is drawn for its sake. */
const withKey = (set: ReadonlySet<string>, key: string): ReadonlySet<string> => (set.has(key) ? set : new Set(set).add(key));

const isError = (p: Found) => !p.warning;

/** A next state that keeps what did not change: a part of the page renders only when its own piece is another. */
function keeping<T>(next: (last: T) => T): (last: T) => T {
  return (last) => replaceEqualDeep(last, next(last));
}

/** The words at each place; the first said counts. */
function byPlace(list: readonly Found[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const p of list) if (p.place !== undefined && !map.has(p.place)) map.set(p.place, p.text);
  return map;
}

function placeless(list: readonly Found[]): string[] {
  return [...new Set(list.filter((p) => p.place === undefined).map((p) => p.text))];
}

/** Where values stand that could not be read or are not allowed; what is missing stands nowhere. */
function unread(problems: Evaluated['problems']): ReadonlySet<string> {
  return new Set(problems.filter((p) => p.severity !== 'warning' && p.code !== 'required').map((p) => fieldPath(p.path) ?? ''));
}

/** The live form: values on screen, evaluated in the browser at each change, and by the server, which decides, shortly after. */
export function useForm({ app, form, record, transition, initial, outside }: Start): FormState {
  const text = useText();
  const errorText = useErrorText();
  const [data, setData] = useState<Data>(() => ({ ...record?.data, ...initial }));
  const [states, setStates] = useState<FieldStates>(record && !transition ? record.fields : {});
  const [sections, setSections] = useState<Record<string, { visible: boolean }>>(record?.sections ?? {});
  const [found, setFound] = useState<Found[]>([]);
  const [refused, setRefused] = useState<Found[]>([]);
  const [touched, setTouched] = useState<ReadonlySet<string>>(() => new Set(Object.keys(initial ?? {})));
  const [dirty, setDirty] = useState<ReadonlySet<string>>(() => new Set(Object.keys(initial ?? {})));
  const [all, setAll] = useState(false);
  const [pending, setPending] = useState(false);
  const [here, setHere] = useState<ReadonlySet<string>>(nothingHere);
  const [ready, setReady] = useState(Boolean(record) && !transition);
  const [offline, setOffline] = useState(false);

  // What the asynchronous parts need of the newest render, without starting anew on each.
  const live = useRef({ data, dirty, touched, found });
  useEffect(() => {
    live.current = { data, dirty, touched, found };
  });
  const changeOf = useRef(new Map<string, number>());
  const clock = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const running = useRef<Promise<void>>(Promise.resolve());
  const abort = useRef<AbortController | undefined>(undefined);
  const alive = useRef(true);
  const recordId = record?.id;
  const { model: own } = useModel(outside ? undefined : app);
  const model = outside?.model ?? own;
  const evaluateAt = outside?.evaluate ?? `/apps/${app}/forms/${form.key}/evaluate`;
  const wires = useMemo(() => ({ old: new Wire(form.fields), now: new Wire(form.fields) }), [form]);
  // What the server last said, and which change it knew of.
  const server = useRef({ states, sections, found: [] as Found[], clock: 0 });

  const toFound = useCallback(
    (list: readonly Problem[]): Found[] =>
      list.map((p) => ({ place: fieldPath(p.path), code: p.code, text: text(p.message), ...(p.severity === 'warning' ? { warning: true } : {}), ...(p.record ? { record: p.record } : {}) })),
    [text],
  );

  const evaluateHere = useLocalRules(
    () => {
      // A record of an older release keeps its rules (0: it follows the newest, having no process); before the server's first word nobody
      // knows what is hidden.
      if (!model || (record && record.release !== 0 && record.release !== model.release) || Object.keys(server.current.states).length === 0) return undefined;
      const hidden = Object.keys(server.current.states).filter((k) => server.current.states[k]?.masked);
      return { definition: model.definition, form: form.key, hidden, old: record ? wires.old.of(record.data) : null, now: wires.now.of(live.current.data) };
    },
    (answer, reach) => {
      const said = server.current;
      const since = (p: Found) => p.place !== undefined && (changeOf.current.get(topField(p.place)) ?? 0) > said.clock;
      if (clock.current === said.clock) return;
      setData(keeping((local) => takeLocal(form.fields, local, answer, reach)));
      setStates(keeping(() => takeStates(said.states, answer.fields, reach)));
      setSections(keeping(() => takeSections(said.sections, answer.sections, reach)));
      const mine = toFound(answer.problems);
      setFound(keeping(() => [...said.found.filter((p) => !since(p)), ...mine.filter(since)]));
      setHere((last) => (last.size === reach.values.length && reach.values.every((key) => last.has(key)) ? last : new Set(reach.values)));
    },
  );

  const evaluate = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    const sentAt = clock.current;
    const again = recordId && !transition ? toldAgain(form, server.current.states) : [];
    const body: Record<string, unknown> = { data: toWire(form.fields, live.current.data, [...live.current.dirty, ...again]) };
    if (recordId) body.id = recordId;
    if (transition) body.transition = transition;
    running.current = api
      .post<Evaluated>(evaluateAt, body, { signal: controller.signal })
      .then((answer) => {
        if (!alive.current || controller.signal.aborted) return;
        const since = new Set<string>();
        for (const [key, at] of changeOf.current) if (at > sentAt) since.add(key);
        setData(keeping((local) => takeEvaluated(form.fields, local, answer.data, since, live.current.touched, unread(answer.problems))));
        setStates(keeping(() => answer.fields));
        setSections(keeping(() => answer.sections ?? {}));
        const next = toFound(answer.problems);
        live.current.found = next;
        setFound(keeping(() => next));
        server.current = { states: answer.fields, sections: answer.sections ?? {}, found: next, clock: sentAt };
        setReady(true);
        setOffline(false);
        if (clock.current === sentAt) setPending(false);
        else evaluateHere();
      })
      .catch((error: unknown) => {
        if (!alive.current || controller.signal.aborted) return;
        setPending(false);
        setOffline(isApiError(error) && error.status === 0);
        if (isApiError(error) && error.status === 0 && !outside) {
          // Nothing is said against the values: what the browser finds stands, and the server looks at them when they reach it.
          setReady(true);
          return;
        }
        const next = isApiError(error) && error.details.length > 0 ? toFound(error.details) : [{ place: undefined, code: 'failed', text: errorText(error) }];
        live.current.found = next;
        setFound(next);
        setReady(true);
      });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [evaluateAt, form, recordId, transition, toFound, evaluateHere]);

  // A form over nothing, or over a transition, does not know its states before the first evaluation; and of a saved record nobody kept what
  // should be looked at.
  const saved = recordId !== undefined && !transition;
  const doubts = saved && mayDoubt(form);
  useEffect(() => {
    alive.current = true;
    if (!saved || doubts) evaluate();
    return () => {
      alive.current = false;
      clearTimeout(timer.current);
      abort.current?.abort();
    };
  }, [evaluate, saved, doubts]);

  useEffect(() => {
    if (!offline) return undefined;
    window.addEventListener('online', evaluate);
    return () => window.removeEventListener('online', evaluate);
  }, [offline, evaluate]);

  // Somebody else's change arrives: take what this person has not touched.
  const rev = record?.rev;
  const seenRev = useRef(rev);
  useEffect(() => {
    if (!record || rev === seenRev.current) return;
    seenRev.current = rev;
    setData((local) => {
      const next: Data = { ...record.data };
      for (const key of live.current.dirty) next[key] = local[key];
      return next;
    });
    if (live.current.dirty.size === 0 && !transition) {
      setStates(record.fields);
      setSections(record.sections);
      setFound([]);
      server.current = { states: record.fields, sections: record.sections, found: [], clock: clock.current };
      if (doubts) evaluate();
    } else evaluate();
  }, [record, rev, transition, doubts, evaluate]);

  const set = useCallback(
    (key: string, value: unknown) => {
      clock.current += 1;
      changeOf.current.set(key, clock.current);
      // Amounts are in the currency of the record, whichever of the two has changed.
      const place = (local: Data): Data => {
        const next = { ...local, [key]: value };
        const currency = form.currency ? currencyOf(form, next, model?.definition.currency) : undefined;
        return currency ? inCurrency(form, next, currency) : next;
      };
      live.current = {
        ...live.current,
        data: place(live.current.data),
        dirty: withKey(live.current.dirty, key),
        touched: withKey(live.current.touched, key),
      };
      setData(place);
      setDirty(live.current.dirty);
      setTouched(live.current.touched);
      setRefused((list) => {
        const still = list.filter((p) => p.place === undefined || !p.place.startsWith(key));
        return still.length === list.length ? list : still;
      });
      setPending(true);
      evaluateHere();
      clearTimeout(timer.current);
      timer.current = setTimeout(evaluate, pause);
    },
    [evaluate, evaluateHere, form, model],
  );

  const settle = useCallback(
    async (keys?: ReadonlySet<string>): Promise<boolean> => {
      if (timer.current !== undefined) evaluate();
      await running.current;
      const list = live.current.found.filter(isError);
      return list.some((p) => !keys || (p.place !== undefined && [...keys].some((k) => p.place === k || p.place?.startsWith(`${k}[`))));
    },
    [evaluate],
  );

  // While a record is made, what is wrong shows where the person was; a saved one stands there with its doubts.
  const shown = useMemo(
    () => found.filter((p) => all || (p.warning && (saved || p.place === undefined)) || (p.place === undefined ? p.code === 'failed' : touched.has(topField(p.place)))),
    [found, all, saved, touched],
  );
  const problems = useMemo(() => byPlace([...refused.toReversed(), ...shown].filter(isError)), [shown, refused]);
  const warnings = useMemo(() => byPlace(shown.filter((p) => p.warning)), [shown]);
  const others = useMemo(() => new Map(shown.flatMap((p): [string, string][] => (p.place !== undefined && p.record ? [[p.place, p.record]] : []))), [shown]);
  const general = useMemo(() => placeless([...shown, ...refused].filter(isError)), [shown, refused]);
  const cautions = useMemo(() => placeless(shown.filter((p) => p.warning)), [shown]);

  return {
    data,
    states,
    sections,
    problems,
    warnings,
    others,
    general,
    cautions,
    dirty,
    pending,
    here,
    offline,
    ready,
    set,
    showAll: useCallback(() => setAll(true), []),
    refuse: useCallback(
      (details: readonly Detail[], message?: string) => {
        const list = toFound(details);
        setRefused(list.length > 0 ? list : [{ place: undefined, code: 'refused', text: message ?? '' }]);
      },
      [toFound],
    ),
    changes: useCallback((keys?: Iterable<string>) => toWire(form.fields, live.current.data, keys ?? live.current.dirty), [form]),
    settle,
    accept: useCallback(
      (saved: RecordFull, sent: Data) => {
        const still = new Set([...live.current.dirty].filter((k) => !(k in sent) || JSON.stringify(toWire(form.fields, live.current.data, [k])) !== JSON.stringify({ [k]: sent[k] })));
        live.current.dirty = still;
        setDirty(still);
        setRefused([]);
        // What should be looked at is as true of the saved values.
        const doubts = live.current.found.filter((p) => p.warning);
        setFound(doubts);
        live.current.found = doubts;
        seenRev.current = saved.rev;
        setStates(keeping(() => saved.fields));
        setSections(keeping(() => saved.sections));
        server.current = { states: saved.fields, sections: saved.sections, found: doubts, clock: still.size === 0 ? clock.current : server.current.clock };
        setData(
          keeping((local) => {
            const next: Data = takeEvaluated(form.fields, local, saved.data, still, live.current.touched);
            for (const key of still) next[key] = local[key];
            return next;
          }),
        );
      },
      [form],
    ),
  };
}
