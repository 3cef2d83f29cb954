#define _GNU_SOURCE
#include "lept.h"

#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

// What is red ink on paper: this much more red than gray (Cr above its middle), and no brighter than this.
enum { SO_RED_CR = 32, SO_RED_LUMA = 215 };

// libjpeg calls error_exit and expects it not to return.
typedef struct {
	struct jpeg_error_mgr base;
	jmp_buf back;
} so_jpeg_error;

static void so_jpeg_exit(j_common_ptr info) {
	longjmp(((so_jpeg_error *)info->err)->back, 1);
}

static void so_jpeg_silent(j_common_ptr info) {
	(void)info;
}

static void so_jpeg_warn(j_common_ptr info, int level) {
	// A damaged stream warns at every block; what could be decoded is kept, as viewers do.
	if (level < 0) {
		info->err->num_warnings++;
	}
}

static void so_jpeg_errors(struct jpeg_decompress_struct *info, so_jpeg_error *err) {
	info->err = jpeg_std_error(&err->base);
	err->base.error_exit = so_jpeg_exit;
	err->base.output_message = so_jpeg_silent;
	err->base.emit_message = so_jpeg_warn;
}

int so_jpeg_size(const unsigned char *data, size_t size, so_size *out) {
	struct jpeg_decompress_struct info;
	so_jpeg_error err;
	so_jpeg_errors(&info, &err);
	if (setjmp(err.back)) {
		jpeg_destroy_decompress(&info);
		return 1;
	}
	jpeg_create_decompress(&info);
	jpeg_mem_src(&info, data, size);
	jpeg_read_header(&info, TRUE);
	out->width = (int)info.image_width;
	out->height = (int)info.image_height;
	out->components = info.num_components;
	jpeg_destroy_decompress(&info);
	return 0;
}

