// Fields in which words are typed that the rules bound: no more can be typed than the rules take.
import type { TargetedCompositionEvent, TargetedInputEvent } from "preact";
import { fitted, type Room } from "../model/typed.ts";

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** The handlers of a field that holds no more than there is room for. */
export function typing(room: Room, onText: (text: string) => void) {
  const settle = (field: TextField): void => {
    const { value } = field;
    const caret = field.selectionEnd ?? value.length;
    const text = fitted(value, caret, room);
    if (text !== value) {
      field.value = text;
      const at = text.length - (value.length - caret);
      field.setSelectionRange(at, at);
    }
    onText(text);
  };
  return {
    // Letters that are still being put together are left alone: taking some away would end that.
    onInput: (event: TargetedInputEvent<TextField>) =>
      event.isComposing ? onText(event.currentTarget.value) : settle(event.currentTarget),
    onCompositionEnd: (event: TargetedCompositionEvent<TextField>) => settle(event.currentTarget),
  };
}
