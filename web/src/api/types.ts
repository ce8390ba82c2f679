// What the server answers, by meaning; each part has a file of its own.
export type { Text } from '@/model/definition';
export type * from './types/approvals';
export type * from './types/apps';
export type * from './types/lists';
export type * from './types/people';
export type * from './types/records';
export type * from './types/reports';
export type * from './types/workday';
