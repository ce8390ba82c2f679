import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Template } from '@/api/types';
import './template-picture.css';

/** What a picture of a template shows. */
export type Shot = 'board' | 'dashboard';

/** Where the pictures are that `make pictures` takes of the running product; they speak Chinese or English. */
const file = (key: string, shot: Shot, language: string) => `/gallery/${key}-${shot}-${language.startsWith('zh') ? 'zh-CN' : 'en'}.webp`;

/** A template as it looks when installed; one without a picture shows its stages as coloured lanes. */
export function TemplatePicture({ template, shot, alt }: { template: Template; shot: Shot; alt: string }) {
  const { i18n } = useTranslation();
  const source = file(template.key, shot, i18n.language);
  const [missing, setMissing] = useState<string>();
  if (missing === source) return <Lanes template={template} />;
  return <img className="tpl-shot" src={source} alt={alt} width={640} height={400} loading="lazy" decoding="async" onError={() => setMissing(source)} />;
}

function Lanes({ template }: { template: Template }) {
  return (
    <div className="tpl-lanes" aria-hidden="true">
      {template.processes.slice(0, 3).map((p) => (
        <div className="lane" key={p.key}>
          {p.stages.map((s, i) => (
            <i key={s.key} style={{ background: s.end === 'won' || s.end === 'done' ? 'var(--stage-won)' : s.end ? 'var(--stage-lost)' : (s.color ?? `var(--stage-${(i % 7) + 1})`) }} />
          ))}
        </div>
      ))}
    </div>
  );
}
