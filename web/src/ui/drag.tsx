import { DragDropProvider, DragOverlay, PointerSensor, useDraggable, useDroppable } from '@dnd-kit/react';
import { Accessibility, PointerActivationConstraints } from '@dnd-kit/dom';
import type { ReactNode } from 'react';

/**
 * Dragging things onto places with mouse, pen or finger. Keyboard users get commands on the things themselves, so no keyboard
 * sensor is installed here: Enter on a card opens it.
 */
const sensors = [
  PointerSensor.configure({
    activationConstraints: (event) =>
      event.pointerType === 'touch'
        ? [new PointerActivationConstraints.Delay({ value: 250, tolerance: 5 })]
        : [new PointerActivationConstraints.Distance({ value: 5 })],
    // Things dragged here are buttons themselves; only fields one types into keep the pointer.
    preventActivation: (event) =>
      event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]') !== null,
  }),
];

interface AreaProps {
  children: ReactNode;
  /** Shown under the pointer for the thing that is dragged. */
  ghost: (id: string) => ReactNode;
  /** The thing was let go over a place. */
  onDrop: (thing: string, place: string) => void;
}

export function DragArea({ children, ghost, onDrop }: AreaProps) {
  return (
    <DragDropProvider
      sensors={sensors}
      // The things say themselves what they are and what keys they take; the plugin would call them all pressed buttons.
      plugins={(plugins) => plugins.filter((p) => p !== Accessibility)}
      onDragEnd={(event) => {
        const { source, target } = event.operation;
        if (!event.canceled && source && target) onDrop(String(source.id), String(target.id));
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>{(source) => ghost(String(source.id))}</DragOverlay>
    </DragDropProvider>
  );
}

/** Makes an element a thing one can drag. */
export function useThing(id: string) {
  const { ref, handleRef, isDragging } = useDraggable({ id });
  return { ref, handleRef, isDragging };
}

/** Makes an element a place one can drop on. */
export function usePlace(id: string) {
  const { ref, isDropTarget } = useDroppable({ id });
  return { ref, isOver: isDropTarget };
}
