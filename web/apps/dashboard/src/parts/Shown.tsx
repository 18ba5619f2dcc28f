import { Fragment } from "react";
import { blankInWords, pieces } from "../words/blanks";

/** An id or a name to the letter: blanks that would not be seen are marked, and said; copied, it is the text itself. */
export function Shown({ text }: { text: string }) {
  if (text === "") return <span className="hw-aside">(empty)</span>;
  const found = pieces(text);
  if (!found.some(({ isBlank }) => isBlank)) return text;
  return found.map((piece, index) =>
    piece.isBlank ? (
      <Fragment key={index}>
        <span className="hw-blank" aria-hidden="true">
          {piece.text}
        </span>
        <span className="hw-sr hw-unselected"> ({blankInWords(piece.text)}) </span>
      </Fragment>
    ) : (
      <Fragment key={index}>{piece.text}</Fragment>
    ),
  );
}
