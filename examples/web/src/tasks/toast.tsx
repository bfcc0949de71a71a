import { useEffect } from "react";

const SHOWN_MS = 15_000;

export function Toast({ words, undo, close }: { words: string; undo?: () => void; close: () => void }) {
  useEffect(() => {
    const timer = setTimeout(close, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [close]);
  return (
    <div role="alert" className="toast">
      <span>{words}</span>
      {undo && (
        <button
          onClick={() => {
            undo();
            close();
          }}
        >
          Undo
        </button>
      )}
      <button onClick={close} aria-label="Close the message">
        ×
      </button>
    </div>
  );
}
