import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Process } from '@/model/definition';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { useDraft } from '../context';
import { Part } from '../controls/Row';
import { SwitchSlot } from '../controls/slots';

/** Whether records tell what closed ones did, and counting it without waiting for the night. */
export function PrecedentsPart({ process, processIndex }: { process: Process; processIndex: number }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const app = useDraft((s) => s.app);
  const count = useMutation({
    mutationFn: () => api.post<{ records: number; stages: string[] }>(`/apps/${app}/precedents/${process.key}`, {}),
    onSuccess: async (n) => {
      toast(t('precedentsCounted', { n: n.records, stages: n.stages.length }));
      await queryClient.invalidateQueries({ queryKey: ['precedents'] });
    },
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  if (!process.stages.some((s) => s.end === 'won' || s.end === 'done')) return null;
  return (
    <Part title={t('precedents')}>
      <p className="s">{t('precedentsHelp')}</p>
      <SwitchSlot at={['processes', processIndex, 'noPrecedents']} label={t('noPrecedents')} />
      <Button loading={count.isPending} onClick={() => count.mutate()}>
        {t('precedentsCount')}
      </Button>
    </Part>
  );
}
