import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Process, Text } from '@/model/definition';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useActions, useDraft, useDraftStore } from '../context';
import { Part } from '../controls/Row';

interface Odds {
  least: number;
  stages: { stage: string; name: Text; configured: number; closed: number; won: number; percent: number | null }[];
}

/** How records that have been in each stage ended, beside the probability set; one click puts what they tell into the draft. */
export function OddsPart({ process, processIndex }: { process: Process; processIndex: number }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const app = useDraft((s) => s.app);
  const { data } = useQuery({ queryKey: ['odds', app, process.key], queryFn: ({ signal }) => api.get<Odds>(`/apps/${app}/odds/${process.key}`, { signal }), retry: false });
  if (!data) return null; // not published yet
  const told = new Map(data.stages.map((s) => [s.stage, s]));
  const rows = process.stages.filter((s) => s.end === undefined);
  const changes = rows.filter((s) => {
    const percent = told.get(s.key)?.percent;
    return percent !== null && percent !== undefined && percent !== (s.probability ?? 0);
  });
  const takeOver = () => {
    const stages = process.stages.map((s) => {
      const percent = told.get(s.key)?.percent;
      return s.end === undefined && percent !== null && percent !== undefined ? { ...s, probability: percent } : s;
    });
    apply({ op: 'set', at: ['processes', processIndex, 'stages'], value: stages });
    toast(t('oddsTaken', { count: changes.length }), { undo: actions.undo });
  };
  return (
    <Part title={t('odds')}>
      <p className="s">{t('oddsHelp', { n: data.least })}</p>
      <table className="tbl d-odds">
        <thead>
          <tr>
            <th scope="col">{t('word_stage')}</th>
            <th scope="col" className="num">
              {t('oddsSet')}
            </th>
            <th scope="col" className="num">
              {t('oddsTold')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((s) => {
            const o = told.get(s.key);
            return (
              <tr key={s.key}>
                <td>{text(s.name, s.key)}</td>
                <td className="num">{s.probability ?? 0}%</td>
                <td className="num">
                  {o?.percent === null || o?.percent === undefined ? '–' : `${o.percent}%`}
                  <span className="s" style={{ display: 'block' }}>
                    {t('oddsOf', { won: o?.won ?? 0, closed: o?.closed ?? 0 })}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Button disabled={changes.length === 0} onClick={takeOver}>
        {t('oddsTake')}
      </Button>
    </Part>
  );
}
