import type { Definition, Text } from '@/model/definition';
import type { IconName } from '@/ui/Icon';

/** A page of an app that the navigation offers. */
export type Place =
  | { kind: 'board'; key: string; name: Text; icon: IconName; form: string }
  | { kind: 'list'; key: string; name: Text; icon: IconName; form: string }
  | { kind: 'pool'; key: string; name: Text; icon: IconName; form: string }
  | { kind: 'dashboard'; key: string; name: Text; icon: IconName }
  | { kind: 'forecast'; key: string; name: Text; icon: IconName }
  | { kind: 'compliance'; key: string; name: Text; icon: IconName };

const forecastName: Text = { 'zh-CN': '预测与目标', 'zh-TW': '預測與目標', en: 'Forecast and targets' };

const complianceName: Text = { 'zh-CN': '合规检查', 'zh-TW': '合規檢查', en: 'Compliance' };

/** The processes whose months can be forecast: those that know amounts and the days they are expected on. */
export function forecastsOf(definition: Definition): { key: string; name: Text }[] {
  return (definition.processes ?? []).filter((p) => p.value && p.closing);
}

/** The pages of an app in the order of its definition: a board for each process, a list for each plain form, pools, dashboards, the forecast, compliance. */
export function placesOf(definition: Definition): Place[] {
  const places: Place[] = [];
  const forms = new Map((definition.forms ?? []).map((f) => [f.key, f]));
  const views = definition.views ?? [];
  const shown = new Set<string>();
  for (const process of definition.processes ?? []) {
    const boards = views.filter((v) => v.kind === 'board' && v.process === process.key);
    shown.add(process.form);
    for (const view of boards) {
      const name = boards.length > 1 ? (view.name ?? process.name) : process.name;
      places.push({ kind: 'board', key: view.key, name, icon: 'board', form: process.form });
    }
    if (boards.length === 0) places.push({ kind: 'list', key: process.form, name: process.name, icon: 'list', form: process.form });
  }
  for (const form of forms.values()) {
    if (!shown.has(form.key)) places.push({ kind: 'list', key: form.key, name: form.name, icon: 'table', form: form.key });
  }
  for (const pool of definition.pools ?? []) places.push({ kind: 'pool', key: pool.key, name: pool.name, icon: 'layers', form: pool.form });
  for (const board of definition.dashboards ?? []) {
    places.push({ kind: 'dashboard', key: board.key, name: board.name, icon: 'chart' });
  }
  const forecast = forecastsOf(definition)[0];
  if (forecast) places.push({ kind: 'forecast', key: forecast.key, name: forecastName, icon: 'target' });
  const first = definition.processes?.[0];
  if (first) places.push({ kind: 'compliance', key: first.key, name: complianceName, icon: 'book' });
  return places;
}
