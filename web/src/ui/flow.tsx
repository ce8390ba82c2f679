import {
  Background,
  BackgroundVariant,
  BaseEdge,
  EdgeLabelRenderer,
  getSmoothStepPath,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useNodesState,
  useReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import '@xyflow/react/dist/base.css';
import './flow.css';

/** A card on the canvas. `fixed` cards cannot be moved or linked: they only point at something. */
export interface FlowCard {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  content: ReactNode;
  fixed?: boolean;
}

export type FlowSide = 'left' | 'right' | 'top' | 'bottom';

export interface FlowArrow {
  id: string;
  from: string;
  to: string;
  label: ReactNode;
  /** Leads back, or is only hinted at: drawn with a broken line. */
  dashed?: boolean;
  on?: boolean;
  out: FlowSide;
  in: FlowSide;
  /** The height at which a line between two rows runs, so that lines do not meet. */
  lane?: number;
  /** The label stands above the line instead of on it: between neighbours. */
  above?: boolean;
}

interface Props {
  cards: readonly FlowCard[];
  arrows: readonly FlowArrow[];
  onMoved: (id: string, x: number, y: number) => void;
  onLinked: (from: string, to: string) => void;
  onBackground: () => void;
  label: string;
  /** What stands on the canvas: the tools, given the ways to zoom. */
  tools: (zoom: { in: () => void; out: () => void; fit: () => void }) => ReactNode;
  /** Changes when everything was placed anew and should be shown whole. */
  fitKey: string;
  /** What is shown first of a picture that is too large to be read whole; the rest is reached by moving it. */
  begin?: readonly string[] | undefined;
}

interface CardData extends Record<string, unknown> {
  content: ReactNode;
  fixed: boolean;
}

interface ArrowData extends Record<string, unknown> {
  label: ReactNode;
  lane: number | undefined;
  above: boolean;
}

const SIDES: Record<FlowSide, Position> = {
  left: Position.Left,
  right: Position.Right,
  top: Position.Top,
  bottom: Position.Bottom,
};

function Card({ data }: NodeProps<Node<CardData>>) {
  return (
    <>
      {(Object.keys(SIDES) as FlowSide[]).map((side) => (
        <Handle
          key={`in-${side}`}
          id={`in-${side}`}
          type="target"
          position={SIDES[side]}
          isConnectable={!data.fixed}
          className="flow-in"
        />
      ))}
      {data.content}
      {(Object.keys(SIDES) as FlowSide[]).map((side) => (
        <Handle
          key={`out-${side}`}
          id={`out-${side}`}
          type="source"
          position={SIDES[side]}
          isConnectable={!data.fixed}
          className={side === 'right' && !data.fixed ? 'flow-out' : 'flow-in'}
        />
      ))}
    </>
  );
}

/** A loop under one row is told how far to go down; a line between rows, where its level part runs. */
function laneOf(lane: number | undefined, sourceY: number, from: Position, to: Position): { offset?: number; centerY?: number } {
  if (lane === undefined) return {};
  return from === to ? { offset: Math.abs(lane - sourceY) } : { centerY: lane };
}

function Arrow({
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  data,
  markerEnd,
}: EdgeProps<Edge<ArrowData>>) {
  const [path, x, y] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 10,
    ...laneOf(data?.lane, sourceY, sourcePosition, targetPosition),
  });
  return (
    <>
      <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} />
      <EdgeLabelRenderer>
        <div
          className="flow-label nodrag nopan"
          style={{
            transform: `translate(-50%, ${data?.above ? '-100%' : '-50%'}) translate(${x}px, ${data?.above ? y - 4 : y}px)`,
          }}
        >
          {data?.label}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

const nodeTypes = { card: Card };
const edgeTypes = { arrow: Arrow };
const marker = { type: MarkerType.Arrow, width: 16, height: 16, color: 'var(--flow-line)', strokeWidth: 1.5 };
const markerOn = { ...marker, color: 'var(--accent)' };

/** A canvas of cards and arrows. It shows what it is given and reports what was done; it holds nothing itself. */
export function FlowCanvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

/** How the picture is fitted in: whole, or where it begins. */
const fitting = (begin: readonly string[] | undefined) => ({ padding: 0.12, maxZoom: 1, ...(begin ? { nodes: begin.map((id) => ({ id })) } : {}) });

function Inner({ cards, arrows, onMoved, onLinked, onBackground, label, tools, fitKey, begin }: Props) {
  const flow = useReactFlow();
  const given = useMemo(
    () =>
      cards.map<Node<CardData>>((c) => ({
        id: c.id,
        type: 'card',
        className: c.fixed ? 'flow-fixed' : '',
        position: { x: c.x, y: c.y },
        width: c.width,
        height: c.height,
        draggable: !c.fixed,
        connectable: !c.fixed,
        selectable: false,
        focusable: false,
        data: { content: c.content, fixed: c.fixed ?? false },
      })),
    [cards],
  );
  // While a card is dragged its place lives here; letting go reports it, and it comes back with the cards.
  const [nodes, setNodes, onNodesChange] = useNodesState(given);
  useEffect(() => setNodes(given), [given, setNodes]);
  const edges = useMemo(
    () =>
      arrows.map<Edge<ArrowData>>((a) => ({
        id: a.id,
        type: 'arrow',
        source: a.from,
        target: a.to,
        sourceHandle: `out-${a.out}`,
        targetHandle: `in-${a.in}`,
        focusable: false,
        selectable: false,
        className: `${a.dashed ? 'dashed' : ''} ${a.on ? 'on' : ''}`,
        markerEnd: a.on ? markerOn : marker,
        data: { label: a.label, lane: a.lane, above: a.above ?? false },
      })),
    [arrows],
  );
  const first = useRef(true);
  const shown = useRef(begin);
  shown.current = begin;
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    void flow.fitView(fitting(shown.current));
  }, [fitKey, flow]);
  return (
    <div className="flow" role="region" aria-label={label}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onNodeDragStop={(_event, node) => {
          const was = cards.find((c) => c.id === node.id);
          const x = Math.round(node.position.x);
          const y = Math.round(node.position.y);
          if (was && (was.x !== x || was.y !== y)) onMoved(node.id, x, y);
        }}
        onConnect={(c) => {
          if (c.source && c.target) onLinked(c.source, c.target);
        }}
        onPaneClick={onBackground}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        nodeDragThreshold={4}
        snapToGrid
        snapGrid={[4, 4]}
        connectionRadius={70}
        minZoom={0.3}
        maxZoom={1.5}
        panOnScroll
        zoomOnDoubleClick={false}
        fitView
        fitViewOptions={fitting(begin)}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--flow-dot)" />
      </ReactFlow>
      {tools({
        in: () => void flow.zoomIn(),
        out: () => void flow.zoomOut(),
        fit: () => void flow.fitView({ padding: 0.12, maxZoom: 1 }),
      })}
    </div>
  );
}
