#include "find.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

so_plane so_plane_of(PIX *gray, int threshold) {
	so_plane p = {pixGetWidth(gray), pixGetHeight(gray), NULL};
	int wpl = pixGetWpl(gray);
	uint32_t *row = malloc((size_t)wpl * 4);
	if (pixGetDepth(gray) == 8 && row != NULL) {
		p.px = malloc((size_t)p.w * (size_t)p.h);
	}
	for (int y = 0; p.px != NULL && y < p.h; y++) {
		const l_uint32 *s = pixGetData(gray) + (size_t)y * (size_t)wpl;
		for (int i = 0; i < wpl; i++) {
			row[i] = __builtin_bswap32(s[i]);
		}
		const uint8_t *b = (const uint8_t *)row;
		uint8_t *d = p.px + (size_t)y * (size_t)p.w;
		if (threshold <= 0) {
			memcpy(d, b, (size_t)p.w);
			continue;
		}
		for (int x = 0; x < p.w; x++) {
			d[x] = b[x] < threshold ? 0 : 255;
		}
	}
	free(row);
	return p;
}

void so_plane_free(so_plane *p) {
	free(p->px);
	p->px = NULL;
}

// so_ratio reports whether five runs are as 1:1:3:1:1 to within half a module, and gives the module.
static float so_ratio(const int runs[5]) {
	int total = runs[0] + runs[1] + runs[2] + runs[3] + runs[4];
	float m = (float)total / 7;
	if (total < 10 || runs[1] == 0 || runs[3] == 0) {
		return 0;
	}
	// A blur or a threshold off the middle makes all black runs wider, or all white ones; that cancels out in pairs.
	for (int i = 0; i < 5; i++) {
		float want = i == 2 ? 3 * m : m;
		if (fabsf((float)runs[i] - want) > (i == 2 ? 1.2f : 0.7f) * m + 0.5f) {
			return 0;
		}
	}
	return m;
}

// so_through measures the five runs through (x, y) along a direction, from a black middle outwards, and moves the middle along it.
static float so_through(const so_plane *p, float *x, float *y, int dx, int dy, int limit) {
	int runs[5] = {0};
	int cx = (int)*x, cy = (int)*y, ahead = 0, behind = 0;
	for (int side = 0; side < 2; side++) {
		int sign = side ? 1 : -1, part = 2, i = side ? 1 : 0;
		for (; i < limit; i++) {
			int px = cx + sign * i * dx, py = cy + sign * i * dy;
			if (px < 0 || py < 0 || px >= p->w || py >= p->h) {
				break;
			}
			int white = p->px[(size_t)py * (size_t)p->w + (size_t)px] != 0;
			if (white != ((part & 1) == 1)) {
				part += sign;
				if (part < 0 || part > 4) {
					break;
				}
			}
			runs[part]++;
			if (part == 2) {
				*(side ? &ahead : &behind) = i;
			}
		}
		if (side ? part < 4 : part > 0) {
			return 0;
		}
	}
	float m = so_ratio(runs);
	if (m > 0) {
		*x += (float)((ahead - behind) * dx) / 2;
		*y += (float)((ahead - behind) * dy) / 2;
	}
	return m;
}

// so_slanting reports whether the runs through (x, y) are those of a finder pattern along both diagonals too: round letters have no corners.
// Seen slanting, a module is between 1/√2 and √2 of what it is across.
static int so_slanting(const so_plane *p, float x, float y, float module) {
	for (int dx = -1; dx <= 1; dx += 2) {
		float fx = x, fy = y;
		float m = so_through(p, &fx, &fy, dx, 1, (int)(8 * module) + 4);
		if (m < 0.6f * module || m > 1.6f * module) {
			return 0;
		}
	}
	return 1;
}

