#include "lept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The brightness that paper is brought to.
enum { SO_PAPER = 240 };

PIX *so_ground(PIX *gray, int tile, int share) {
	int w = pixGetWidth(gray), h = pixGetHeight(gray);
	int tw = (w + tile - 1) / tile, th = (h + tile - 1) / tile;
	PIX *out = pixGetDepth(gray) == 8 ? pixCreate(tw, th, 8) : NULL;
	if (out == NULL) {
		return NULL;
	}
	for (int ty = 0; ty < th; ty++) {
		for (int tx = 0; tx < tw; tx++) {
			int count[256] = {0};
			int x1 = (tx + 1) * tile < w ? (tx + 1) * tile : w, y1 = (ty + 1) * tile < h ? (ty + 1) * tile : h;
			int left = (x1 - tx * tile) * (y1 - ty * tile) * share / 100;
			for (int y = ty * tile; y < y1; y++) {
				const l_uint32 *s = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
				for (int x = tx * tile; x < x1; x++) {
					count[GET_DATA_BYTE(s, x)]++;
				}
			}
			int v = 0;
			while (v < 255 && (left -= count[v]) >= 0) {
				v++;
			}
			SET_DATA_BYTE(pixGetData(out) + (size_t)ty * (size_t)pixGetWpl(out), tx, v);
		}
	}
	return out;
}

PIX *so_raise(PIX *ground, int least) {
	int w = pixGetWidth(ground), h = pixGetHeight(ground);
	for (int y = 0; y < h; y++) {
		l_uint32 *s = pixGetData(ground) + (size_t)y * (size_t)pixGetWpl(ground);
		for (int x = 0; x < w; x++) {
			if ((int)GET_DATA_BYTE(s, x) < least) {
				SET_DATA_BYTE(s, x, least);
			}
		}
	}
	if (w < 3 || h < 3) {
		return pixClone(ground);
	}
	return pixBlockconvGray(ground, NULL, 1, 1);
}

PIX *so_flatten(PIX *gray, PIX *ground) {
	int w = pixGetWidth(gray), h = pixGetHeight(gray), gw = pixGetWidth(ground), gh = pixGetHeight(ground);
	PIX *out = pixGetDepth(gray) == 8 ? pixCreate(w, h, 8) : NULL;
	int *row = malloc((size_t)(gw + 1) * sizeof(int)); // of the ground, between two rows of tiles, in 1/256
	if (out == NULL || row == NULL) {
		pixDestroy(&out);
		free(row);
		return NULL;
	}
	pixCopyResolution(out, gray);
	uint32_t gain[256];
	for (int i = 0; i < 256; i++) {
		gain[i] = (uint32_t)(SO_PAPER << 16) / (uint32_t)(i > 0 ? i : 1);
	}
	// A tile stands for its middle; before the first and after the last middle the ground goes on as it is there.
	int64_t step = ((int64_t)gw << 16) / w;
	for (int y = 0; y < h; y++) {
		int64_t at = ((int64_t)(2 * y + 1) * gh * 128) / h - 128;
		at = at < 0 ? 0 : at > ((int64_t)(gh - 1) << 8) ? (int64_t)(gh - 1) << 8 : at;
		int ty = (int)(at >> 8), part = (int)(at & 255), next = ty + 1 < gh ? ty + 1 : ty;
		const l_uint32 *a = pixGetData(ground) + (size_t)ty * (size_t)pixGetWpl(ground);
		const l_uint32 *b = pixGetData(ground) + (size_t)next * (size_t)pixGetWpl(ground);
		for (int x = 0; x < gw; x++) {
			row[x] = (int)GET_DATA_BYTE(a, x) * (256 - part) + (int)GET_DATA_BYTE(b, x) * part;
		}
		row[gw] = row[gw - 1];
		const l_uint32 *s = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
		l_uint32 *d = pixGetData(out) + (size_t)y * (size_t)pixGetWpl(out);
		int64_t last = (int64_t)(gw - 1) << 16, place = step / 2 - 32768;
		for (int x = 0; x < w; x++, place += step) {
			int64_t p = place < 0 ? 0 : place > last ? last : place;
			int tx = (int)(p >> 16), side = (int)(p >> 8 & 255);
			int g = (row[tx] * (256 - side) + row[tx + 1] * side) >> 16;
			uint32_t v = (GET_DATA_BYTE(s, x) * gain[g]) >> 16;
			SET_DATA_BYTE(d, x, v > 255 ? 255 : v);
		}
	}
	free(row);
	return out;
}
