/** The first message to the worker: where its program is. Its answer has the id 0. */
export interface Start {
  loader: string;
  program: string;
}

/** A call of the program: JSON in, JSON out. Ids count from 1. */
export interface Call {
  id: number;
  method: 'open' | 'evaluate' | 'examples';
  input: string;
}

export interface Reply {
  id: number;
  out?: string;
  error?: string;
  /** How long the program itself took, in milliseconds. */
  ms?: number;
}