int so_finders(const so_plane *p, int most, so_finder *out) {
	int n = 0;
	for (int y = 0; y < p->h; y += 3) {
		const uint8_t *row = p->px + (size_t)y * (size_t)p->w;
		int ends[6] = {0}; // where the last runs began
		int have = 0;
		for (int x = 0; x < p->w;) {
			uint8_t v = row[x];
			const uint8_t *next = memchr(row + x, v ? 0 : 255, (size_t)(p->w - x));
			int to = next == NULL ? p->w : (int)(next - row);
			memmove(ends, ends + 1, 5 * sizeof(int));
			ends[5] = x;
			have++;
			if (v == 0 && have > 5) { // black, and four runs before it
				int runs[5] = {ends[2] - ends[1], ends[3] - ends[2], ends[4] - ends[3], ends[5] - ends[4], to - x};
				float m = so_ratio(runs);
				if (m > 0) {
					float fx = (float)(ends[3] + ends[4]) / 2, fy = (float)y;
					int limit = (int)(8 * m) + 4;
					float v1 = so_through(p, &fx, &fy, 0, 1, limit);
					float h1 = v1 > 0 ? so_through(p, &fx, &fy, 1, 0, limit) : 0;
					m = (v1 + h1) / 2;
					if (h1 > 0 && v1 < 1.6f * h1 && h1 < 1.6f * v1 && so_slanting(p, fx, fy, m)) {
						int known = 0;
						for (int i = 0; i < n && !known; i++) {
							known = fabsf(out[i].x - fx) < 4 * m && fabsf(out[i].y - fy) < 4 * m;
						}
						if (!known) {
							out[n++] = (so_finder){fx, fy, m};
							if (n == most) {
								return n;
							}
						}
					}
				}
			}
			x = to;
		}
	}
	return n;
}

// A code's bars are looked for in windows of SO_WINDOW columns (16 mm at 200 dpi) on every SO_STEP-th row (1.5 mm). Even wide bars have
// SO_CHANGES changes of colour in a window; text has as many, but fewer alike in two such rows.
enum { SO_STEP = 12, SO_WINDOW = 128, SO_CHANGES = 14, SO_ROWS = 3 };

so_plane so_thinned(const so_plane *p, int down) {
	int across = down ? p->h : p->w, n = (down ? p->w : p->h) / SO_STEP;
	so_plane t = {across, n, n > 0 ? malloc((size_t)across * (size_t)n) : NULL};
	for (int i = 0; t.px != NULL && i < n && !down; i++) {
		memcpy(t.px + (size_t)i * (size_t)across, p->px + (size_t)i * SO_STEP * (size_t)p->w, (size_t)across);
	}
	for (int y = 0; t.px != NULL && y < p->h && down; y++) {
		const uint8_t *row = p->px + (size_t)y * (size_t)p->w;
		for (int i = 0; i < n; i++) {
			t.px[(size_t)i * (size_t)across + (size_t)y] = row[i * SO_STEP];
		}
	}
	return t;
}

int so_bars(const so_plane *thin, int slant, int *from, int box[4]) {
	int shift = (slant * SO_STEP + 128) >> 8, run = 0, left = 0, right = 0, top = 0;
	for (int y = *from; y < thin->h; y++) {
		int l = -1, r = -1;
		if (y + 1 < thin->h) {
			const uint8_t *a = thin->px + (size_t)y * (size_t)thin->w, *b = a + thin->w + shift;
			int begin = shift < 0 ? -shift : 0, end = thin->w - 1 - (shift > 0 ? shift : 0), changes = 0, unlike = 0;
			for (int x = begin; x < end; x++) {
				changes += (a[x] ^ a[x + 1]) & 1;
				unlike += (a[x] ^ b[x]) & 1;
				int old = x - SO_WINDOW;
				if (old < begin) {
					continue;
				}
				changes -= (a[old] ^ a[old + 1]) & 1;
				unlike -= (a[old] ^ b[old]) & 1;
				if (changes >= SO_CHANGES && 2 * unlike <= changes) {
					l = l < 0 ? old : l;
					r = x;
				}
			}
		}
		if (run > 0 && l >= 0 && l <= right && r >= left) {
			left = l < left ? l : left;
			right = r > right ? r : right;
			run++;
			continue;
		}
		if (run >= SO_ROWS) {
			box[0] = left, box[1] = top * SO_STEP, box[2] = right, box[3] = y * SO_STEP + 1;
			*from = y;
			return 1;
		}
		run = l >= 0;
		left = l, right = r, top = y;
	}
	return 0;
}
