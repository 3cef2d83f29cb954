// Package sample makes scanned results of administrative procedures whose truth is known: decisions, letters,
// certificates and permits of invented agencies about invented people, as an office scanner would deliver them.
//
// Beside each scan stand its text, line by line as printed, and a JSON file with its fields, page kinds, turns,
// skew and the box of every word, so that recognition and field extraction can be scored without a person.
// Same seed and index, same bytes on the same kind of processor; paper i never depends on how many papers are
// made, so ten papers are the first ten of a hundred. Some layouts are held back: they are made only when asked
// for by name, so that rules tuned on the others can be judged on papers they never saw.
//
// How a page comes about: a layout sets text on sheets (points, origin top-left, y downwards); the sheets are
// drawn as outlines through one affine map that holds resolution, skew and turn, so tilted text stays as sharp
// as in a real scan and every box is known exactly; damage is then done to the picture; the picture is encoded.
//
// Units: sheets in points (1/72 inch), pictures in pixels, angles in degrees, clockwise as seen on the page.
package sample
