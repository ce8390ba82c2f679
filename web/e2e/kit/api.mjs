// The HTTP API as one person uses it, for what a story does not do through the screen.
import assert from 'node:assert/strict';

let count = 0;

export class Api {
  constructor(address) {
    this.address = address;
    this.cookie = '';
  }

  /** Somebody signed in by name and password. */
  static async login(address, username, password = 'pipewright-demo') {
    const api = new Api(address);
    await api.post('/login', { username, password });
    return api;
  }

  async send(method, path, body, headers = {}) {
    count += 1;
    const answer = await fetch(`${this.address}/api${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'Accept-Language': 'zh-CN',
        ...(method === 'GET' ? {} : { 'Idempotency-Key': `e2e-${process.pid}-${count}` }),
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = answer.headers.getSetCookie().map((c) => c.split(';')[0]);
    if (set.length > 0) this.cookie = set.join('; ');
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async must(method, path, body, headers) {
    const answer = await this.send(method, path, body, headers);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  get(path) {
    return this.must('GET', path);
  }

  post(path, body = {}) {
    return this.must('POST', path, body);
  }
}

/** Asks again and again until the answer satisfies, at most `within` milliseconds. */
export async function until(what, ask, satisfied, within = 10_000) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    last = await ask();
    if (satisfied(last)) return last;
    if (Date.now() > end) assert.fail(`${what} did not come about within ${within} ms; last seen: ${JSON.stringify(last)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
