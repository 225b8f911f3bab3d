import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';

import { drag, isThrownAway, panned, pinched, swiped, toggled, type Point, type Size, type View } from './zoom.ts';

const DOUBLE_TAP_MS = 280;
const TAP_PX = 10;
/** Where there is no further picture, the finger pulls against something. */
const PULL = 0.3;

/**
 * What fingers and mouse do on the stage.
 *
 *   none ── down ──► one ── moves ──► panning   (it is larger than the stage)
 *    ▲                │              swiping   (sideways)
 *    │                │              closing   (downwards)
 *    │                └── second finger ──► pinching
 *    └────────────────────── up ───────────────┘
 */
export function useGestures(on: {
  view: ShallowRef<View>;
  stage: Ref<Size>;
  look: (next: View) => void;
  go: (by: -1 | 0 | 1) => void;
  canGo: (by: -1 | 1) => boolean;
  close: () => void;
}) {
  type Doing = 'none' | 'one' | 'panning' | 'swiping' | 'closing' | 'pinching';
  let doing: Doing = 'none';
  const fingers = new Map<number, Point>();
  let [startedAt, from]: [number, Point] = [0, { x: 0, y: 0 }];
  let lastTap: { at: number; point: Point } | undefined;
  let isBeside = false;
  let closing: ReturnType<typeof setTimeout> | undefined;

  /** How far the row of pictures is pulled sideways. */
  const track = shallowRef<Point>({ x: 0, y: 0 });
  /** How far the picture is pulled down. */
  const away = ref(0);
  const isMoving = ref(false);

  const fromMiddle = ({ clientX, clientY }: PointerEvent): Point => ({
    x: clientX - on.stage.value.width / 2,
    y: clientY - on.stage.value.height / 2,
  });
  const two = (): readonly [Point, Point] | undefined => {
    const [one, other] = [...fingers.values()];
    return one && other ? [one, other] : undefined;
  };
  function rest(): void {
    doing = 'none';
    isMoving.value = false;
    track.value = { x: 0, y: 0 };
    away.value = 0;
  }

  function onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    clearTimeout(closing);
    // From here on every event is the stage's own.
    isBeside = event.target === event.currentTarget || (event.target as Element).classList.contains('slide');
    (event.currentTarget as HTMLElement).setPointerCapture?.(event.pointerId);
    fingers.set(event.pointerId, fromMiddle(event));
    if (fingers.size === 1) {
      doing = 'one';
      from = fromMiddle(event);
      startedAt = event.timeStamp;
    } else if (fingers.size === 2) {
      rest();
      doing = 'pinching';
      isMoving.value = true;
    }
  }

  function onMove(event: PointerEvent): void {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = fromMiddle(event);
    const pair = two();
    fingers.set(event.pointerId, now);
    const after = two();
    const step = { x: now.x - before.x, y: now.y - before.y };
    const sum = { x: now.x - from.x, y: now.y - from.y };
    if (doing === 'one') {
      const meant = drag(sum);
      if (on.view.value.scale > 1) doing = Math.hypot(sum.x, sum.y) > TAP_PX ? 'panning' : 'one';
      else if (meant !== 'nothing') doing = meant === 'swipe' ? 'swiping' : 'closing';
    }
    isMoving.value = doing !== 'one' && doing !== 'none';
    if (doing === 'pinching' && pair && after) on.look(pinched(on.view.value, pair, after));
    else if (doing === 'panning') on.look(panned(on.view.value, step));
    else if (doing === 'swiping') {
      const isFree = on.canGo(sum.x < 0 ? 1 : -1);
      track.value = { x: isFree ? sum.x : sum.x * PULL, y: 0 };
    } else if (doing === 'closing') away.value = Math.max(0, sum.y);
  }

  function onUp(event: PointerEvent): void {
    if (!fingers.delete(event.pointerId)) return;
    const now = fromMiddle(event);
    const [sum, ms] = [{ x: now.x - from.x, y: now.y - from.y }, event.timeStamp - startedAt];
    if (doing === 'pinching') {
      // The finger that stays goes on from where it is.
      const [left] = [...fingers.values()];
      if (left) {
        from = left;
        doing = 'panning';
      } else rest();
      return;
    }
    const did = doing;
    if (did === 'closing' && isThrownAway(sum.y, ms)) {
      on.close();
      return;
    }
    rest();
    if (did === 'swiping') on.go(swiped(sum.x, ms, on.stage.value.width));
    else if (did === 'one') tapped(event, now);
  }

  /** A second tap looks closer; one tap with a finger closes, as people know it. */
  function tapped({ timeStamp, pointerType }: PointerEvent, point: Point): void {
    const isSecond =
      lastTap !== undefined &&
      timeStamp - lastTap.at < DOUBLE_TAP_MS + 20 &&
      Math.hypot(point.x - lastTap.point.x, point.y - lastTap.point.y) < 32;
    if (isSecond) {
      lastTap = undefined;
      on.look(toggled(on.view.value, point));
      return;
    }
    lastTap = { at: timeStamp, point };
    if (pointerType === 'touch') closing = setTimeout(on.close, DOUBLE_TAP_MS);
    else if (isBeside) on.close();
  }

  function onCancel(event: PointerEvent): void {
    fingers.delete(event.pointerId);
    if (fingers.size === 0) rest();
  }

  return { track, away, isMoving, onDown, onMove, onUp, onCancel };
}
