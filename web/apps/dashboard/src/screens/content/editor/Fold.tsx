import { type ReactNode, useId, useState } from "react";
import { ChevronIcon } from "../../../shell/icons";

type Given = { title: string; isOpenAtFirst: boolean; className?: string; children: ReactNode };

/** A part of the editor that folds away: where there is little room, most begin folded. */
export function Fold({ title, isOpenAtFirst, className = "", children }: Given) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const id = useId();
  return (
    <section className={`hw-card hw-fold ${className}`} aria-labelledby={`${id}-title`}>
      <h2 className="hw-fold-title" id={`${id}-title`}>
        <button type="button" aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={() => setOpen(!isOpen)}>
          <span className="hw-turn">
            <ChevronIcon size={16} />
          </span>
          {title}
        </button>
      </h2>
      {isOpen && (
        <div id={id} className="hw-fold-body">
          {children}
        </div>
      )}
    </section>
  );
}
