// What the day brings: my work, what is found, what one is told.
import type { Text } from '@/model/definition';
import type { Task } from './approvals';
import type { RecordItem, RecordLink } from './records';

export interface Home {
  tasks: Task[];
  due: RecordItem[];
  idle: RecordItem[];
  /** Records of others that come to a stage of mine next. */
  next: RecordItem[];
  recent: RecordItem[];
  counts: Record<string, number>;
}

/** What falls on a day of mine: an instant, or a day without a time. */
export interface AgendaItem {
  kind: 'task' | 'due' | 'next' | 'closing';
  at: string | null;
  day?: string;
  name?: Text;
  task?: string;
  taskKind?: Task['kind'];
  record: { id: string; title: string; app: string; form: string; number?: string; stage?: Text } | null;
}

/** A field that a record was found by; text is its value, or the part of it around what was asked. */
export interface FoundBy {
  field: string;
  name: Text;
  text: string;
}

/** A note on a record, or on one that it points to. */
export interface NoteItem {
  seq: number;
  by: { id: string; name: string } | null;
  at: string;
  text: string;
  mentions: string[];
  record: RecordLink;
}

export interface SearchHit {
  id: string;
  title: string;
  number?: string;
  app: string;
  form: string;
  stage?: string;
  by: FoundBy[];
  /** The note it was found by. */
  note?: number;
}

export interface Notice {
  id: string;
  text: Text;
  at: string;
  read: boolean;
  record?: { id: string; title: string };
}
