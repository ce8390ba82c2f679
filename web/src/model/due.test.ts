import { describe, expect, it } from 'vitest';
import { dueWay, rungsMoved } from './due';

describe('the deadline of a stage', () => {
  it('says which way it is written', () => {
    expect([undefined, 'P3D', { at: '18:00' }, { date: 'closeDate' }].map(dueWay)).toEqual(['for', 'for', 'at', 'date']);
  });

  it('keeps the moments of its rungs when it becomes a date, and back', () => {
    const before = [
      { after: 'P2BD', do: 'remind' as const },
      { after: 'P3BD', do: 'remind' as const },
      { after: 'P4BD', do: 'escalate' as const, to: [{ role: 'boss' }] },
    ];
    const around = rungsMoved(before, 'P3BD', { date: 'closeDate' });
    expect(around).toEqual([
      { after: '-P1BD', do: 'remind' },
      { after: 'P0D', do: 'remind' },
      { after: 'P1BD', do: 'escalate', to: [{ role: 'boss' }] },
    ]);
    expect(rungsMoved(around, { date: 'closeDate' }, 'P3BD')).toEqual(before);
    // From one moment to another nothing moves.
    expect(rungsMoved(around, { date: 'closeDate' }, { at: '18:00' })).toEqual(around);
  });

  it('drops what has no meaning on the other side', () => {
    expect(rungsMoved([{ after: 'PT4H', do: 'remind' }], 'P3D', { at: '18:00' })).toBeUndefined();
    expect(rungsMoved([{ after: '-P5D', do: 'remind' }, { after: 'P1D', do: 'remind' }], { at: '18:00' }, 'P3D')).toEqual([{ after: 'P4D', do: 'remind' }]);
    expect(rungsMoved(undefined, 'P3D', { at: '18:00' })).toBeUndefined();
  });
});
