export interface Part {
  at: number;
  text: string;
  hit: boolean;
}

/** The parts of a text: those that stand in what somebody asked for, word by word and whatever their case, and what lies between. */
export function marked(text: string, asked: string): Part[] {
  const low = text.toLowerCase();
  // A letter whose small form is longer would shift what follows; such a text is shown plain.
  const terms = low.length === text.length ? asked.toLowerCase().split(/\s+/u).filter(Boolean) : [];
  const parts: Part[] = [];
  let from = 0;
  while (from < text.length) {
    let at = text.length;
    let length = 0;
    for (const term of terms) {
      const i = low.indexOf(term, from);
      if (i >= 0 && (i < at || (i === at && term.length > length))) {
        at = i;
        length = term.length;
      }
    }
    if (at > from) parts.push({ at: from, text: text.slice(from, at), hit: false });
    if (length > 0) parts.push({ at, text: text.slice(at, at + length), hit: true });
    from = at + length;
  }
  return parts;
}
