import type { Data, Evaluated } from '@/api/types';

/** What is sent of one evaluation: everything, or what is other than at the one before. */
export interface Ask {
  old?: Data | null;
  new: Data;
  changes?: boolean;
}

/** An answer, or what of it is other than in the one before, with the names of what is gone. */
export interface Answered extends Evaluated {
  gone?: { data?: string[]; fields?: string[] };
}

/**
 * One open form's conversation with the rules: a keystroke sends the field it changed, and brings back what that changes. Values are compared by
 * identity, so whoever asks keeps what did not change. Where an answer is lost, everything is sent anew.
 */
export class Changes {
  private sent: { old: Data | null; now: Data } | undefined;
  private last: Evaluated | undefined;

  /** Forgets what was said; the other side has, too. */
  forget() {
    this.sent = undefined;
    this.last = undefined;
  }

  async ask(old: Data | null, now: Data, call: (ask: Ask) => Promise<Answered>): Promise<Evaluated> {
    const { sent, last } = this;
    const known = sent !== undefined && last !== undefined && sent.old === old && Object.keys(sent.now).length === Object.keys(now).length;
    this.forget();
    const answer = known ? over(last, await call({ new: difference(sent.now, now), changes: true })) : await call({ old, new: now });
    this.sent = { old, now };
    this.last = answer;
    return answer;
  }
}

function difference(before: Data, now: Data): Data {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => !(key in before) || before[key] !== value));
}

function over(last: Evaluated, { gone, ...answer }: Answered): Evaluated {
  const data = { ...last.data, ...answer.data };
  const fields = { ...last.fields, ...answer.fields };
  for (const key of gone?.data ?? []) delete data[key];
  for (const key of gone?.fields ?? []) delete fields[key];
  return { data, fields, sections: { ...last.sections, ...answer.sections }, problems: answer.problems };
}
