import { useEffect, useRef } from 'react';
import { useTheme } from './themeContext';

export interface Series {
  name: string;
  /** One value a category; null is a gap. Drawn only: exact figures are shown as text beside it. */
  values: (number | null)[];
}

interface Props {
  kind: 'bar' | 'line' | 'pie';
  categories: string[];
  series: Series[];
  /** How a value is written. */
  format: (value: number) => string;
  /** A bar, point or slice was clicked. */
  onPick?: (index: number) => void;
  height?: number;
  /** What the chart shows, for those who do not see it. */
  label: string;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A chart drawn as SVG. The drawing library is loaded the first time. */
export function Chart({ kind, categories, series, format, onPick, height = 260, label }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const { dark } = useTheme();
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let stop = () => {};
    let gone = false;
    const load = import('./echarts').then(({ init }) => {
      if (gone) return;
      const chart = init(element, undefined, { renderer: 'svg' });
      const ink = token('--ink-2');
      const line = token('--line');
      const colors = [token('--solid'), token('--stage-3'), token('--stage-4'), token('--stage-5'), token('--stage-6'), token('--stage-1')];
      const text = { color: ink, fontFamily: token('--font'), fontSize: 12 };
      const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      const shared = { animation: !still, animationDuration: 150, textStyle: text, color: colors, aria: { enabled: false } };
      const tooltip = {
        trigger: kind === 'pie' ? ('item' as const) : ('axis' as const),
        valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '–'),
        backgroundColor: token('--card'), borderColor: line, textStyle: { color: token('--ink'), fontSize: 12 },
      };
      if (kind === 'pie') {
        chart.setOption({
          ...shared, tooltip,
          series: [{ type: 'pie', radius: ['48%', '72%'], label: { color: ink }, itemStyle: { borderColor: token('--card'), borderWidth: 2 }, data: categories.map((name, i) => ({ name, value: series[0]?.values[i] ?? 0 })) }],
        });
      } else {
        chart.setOption({
          ...shared, tooltip,
          // Of several series one must see which is which.
          legend: { show: series.length > 1, top: 0, right: 8, itemWidth: 10, itemHeight: 10, icon: 'circle', textStyle: text, selectedMode: false },
          grid: { left: 8, right: 12, top: series.length > 1 ? 36 : 20, bottom: 4, containLabel: true },
          xAxis: { type: 'category', data: categories, axisLine: { lineStyle: { color: token('--line-strong') } }, axisTick: { show: false }, axisLabel: text },
          yAxis: { type: 'value', splitLine: { lineStyle: { color: line } }, axisLabel: { ...text, formatter: format } },
          series: series.map((s) => ({
            name: s.name, type: kind, data: s.values, barMaxWidth: 46,
            ...(kind === 'bar' ? { itemStyle: { borderRadius: [2, 2, 0, 0] } } : { symbolSize: 6 }),
            label: { show: series.length === 1 && categories.length <= 12, position: 'top', color: ink, formatter: (p: { value: unknown }) => (typeof p.value === 'number' ? format(p.value) : '') },
          })),
        });
      }
      chart.on('click', (event) => {
        if (typeof event.dataIndex === 'number') pick.current?.(event.dataIndex);
      });
      const watch = new ResizeObserver(() => chart.resize());
      watch.observe(element);
      // Paper is narrower: the drawing is made smaller as a whole, as nothing is drawn anew there.
      const shrink = () => element.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
      window.addEventListener('beforeprint', shrink);
      stop = () => {
        window.removeEventListener('beforeprint', shrink);
        watch.disconnect();
        chart.dispose();
      };
    });
    // Without its drawing the report still has its table.
    load.catch(() => {});
    return () => {
      gone = true;
      stop();
    };
  }, [kind, categories, series, format, dark]);
  return <div ref={host} className="chart" style={{ height, cursor: onPick ? 'pointer' : 'default' }} role="img" aria-label={label} />;
}
