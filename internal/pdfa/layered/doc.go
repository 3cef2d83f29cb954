// Package layered makes the small pictures of an access copy, by mixed raster content: what is ink goes into a mask at full resolution, the ink's colours and
// the paper into coarse JPEGs. Letters stay sharp and can be recognised again, seals and signatures keep colour and shape, and a colour scan shrinks to a
// fifth or less.
//
// It is for viewing and downloading. The master and the full rendition keep every pixel; nothing made here is ever read as evidence of what
// the paper looked like between its letters.
//
// Seals, signatures and other coloured ink have a layer of their own under the dark one, so letters under a seal stay black and sharp.
//
// Units: pixels, the origin at the top left; lightness 0 to 255. The same leaf gives the same bytes.
package layered
