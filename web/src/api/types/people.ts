// Who works here, and when.
import type { Text } from '@/model/definition';

/** A person, as much as is shown beside a name. */
export interface Person {
  id: string;
  name: string;
}

/** What one may do beside work on records. */
export type Right = 'design' | 'operate';

export interface User extends Person {
  username: string;
  language: string;
  theme: string;
  /** Has both rights. */
  admin: boolean;
  rights: Right[];
  roles: string[];
  team: string;
  active: boolean;
  email?: string;
  phone?: string;
  /** The name as it is typed in pinyin and by its initials. */
  spelled?: string;
}

export interface Team {
  key: string;
  name: Text;
  parent: string;
  manager: string;
  members: string[];
}

/** A day that a year's paper names: off, or worked though the week would rest. */
export interface CalendarDay {
  name: string;
  date: string;
  isOffDay: boolean;
}

/** What a team, or the company, goes by in a year. */
export interface CalendarYear {
  team: string;
  year: number;
  source: 'own' | 'inherited' | 'builtIn' | 'missing';
  /** Where an inherited year is from: a team, or empty for the company. */
  from: string;
  days: CalendarDay[];
  off: string[];
  /** Days of rest, 1 for Monday to 7 for Sunday. */
  week: number[];
  weekOwn: boolean;
  version: number;
  /** In the answer to a preview: what the change would move. */
  moves?: { records: number; timers: number; more: boolean };
}

export interface Calendars {
  items: { team: string; week: number[] | null; years: number[]; version: number }[];
  builtIn: number[];
  missing: number[];
  recounting: number;
}

export interface RoleInfo {
  key: string;
  name: Text;
  app: string;
  users: string[];
}

/** A time somebody does not work; `to` is the first instant after it. */
export interface Absence {
  id: string;
  user: Person;
  from: string;
  to: string;
  /** Only in this app; empty is everywhere. */
  app: string;
  substitute: Person | null;
  note: string;
  by: Person | null;
}

/** From `date` on, one unit of `from` is worth `rate` of `to`. */
export interface Rate {
  from: string;
  to: string;
  date: string;
  rate: string;
  by: Person | null;
  at: string;
}

export interface SessionInfo {
  id: string;
  createdAt: string;
  lastSeen: string;
  address: string;
  agent: string;
  current: boolean;
}

/** What a person has, which somebody else takes over when he leaves. */
export interface Belongings {
  records: number;
  approvals: number;
  activities: number;
  tasks: number;
  teams: number;
  absences: number;
  standIns: number;
  sum: number;
  apps: { key: string; name: Text; records: number }[];
  /** Apps whose definition names the person: their authors mend that. */
  named: { app: string; name: Text; paths: string[] }[];
}

export interface Handover {
  id: string;
  user: Person;
  by: Person;
  successor: Person;
  at: string;
  state: 'running' | 'done';
  doneAt: string | null;
  found: Belongings;
  left: Belongings;
}
