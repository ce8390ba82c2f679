import { useText } from '@/ui/text';
import type { MergeConflict } from '../api';

/** What a side made of a place that both changed: line by line where the place has several, those that it left as they were in grey. */
export function SideWords({ conflict, side, told }: { conflict: MergeConflict; side: 'mine' | 'theirs' | 'base'; told: string }) {
  const text = useText();
  if (conflict.lines.length === 0) return <span>{told}</span>;
  return conflict.lines.map((line) => (
    <span key={text(line.name, '')} className={side !== 'base' && text(line[side]) === text(line.base) ? 's' : ''}>
      {line.name === undefined ? null : <i>{text(line.name)}</i>}
      {text(line[side], '')}
    </span>
  ));
}