static unsigned char so_clamp(int v) {
	return (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
}

// so_cmyk_rgb is the plain subtractive mix: no profile is known for office scans, and text and seals keep their contrast.
static void so_cmyk_rgb(int c, int m, int y, int k, int inverted, int *r, int *g, int *b) {
	if (!inverted) {
		c = 255 - c;
		m = 255 - m;
		y = 255 - y;
		k = 255 - k;
	}
	*r = c * k / 255;
	*g = m * k / 255;
	*b = y * k / 255;
}

// so_lift is the brightness at which a pixel is recognised: its luma, or its red where that is brighter, so that red ink
// fades into the paper while black under red stays.
static int so_lift(int r, int g, int b) {
	int y = (77 * r + 150 * g + 29 * b) >> 8;
	return r > y ? r : y;
}

PIX *so_jpeg_decode(const unsigned char *data, size_t size, int mode, int eighths, int inverted, PIX **red) {
	struct jpeg_decompress_struct info;
	so_jpeg_error err;
	// Set between setjmp and longjmp, so volatile.
	PIX *volatile pix = NULL;
	PIX *volatile map = NULL;
	unsigned char *volatile row = NULL;
	if (red != NULL) {
		*red = NULL;
	}
	so_jpeg_errors(&info, &err);
	if (setjmp(err.back)) {
		PIX *p = pix, *m = map;
		jpeg_destroy_decompress(&info);
		free(row);
		pixDestroy(&p);
		pixDestroy(&m);
		return NULL;
	}
	jpeg_create_decompress(&info);
	jpeg_mem_src(&info, data, size);
	jpeg_read_header(&info, TRUE);
	info.scale_num = (unsigned)eighths;
	info.scale_denom = 8;
	int components = info.num_components;
	int luma_red = 0; // rows come as Y, Cb, Cr
	if (components == 1) {
		info.out_color_space = JCS_GRAYSCALE;
	} else if (components == 4) {
		info.out_color_space = JCS_CMYK;
	} else if (mode == SO_JPEG_READ && info.jpeg_color_space == JCS_YCbCr) {
		info.out_color_space = JCS_YCbCr;
		luma_red = 1;
	} else {
		info.out_color_space = JCS_RGB;
	}
	if (mode == SO_JPEG_READ) {
		info.do_fancy_upsampling = FALSE; // only the colour of seals is taken from chroma
		info.dct_method = JDCT_IFAST;
	}
	jpeg_start_decompress(&info);
	int w = (int)info.output_width, h = (int)info.output_height, n = info.output_components;
	int depth = (mode == SO_JPEG_READ || components == 1) ? 8 : 32;
	pix = pixCreateNoInit(w, h, depth);
	row = malloc((size_t)w * (size_t)n);
	if (pix == NULL || row == NULL) {
		longjmp(err.back, 1);
	}
	if (red != NULL && luma_red && !inverted) {
		map = pixCreate((w + SO_RED_CELL - 1) / SO_RED_CELL, (h + SO_RED_CELL - 1) / SO_RED_CELL, 8);
		if (map == NULL) {
			longjmp(err.back, 1);
		}
	}
	unsigned char lift[256];
	for (int i = 0; i < 256; i++) {
		lift[i] = (unsigned char)(i > 128 ? (i - 128) * 359 / 256 : 0); // R = Y + 1.402 (Cr - 128)
	}
	l_uint32 *base = pixGetData(pix);
	int wpl = pixGetWpl(pix);
	while (info.output_scanline < info.output_height) {
		l_uint32 *line = base + (size_t)info.output_scanline * (size_t)wpl;
		JSAMPROW rows[1] = {row};
		if (jpeg_read_scanlines(&info, rows, 1) != 1) {
			longjmp(err.back, 1);
		}
		const unsigned char *s = row;
		if (n == 1) {
			for (int x = 0; x < w; x++) {
				SET_DATA_BYTE(line, x, inverted ? 255 - s[x] : s[x]);
			}
			continue;
		}
		if (luma_red && !inverted) {
			for (int x = 0; x < w; x++, s += 3) {
				int v = s[0] + lift[s[2]];
				SET_DATA_BYTE(line, x, v > 255 ? 255 : v);
			}
			int y = (int)info.output_scanline - 1;
			if (map != NULL && y % 2 == 0) {
				l_uint32 *cells = pixGetData(map) + (size_t)(y / SO_RED_CELL) * (size_t)pixGetWpl(map);
				s = row;
				for (int x = 0; x < w; x++, s += 3) {
					if (s[2] > 128 + SO_RED_CR && s[0] < SO_RED_LUMA) {
						SET_DATA_BYTE(cells, x / SO_RED_CELL, GET_DATA_BYTE(cells, x / SO_RED_CELL) + 1);
					}
				}
			}
			continue;
		}
		for (int x = 0; x < w; x++, s += n) {
			int r, g, b;
			if (n == 4) {
				so_cmyk_rgb(s[0], s[1], s[2], s[3], inverted, &r, &g, &b);
			} else {
				r = s[0], g = s[1], b = s[2];
				if (luma_red) {
					int cb = s[1] - 128, cr = s[2] - 128;
					r = so_clamp(s[0] + (359 * cr) / 256);
					g = so_clamp(s[0] - (88 * cb + 183 * cr) / 256);
					b = so_clamp(s[0] + (454 * cb) / 256);
				}
				if (inverted) {
					r = 255 - r, g = 255 - g, b = 255 - b;
				}
			}
			if (depth == 8) {
				SET_DATA_BYTE(line, x, so_lift(r, g, b));
			} else {
				line[x] = ((l_uint32)r << 24) | ((l_uint32)g << 16) | ((l_uint32)b << 8);
			}
		}
	}
	jpeg_finish_decompress(&info);
	jpeg_destroy_decompress(&info);
	free(row);
	if (red != NULL) {
		*red = map;
	}
	return pix;
}

int so_header(const unsigned char *data, size_t size, int frame, so_size *out, int *bits) {
	l_int32 format = 0, w = 0, h = 0, bps = 0, spp = 0, cmap = 0;
	findFileFormatBuffer(data, &format);
	if (format == IFF_TIFF || (format >= IFF_TIFF_PACKBITS && format <= IFF_TIFF_ZIP) || format == IFF_TIFF_JPEG) {
		l_int32 res = 0, kind = 0;
		if (readHeaderMemTiff(data, size, frame, &w, &h, &bps, &spp, &res, &cmap, &kind)) {
			return 1;
		}
	} else if (pixReadHeaderMem(data, size, &format, &w, &h, &bps, &spp, &cmap)) {
		return 1;
	}
	out->width = w;
	out->height = h;
	out->components = spp;
	*bits = bps;
	return 0;
}

PIX *so_read(const unsigned char *data, size_t size) {
	return pixReadMem(data, size);
}

PIX *so_read_tiff(const unsigned char *data, size_t size, int frame) {
	return pixReadMemTiff(data, size, frame);
}

PIX *so_plain(PIX *pix) {
	PIX *next = NULL;
	if (pix == NULL) {
		return NULL;
	}
	if (pixGetSpp(pix) == 4 && pixGetDepth(pix) == 32) {
		next = pixAlphaBlendUniform(pix, 0xffffff00);
		pixDestroy(&pix);
		if ((pix = next) == NULL) {
			return NULL;
		}
	}
	if (pixGetColormap(pix) != NULL) {
		next = pixRemoveColormap(pix, REMOVE_CMAP_BASED_ON_SRC);
		pixDestroy(&pix);
		if ((pix = next) == NULL) {
			return NULL;
		}
	}
	switch (pixGetDepth(pix)) {
	case 1:
	case 8:
	case 32:
		return pix;
	}
	next = pixConvertTo8(pix, 0); // 2, 4 and 16 bpp gray; 24 bpp does not reach here
	pixDestroy(&pix);
	return next;
}

PIX *so_reading(PIX *plain) {
	int depth = pixGetDepth(plain);
	if (depth == 8) {
		return pixClone(plain);
	}
	if (depth == 1) {
		return pixConvert1To8(NULL, plain, 255, 0);
	}
	int w = pixGetWidth(plain), h = pixGetHeight(plain);
	PIX *out = pixCreateNoInit(w, h, 8);
	if (out == NULL) {
		return NULL;
	}
	for (int y = 0; y < h; y++) {
		const l_uint32 *s = pixGetData(plain) + (size_t)y * (size_t)pixGetWpl(plain);
		l_uint32 *d = pixGetData(out) + (size_t)y * (size_t)pixGetWpl(out);
		for (int x = 0; x < w; x++) {
			l_uint32 p = s[x];
			SET_DATA_BYTE(d, x, so_lift((int)(p >> 24), (int)(p >> 16 & 255), (int)(p >> 8 & 255)));
		}
	}
	return out;
}

int so_is_gray(PIX *pix) {
	int w = pixGetWidth(pix), h = pixGetHeight(pix);
	for (int y = 0; y < h; y++) {
		const l_uint32 *s = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
		for (int x = 0; x < w; x++) {
			l_uint32 p = s[x];
			if ((p >> 24) != (p >> 16 & 255) || (p >> 24) != (p >> 8 & 255)) {
				return 0;
			}
		}
	}
	return 1;
}

int so_is_bilevel(PIX *pix) {
	int w = pixGetWidth(pix), h = pixGetHeight(pix);
	for (int y = 0; y < h; y++) {
		const l_uint32 *s = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
		for (int x = 0; x < w; x++) {
			int v = GET_DATA_BYTE(s, x);
			if (v != 0 && v != 255) {
				return 0;
			}
		}
	}
	return 1;
}

void so_cmyk(PIX *pix, int inverted) {
	int w = pixGetWidth(pix), h = pixGetHeight(pix);
	for (int y = 0; y < h; y++) {
		l_uint32 *s = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
		for (int x = 0; x < w; x++) {
			l_uint32 p = s[x];
			int r, g, b;
			so_cmyk_rgb((int)(p >> 24), (int)(p >> 16 & 255), (int)(p >> 8 & 255), (int)(p & 255), inverted, &r, &g, &b);
			s[x] = ((l_uint32)r << 24) | ((l_uint32)g << 16) | ((l_uint32)b << 8);
		}
	}
	pixSetSpp(pix, 3);
}

void so_rows(PIX *pix, unsigned char *out) {
	int w = pixGetWidth(pix), h = pixGetHeight(pix), depth = pixGetDepth(pix);
	for (int y = 0; y < h; y++) {
		const l_uint32 *s = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
		switch (depth) {
		case 1:
			for (int x = 0; x < (w + 7) / 8; x++) {
				*out++ = (unsigned char)GET_DATA_BYTE(s, x);
			}
			break;
		case 8:
			for (int x = 0; x < w; x++) {
				*out++ = (unsigned char)GET_DATA_BYTE(s, x);
			}
			break;
		default:
			for (int x = 0; x < w; x++) {
				l_uint32 p = s[x];
				*out++ = (unsigned char)(p >> 24);
				*out++ = (unsigned char)(p >> 16);
				*out++ = (unsigned char)(p >> 8);
			}
		}
	}
}

PIX *so_quarter_turn(PIX *pix, int quarters) {
	return pixRotateOrth(pix, quarters);
}

PIX *so_rotate(PIX *gray, double degrees) {
	double rad = degrees * 3.14159265358979323846 / 180;
	double c = cos(rad), n = fabs(sin(rad));
	int w = pixGetWidth(gray), h = pixGetHeight(gray);
	// The same border on either side keeps the middle where it is.
	int bx = (int)ceil((w * c + h * n - w) / 2), by = (int)ceil((h * c + w * n - h) / 2);
	PIX *wide = pixAddBorderGeneral(gray, bx > 0 ? bx : 0, bx > 0 ? bx : 0, by > 0 ? by : 0, by > 0 ? by : 0, 255);
	if (wide == NULL) {
		return NULL;
	}
	PIX *out = pixRotateAMGray(wide, (l_float32)rad, 255);
	pixDestroy(&wide);
	return out;
}

PIX *so_ink(PIX *pix, int threshold) {
	if (pixGetDepth(pix) == 1) {
		return pixClone(pix);
	}
	return pixThresholdToBinary(pix, threshold);
}

int so_skew(PIX *ink, double range, float *degrees, float *conf, float *score) {
	return pixFindSkewSweepAndSearchScore(ink, degrees, conf, score, 2, 1, 0, (l_float32)range, 1, 0.02f);
}

void so_parts(PIX *ink, int min, int max, int least, so_found *out) {
	BOXA *boxes = pixConnCompBB(ink, 8);
	int width = pixGetWidth(ink), height = pixGetHeight(ink);
	memset(out, 0, sizeof *out);
	for (int i = 0; boxes != NULL && i < boxaGetCount(boxes); i++) {
		l_int32 x = 0, y = 0, w = 0, h = 0;
		boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
		if (h >= min && h <= max && w >= 2 && w <= 8 * max) {
			out->letters++;
		}
		if (w >= least && h >= least && 4 * w >= 3 * h && 4 * h >= 3 * w && out->squares < SO_SQUARES) {
			int *s = out->square[out->squares++];
			s[0] = x, s[1] = y, s[2] = w, s[3] = h;
		}
		if (w >= min && w <= 5 * min && h <= 5 * min) {
			out->at_edge[0] += y == 0;
			out->at_edge[2] += y + h == height;
		}
		if (h >= min && h <= 5 * min && w <= 5 * min) {
			out->at_edge[1] += x + w == width;
			out->at_edge[3] += x == 0;
		}
	}
	boxaDestroy(&boxes);
}

int so_level(PIX *gray, double share) {
	long count[256] = {0};
	int w = pixGetWidth(gray), h = pixGetHeight(gray);
	for (int y = 0; y < h; y++) {
		const l_uint32 *s = pixGetData(gray) + (size_t)y * (size_t)pixGetWpl(gray);
		for (int x = 0; x < w; x++) {
			count[GET_DATA_BYTE(s, x)]++;
		}
	}
	double left = share * w * h;
	for (int v = 0; v < 256; v++) {
		if ((left -= (double)count[v]) < 0) {
			return v;
		}
	}
	return 255;
}

int so_encode_jpeg(PIX *pix, int quality, unsigned char **out, size_t *size) {
	pixSetChromaSampling(pix, 0); // 4:4:4
	return pixWriteMemJpeg(out, size, pix, quality, 0);
}

int so_encode_tiff_g4(PIX *ink, unsigned char **out, size_t *size) {
	return pixWriteMemTiff(out, size, ink, IFF_TIFF_G4);
}

// tesseract keeps the picture of each line it reads as a PNG in memory and decodes it again at once, which is a fifteenth of
// its time. libtesseract finds this definition before leptonica's: what it asks to have as PNG it gets as leptonica's raw
// format, which pixReadMem knows too. Nothing else in this program asks for PNG.
l_ok pixWriteMem(l_uint8 **data, size_t *size, PIX *pix, l_int32 format) {
	static l_ok (*next)(l_uint8 **, size_t *, PIX *, l_int32);
	if (format == IFF_PNG) {
		l_uint32 *raw = NULL;
		l_ok failed = pixSerializeToMemory(pix, &raw, size);
		*data = (l_uint8 *)raw;
		return failed;
	}
	if (next == NULL) {
		*(void **)(&next) = dlsym(RTLD_NEXT, "pixWriteMem");
	}
	return next == NULL ? 1 : next(data, size, pix, format);
}
