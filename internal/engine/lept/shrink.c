#include "lept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A run of source pixels that a smaller pixel covers: whole ones between two that it covers in part. Weights are in 1/256.
typedef struct {
	int first, last;
	uint32_t head, tail; // weights of first and last; tail is 0 where they are one
	double share;        // 1 / the sum of its weights
} so_run;

// so_runs says for each of n pixels which of the m source pixels it covers.
static so_run *so_runs(int n, int m) {
	so_run *runs = malloc((size_t)n * sizeof(so_run));
	if (runs == NULL) {
		return NULL;
	}
	for (int i = 0; i < n; i++) {
		int64_t from = (int64_t)i * m * 256 / n, to = (int64_t)(i + 1) * m * 256 / n;
		so_run *r = &runs[i];
		r->first = (int)(from >> 8);
		r->last = (int)((to - 1) >> 8);
		if (r->first == r->last) {
			r->head = (uint32_t)(to - from);
			r->tail = 0;
		} else {
			r->head = (uint32_t)(256 - (from & 255));
			r->tail = (uint32_t)(to - ((int64_t)r->last << 8));
		}
		r->share = 1.0 / (double)(to - from);
	}
	return runs;
}

// so_linear copies a row of an 8 bpp PIX out of its big-endian words.
static void so_linear(const l_uint32 *restrict words, uint32_t *restrict row, int n) {
	for (int i = 0; i < n; i++) {
		row[i] = __builtin_bswap32(words[i]);
	}
}

__attribute__((optimize("O3"))) static void so_add(uint32_t *restrict sum, const uint8_t *restrict row, int n, uint32_t weight) {
	for (int x = 0; x < n; x++) {
		sum[x] += row[x] * weight;
	}
}

// A column's sum is at most 255 × 256 × h / oh, which 32 bits hold for pictures of up to 65,000 rows.
PIX *so_shrink(PIX *gray, double factor) {
	int w = pixGetWidth(gray), h = pixGetHeight(gray);
	int ow = (int)(w * factor + 0.5), oh = (int)(h * factor + 0.5);
	if (pixGetDepth(gray) != 8 || ow < 1 || oh < 1 || ow > w || oh > h || h > 65000) {
		return NULL;
	}
	int wpl = pixGetWpl(gray);
	PIX *out = pixCreate(ow, oh, 8);
	so_run *columns = so_runs(ow, w), *lines = so_runs(oh, h);
	uint32_t *row = malloc((size_t)wpl * 4);
	uint32_t *sum = malloc((size_t)w * sizeof(uint32_t));
	if (out == NULL || columns == NULL || lines == NULL || row == NULL || sum == NULL) {
		pixDestroy(&out);
		goto end;
	}
	pixCopyResolution(out, gray);
	for (int y = 0; y < oh; y++) {
		const so_run *l = &lines[y];
		memset(sum, 0, (size_t)w * sizeof(uint32_t));
		for (int i = l->first; i <= l->last; i++) {
			uint32_t weight = i == l->first ? l->head : i == l->last ? l->tail : 256;
			so_linear(pixGetData(gray) + (size_t)i * (size_t)wpl, row, wpl);
			so_add(sum, (const uint8_t *)row, w, weight);
		}
		l_uint32 *to = pixGetData(out) + (size_t)y * (size_t)pixGetWpl(out);
		for (int x = 0; x < ow; x++) {
			const so_run *c = &columns[x];
			uint64_t v = (uint64_t)sum[c->first] * c->head;
			for (int i = c->first + 1; i < c->last; i++) {
				v += (uint64_t)sum[i] << 8;
			}
			v += (uint64_t)sum[c->last] * c->tail;
			SET_DATA_BYTE(to, x, (int)((double)(int64_t)v * (l->share * c->share) + 0.5));
		}
	}
end:
	free(columns);
	free(lines);
	free(row);
	free(sum);
	return out;
}
