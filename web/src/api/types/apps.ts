// The installation, its apps and their templates.
import type { Definition, Text } from '@/model/definition';
import type { User } from './people';

export interface AppSummary {
  key: string;
  name: Text;
  /** The live release; 0 before the first. */
  release: number;
  /** There are changes that are not published. */
  draft: boolean;
  roles: string[];
  canDesign: boolean;
  /** A newer version of its template is there, for who designs. */
  upgrade?: boolean;
  template?: string;
}

export interface Me {
  user: User;
  company: { name: string; language: string; timezone: string; currency: string };
  apps: AppSummary[];
  can: { design: boolean; operate: boolean; people: boolean; oversee: boolean };
  unread: number;
  openTasks: number;
  now: string;
  /** An admin looks at things as this person, until then. */
  seeing?: { by: { id: string; name: string }; until: string };
}

export interface SetupState {
  needed: boolean;
  languages: string[];
  demo: boolean;
  /** By whom one may sign in besides the password. */
  provider?: string;
  demoUsers?: { username: string; name: string; role: Text }[];
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page; empty at the end. */
  next: string;
}

export interface Template {
  key: string;
  name: Text;
  help: Text;
  installed: boolean;
  counts: Record<'forms' | 'processes' | 'stages' | 'approvals' | 'automations' | 'tests' | 'reports', number>;
  processes: { key: string; name: Text; stages: { key: string; name: Text; end?: string; color?: string }[] }[];
  forms: TemplatePart[];
  approvals: TemplatePart[];
  automations: TemplatePart[];
  dashboards: TemplatePart[];
  languages: string[];
}

/** A thing inside a template, and what it is for where the template says so. */
export interface TemplatePart {
  key: string;
  name: Text;
  help?: Text;
}

export interface AppModel {
  app: string;
  release: number;
  definition: Definition;
  /** The forms one may create records of. */
  create: string[];
  /** Forms whose records the person may bring in from a file, or take out as one. */
  import: string[];
  export: string[];
  /** Forms whose records one may delete and take back. */
  delete?: string[];
  /** By form, the fields one may write in some of its records; the forms whose records one may hand over. */
  edit?: Record<string, string[]>;
  assign?: string[];
  /** Buttons of automations that one may press on records. */
  buttons?: ListButton[];
}

/** A button of an automation that stands over a list of records. */
export interface ListButton {
  key: string;
  form: string;
  name: Text;
}
