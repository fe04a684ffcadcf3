import type { ReactNode } from "react";

/** A wide table scrolls sideways inside of this; the keyboard reaches it too. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll-box" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
