#include "lept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	SO_EVERY = 8,     // rows that are looked at
	SO_WIDEST = 256,  // ramps are counted in sixteenths of a pixel up to 16 pixels
	SO_FEWEST = 200   // ramps that are needed for a judgement
};

static int so_quantile(const long *count, int n, long total, double share) {
	long left = (long)(share * (double)total);
	for (int i = 0; i < n; i++) {
		if ((left -= count[i]) < 0) {
			return i;
		}
	}
	return n - 1;
}

// so_ramps counts the ramps of a row between two grays by their width.
static void so_ramps(const uint8_t *row, int n, int low, int high, long *count) {
	int from = -1; // the last pixel beyond one of both bounds: -1 none yet
	for (int x = 0; x < n; x++) {
		int v = row[x];
		if (v > low && v < high) {
			if (from >= 0 && x - from > 16) {
				from = -1; // no ramp: a gray area
			}
			continue;
		}
		if (from >= 0 && (row[from] <= low) != (v <= low)) {
			// Where the ramp passes the bounds, between two pixels each.
			double a = row[from], b = row[from + 1], c = row[x - 1], d = v;
			int rises = a <= low;
			double begin = ((rises ? low : high) - a) / (b - a), end = ((rises ? high : low) - c) / (d - c);
			int w = (int)(16 * ((double)(x - 1 - from) + end - begin) + 0.5);
			count[w < 0 ? 0 : w >= SO_WIDEST ? SO_WIDEST - 1 : w]++;
		}
		from = x;
	}
}

void so_scan(PIX *gray, int *paper, int *ink, float *width) {
	int w = pixGetWidth(gray), h = pixGetHeight(gray), wpl = pixGetWpl(gray);
	long grays[256] = {0}, ramps[SO_WIDEST] = {0}, total = 0;
	uint32_t *row = malloc((size_t)wpl * 4);
	*paper = *ink = 0;
	*width = 0;
	if (pixGetDepth(gray) != 8 || row == NULL) {
		free(row);
		return;
	}
	for (int pass = 0; pass < 2; pass++) {
		int contrast = *paper - *ink;
		for (int y = SO_EVERY / 2; y < h; y += SO_EVERY) {
			const l_uint32 *s = pixGetData(gray) + (size_t)y * (size_t)wpl;
			for (int i = 0; i < wpl; i++) {
				row[i] = __builtin_bswap32(s[i]);
			}
			const uint8_t *b = (const uint8_t *)row;
			if (pass == 1) {
				so_ramps(b, w, *ink + contrast / 5, *paper - contrast / 5, ramps);
				continue;
			}
			for (int x = 0; x < w; x++) {
				grays[b[x]]++;
			}
			total += w;
		}
		if (pass == 1) {
			break;
		}
		*paper = so_quantile(grays, 256, total, 0.5);
		int dark = *paper * 3 / 4;
		long darker = 0;
		for (int i = 0; i < dark; i++) {
			darker += grays[i];
		}
		if (darker * 1000 < total) { // a page with one short line of text has more
			break;
		}
		*ink = so_quantile(grays, dark, darker, 0.5);
	}
	free(row);
	long n = 0;
	for (int i = 0; i < SO_WIDEST; i++) {
		n += ramps[i];
	}
	if (n >= SO_FEWEST) {
		*width = (float)so_quantile(ramps, SO_WIDEST, n, 0.25) / 16;
	}
}
