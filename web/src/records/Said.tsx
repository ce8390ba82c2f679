import { Fragment } from 'react';
import { usePeople } from '@/api/people';
import type { User } from '@/api/types';

interface Part {
  text: string;
  /** Whom it calls. */
  who?: string;
}

/** The parts of what somebody wrote, with those he calls in it: by name, the longest that stands there, or by the name they sign in with. */
export function callsIn(text: string, users: readonly Pick<User, 'id' | 'name'>[]): Part[] {
  if (!text.includes('@')) return [{ text }];
  const out: Part[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const rest = text.slice(at + 1);
    const sign = /^[\w.-]*[\w]/.exec(rest)?.[0];
    let found = users.find((u) => u.id === sign);
    let length = found ? found.id.length : 0;
    for (const u of users) {
      const goesOn = /[\w]$/.test(u.name) && /^[\w]/.test(rest.slice(u.name.length));
      if (u.name.length > length && rest.startsWith(u.name) && !goesOn) {
        found = u;
        length = u.name.length;
      }
    }
    if (!found) continue;
    if (at > from) out.push({ text: text.slice(from, at) });
    out.push({ text: `@${found.name}`, who: found.id });
    from = at + 1 + length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}

/** What somebody wrote; whom he calls in it stands out, and is shown by name. */
export function Said({ text }: { text: string }) {
  const { users } = usePeople();
  return (
    <span className="say">
      {callsIn(text, users).map((part, i) => (
        // The parts of a text have no names of their own.
        // eslint-disable-next-line react/no-array-index-key
        <Fragment key={i}>{part.who ? <b className="called">{part.text}</b> : part.text}</Fragment>
      ))}
    </span>
  );
}
