#include "lept.h"

// The same two bounds as for JPEG's Cr and Y: R - Y is 1.402 Cr.
static int so_is_red(l_uint32 p) {
	int r = (int)(p >> 24), g = (int)(p >> 16 & 255), b = (int)(p >> 8 & 255);
	int y = (77 * r + 150 * g + 29 * b) >> 8;
	return r - y > 45 && y < 215;
}

PIX *so_red_map(PIX *plain) {
	if (pixGetDepth(plain) != 32) {
		return NULL;
	}
	int w = pixGetWidth(plain), h = pixGetHeight(plain);
	PIX *map = pixCreate((w + SO_RED_CELL - 1) / SO_RED_CELL, (h + SO_RED_CELL - 1) / SO_RED_CELL, 8);
	if (map == NULL) {
		return NULL;
	}
	for (int y = 0; y < h; y += 2) {
		const l_uint32 *s = pixGetData(plain) + (size_t)y * (size_t)pixGetWpl(plain);
		l_uint32 *cells = pixGetData(map) + (size_t)(y / SO_RED_CELL) * (size_t)pixGetWpl(map);
		for (int x = 0; x < w; x++) {
			if (so_is_red(s[x])) {
				SET_DATA_BYTE(cells, x / SO_RED_CELL, GET_DATA_BYTE(cells, x / SO_RED_CELL) + 1);
			}
		}
	}
	return map;
}

// so_near tells whether a box comes within margin of one of the large ones.
static int so_near(BOXA *large, l_int32 x, l_int32 y, l_int32 w, l_int32 h, l_int32 margin) {
	for (int i = 0; i < boxaGetCount(large); i++) {
		l_int32 lx = 0, ly = 0, lw = 0, lh = 0;
		boxaGetBoxGeometry(large, i, &lx, &ly, &lw, &lh);
		if (x < lx + lw + margin && lx < x + w + margin && y < ly + lh + margin && ly < y + h + margin) {
			return 1;
		}
	}
	return 0;
}

BOXA *so_red_text(PIX *map, double cell) {
	// An eighth of the cell's rows and columns is the least that a thin letter leaves in it.
	PIX *ink = pixThresholdToBinary(map, 4);
	if (ink == NULL) {
		return NULL;
	}
	pixInvert(ink, ink); // pixThresholdToBinary makes what is below the threshold black
	// Seals are 30 mm and more across, frames are larger; titles are up to 12 mm high. The words of a line are up to 5 mm apart.
	l_int32 seal = (l_int32)(14 * cell), high = (l_int32)(12 * cell), low = (l_int32)(1.8 * cell), wide = (l_int32)(14 * cell);
	l_int32 gap = (l_int32)(5 * cell) | 1;
	BOXA *out = NULL, *large = boxaCreate(4), *parts = pixConnCompBB(ink, 8);
	for (int i = 0; parts != NULL && large != NULL && i < boxaGetCount(parts); i++) {
		l_int32 x = 0, y = 0, w = 0, h = 0;
		boxaGetBoxGeometry(parts, i, &x, &y, &w, &h);
		if (h >= seal) {
			boxaAddBox(large, boxCreate(x, y, w, h), L_INSERT);
		}
	}
	boxaDestroy(&parts);
	PIX *joined = pixCloseSafeBrick(NULL, ink, gap, 1);
	BOXA *rows = joined != NULL ? pixConnCompBB(joined, 8) : NULL;
	pixDestroy(&joined);
	for (int i = 0; rows != NULL && large != NULL && i < boxaGetCount(rows); i++) {
		l_int32 x = 0, y = 0, w = 0, h = 0, black = 0;
		boxaGetBoxGeometry(rows, i, &x, &y, &w, &h);
		if (h < low || h > high || w < wide || w < 3 * h || so_near(large, x, y, w, h, (l_int32)(2 * cell))) {
			continue;
		}
		BOX *box = boxCreate(x, y, w, h);
		PIX *part = pixClipRectangle(ink, box, NULL);
		if (part != NULL) {
			pixCountPixels(part, &black, NULL);
		}
		pixDestroy(&part);
		if (black * 5 < w * h) { // a stroke or a rule that runs aslant, not letters
			boxDestroy(&box);
			continue;
		}
		if (out == NULL) {
			out = boxaCreate(4);
		}
		boxaAddBox(out, box, L_INSERT);
	}
	boxaDestroy(&rows);
	boxaDestroy(&large);
	pixDestroy(&ink);
	return out;
}

PIX *so_red_print(PIX *plain, BOXA *boxes) {
	int w = pixGetWidth(plain), h = pixGetHeight(plain);
	PIX *out = pixGetDepth(plain) == 32 ? pixCreate(w, h, 8) : NULL;
	if (out == NULL) {
		return NULL;
	}
	pixSetAll(out);
	for (int i = 0; i < boxaGetCount(boxes); i++) {
		l_int32 bx = 0, by = 0, bw = 0, bh = 0;
		boxaGetBoxGeometry(boxes, i, &bx, &by, &bw, &bh);
		int x0 = (bx - 1) * SO_RED_CELL, y0 = (by - 1) * SO_RED_CELL, x1 = (bx + bw + 1) * SO_RED_CELL, y1 = (by + bh + 1) * SO_RED_CELL;
		x0 = x0 < 0 ? 0 : x0, y0 = y0 < 0 ? 0 : y0, x1 = x1 > w ? w : x1, y1 = y1 > h ? h : y1;
		for (int y = y0; y < y1; y++) {
			const l_uint32 *s = pixGetData(plain) + (size_t)y * (size_t)pixGetWpl(plain);
			l_uint32 *d = pixGetData(out) + (size_t)y * (size_t)pixGetWpl(out);
			for (int x = x0; x < x1; x++) {
				// Green is darkest where ink is red. Black ink is as dark in red, and is read elsewhere.
				int r = (int)(s[x] >> 24), g = (int)(s[x] >> 16 & 255);
				SET_DATA_BYTE(d, x, r - g > 24 || g > 128 ? g : 255);
			}
		}
	}
	return out;
}
