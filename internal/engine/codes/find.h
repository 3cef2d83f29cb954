// Plain C face of zxing-cpp and of two cheap looks that say whether asking it is worth the time.
#ifndef SOHOA_CODES_H
#define SOHOA_CODES_H

#include <allheaders.h>

#ifdef __cplusplus
extern "C" {
#endif

// A code's text may have so many bytes: QR version 40 holds 2,953, each of which may become two in UTF-8.
// More codes than SO_CODES_MOST on a page are not looked for.
enum { SO_CODE_TEXT = 8192, SO_CODES_MOST = 16 };

enum { SO_QR = 1, SO_DATAMATRIX, SO_CODE128, SO_CODE39 };

typedef struct {
	int format;
	int damaged;    // found, and not readable with certainty
	int x[4], y[4]; // corners, clockwise
	int length;     // of text in bytes; -1 where it was longer than text holds
	char text[SO_CODE_TEXT];
} so_code;

// One byte a pixel, without padding.
typedef struct {
	int w, h;
	unsigned char *px; // NULL: there was no memory
} so_plane;

// so_plane_of takes an 8 bpp PIX apart: as it is, or with 0 for what is darker than threshold and 255 for the rest where threshold > 0.
so_plane so_plane_of(PIX *gray, int threshold);
void so_plane_free(so_plane *p);

// so_find_matrix looks for QR codes or DataMatrix codes, however they lie, and gives their number. The plane is black and white, or, where
// gray is 1, as scanned: then each pixel is judged by its neighbours.
int so_find_matrix(const so_plane *p, int format, int gray, so_code *out);

// so_find_linear looks for a Code 128 or Code 39 in any of the four directions and gives the number found, which is 0 or 1.
int so_find_linear(const so_plane *p, so_code *out);

// so_finders looks for the finder patterns of QR codes on a black and white plane: it gives the number, and of each its middle and the
// size of a module, in pixels.
typedef struct {
	float x, y, module;
} so_finder;
int so_finders(const so_plane *p, int most, so_finder *out);

// so_thinned keeps every SO_STEP-th row of a plane, or, where down is 1, every such column as a row.
so_plane so_thinned(const so_plane *p, int down);

// so_bars looks on a thinned black and white plane for bars across its rows: rows that change colour often, and alike. slant is how far
// bars move to the right in 256 rows. It gives 1 and the smallest rectangle (left, top, right, bottom, in pixels of a plane that is not
// thinned) around the first stretch of bars at or after row *from, which it moves behind that.
int so_bars(const so_plane *thin, int slant, int *from, int box[4]);

#ifdef __cplusplus
}
#endif
#endif
