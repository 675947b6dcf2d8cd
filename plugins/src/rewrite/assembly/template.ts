import { bytes } from "./bytes";
import { Place } from "./place";
import { Side, source, why } from "./places";

/** A piece of a template: literal text, a place, or what a star of the pattern stood for. */
class Piece {
  constructor(readonly literal: string, readonly place: Place | null, readonly star: i32) {}
}

/** Text with references in braces: "Bearer {context.token}". "{{" and "}}" stand for braces. */
@final
export class Template {
  private pieces: Piece[] = [];
  /** What is wrong with it, "" if nothing. */
  problem: string = "";

  /** stars is how many a pattern has, which {1} to {9} refer to. */
  constructor(text: string, side: Side, stars: i32) {
    this.read(text, side, stars);
  }

  private read(text: string, side: Side, stars: i32): void {
    let literal = "";
    for (let i = 0; i < text.length; i++) {
      const c = text.charAt(i);
      if ((c == "{" || c == "}") && text.charAt(i + 1) == c) {
        i++;
      } else if (c == "{") {
        const end = text.indexOf("}", i);
        this.literal(literal);
        literal = "";
        this.reference(text.substring(i + 1, end < 0 ? text.length : end), side, stars);
        if (end < 0) this.problem = "has a \"{\" without \"}\"; a brace is written twice";
        if (this.problem != "") return;
        i = end;
        continue;
      } else if (c == "}") {
        this.problem = "has a \"}\" without \"{\"; a brace is written twice";
        return;
      }
      literal += c;
    }
    this.literal(literal);
  }

  /** The text with everything filled in, null if something that it refers to is not there. */
  fill(stars: string[]): string | null {
    let s = "";
    for (let i = 0; i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      const place = piece.place;
      if (place !== null) {
        const value = place.text();
        if (value === null) return null;
        s += value;
      } else {
        s += piece.star > 0 ? stars[piece.star - 1] : piece.literal;
      }
    }
    return s;
  }

  private literal(text: string): void {
    if (text != "") this.pieces.push(new Piece(bytes(text), null, 0));
  }

  private reference(name: string, side: Side, stars: i32): void {
    const digit = name.length == 1 ? name.charCodeAt(0) - 0x30 : 0;
    if (digit >= 1 && digit <= 9) {
      if (digit > stars) this.problem = "refers to {" + name + "}, but what is replaced has no such star";
      this.pieces.push(new Piece("", null, digit));
      return;
    }
    const place = source(name, side);
    if (place === null) this.problem = "refers to {" + name + "}, which " + why;
    this.pieces.push(new Piece("", place, 0));
  }
}
