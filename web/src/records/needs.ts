import type { TransitionInfo } from '@/api/types';
import { isComputed, type Form, type Process } from '@/model/definition';
import { chainOf } from './model';
import { fieldPath, topField } from './paths';

/** The fields a transition still needs: those it asks for and those found missing. */
export function neededFields(form: Form, transition: TransitionInfo): string[] {
  const keys = new Set(transition.ask);
  for (const m of transition.missing) {
    const place = fieldPath(m.path);
    if (place) keys.add(topField(place));
  }
  return form.fields.filter((f) => keys.has(f.key) && !isComputed(f)).map((f) => f.key);
}

/** Whether a transition can be taken without asking anything. */
export function needsNothing(form: Form, process: Process | undefined, transition: TransitionInfo): boolean {
  return transition.ready && transition.ask.length === 0 && neededFields(form, transition).length === 0 && !chainOf(process, transition) && !transition.confirm && !transition.back && !(transition.pick && !transition.pick.stays);
}
