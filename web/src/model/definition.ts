/**
 * The definition of an app (spec pipewright/1), as the Go types in runtime/process and forms have it. Member order here is the
 * order of the Go structs; the canonical form on the server follows it.
 */
import type { Chain } from './definition/approval';
import type { Automation, Message, Pool } from './definition/automation';
import type { Form, OptionList } from './definition/forms';
import type { Dashboard, Report, Test, View } from './definition/overview';
import type { Process } from './definition/process';
import type { Print, PublicForm, Tracking } from './definition/public';
import type { Rule } from './definition/rules';
import type { Lang, Text } from './definition/text';

export * from './definition/approval';
export * from './definition/automation';
export * from './definition/forms';
export * from './definition/overview';
export * from './definition/process';
export * from './definition/public';
export * from './definition/rules';
export * from './definition/text';

export interface Definition {
  spec: 'pipewright/1';
  key: string;
  name: Text;
  help?: Text;
  languages?: Lang[];
  timezone?: string;
  currency?: string;
  calendar?: string;
  /** What the app was made of, and the version of it that it holds. */
  template?: { key: string; digest: string };
  uses?: Use[];
  roles?: Role[];
  options?: OptionList[];
  forms?: Form[];
  processes?: Process[];
  approvals?: Chain[];
  rules?: Rule[];
  automations?: Automation[];
  messages?: Message[];
  pools?: Pool[];
  public?: PublicForm[];
  tracking?: Tracking[];
  prints?: Print[];
  views?: View[];
  reports?: Report[];
  dashboards?: Dashboard[];
  tests?: Test[];
  layout?: Record<string, Record<string, Point>>;
}

export interface Point {
  x: number;
  y: number;
}

/** Fields of another app's forms that references here may reach. */
export interface Use {
  app: string;
  forms: Record<string, string[]>;
}

export interface Role {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
}
