import { type ReactNode, useId } from "react";
import { ChevronIcon } from "../../../shell/icons";

type Given = {
  title: string;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  className?: string;
  children: ReactNode;
};

/** A part of the editor that folds away. */
export function Fold({ title, isOpen, onToggle, className = "", children }: Given) {
  const id = useId();
  return (
    <section className={`hw-card hw-fold ${className}`} aria-labelledby={`${id}-title`}>
      <h2 className="hw-fold-title" id={`${id}-title`}>
        <button type="button" aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={() => onToggle(!isOpen)}>
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
