// Thin calls into leptonica and libjpeg. Every PIX that comes out belongs to the caller (pixDestroy); NULL or non-zero is failure.
// Pixels of a 32 bpp PIX are R, G, B from the highest byte down; of a 1 bpp PIX, 1 is black.
#ifndef SOHOA_LEPT_H
#define SOHOA_LEPT_H

#include <stddef.h>
#include <allheaders.h>

typedef struct {
	int width, height, components;
} so_size;

// Modes of so_jpeg_decode.
enum {
	SO_JPEG_READ = 0,  // 8 bpp for recognition: gray, red lifted to paper
	SO_JPEG_COLOUR = 1 // 8 bpp for one component, else 32 bpp sRGB
};

int so_jpeg_size(const unsigned char *data, size_t size, so_size *out);
// so_jpeg_decode scales by eighths/8 while decoding. inverted says that in CMYK 255 is no ink; in gray and RGB, that 0 is white.
// Where red is not NULL it gets a map of red ink for SO_JPEG_READ of a colour picture (see so_red_map), or NULL.
PIX *so_jpeg_decode(const unsigned char *data, size_t size, int mode, int eighths, int inverted, PIX **red);

// Red ink, which is lifted to paper for recognition and may be print all the same. A map has a pixel for each SO_RED_CELL × SO_RED_CELL
// of the picture: how many of them, on every second row, are red.
enum { SO_RED_CELL = 8 };
PIX *so_red_map(PIX *plain32);
// so_red_text finds what has the shape of lines of text in a map: boxes in its pixels, away from seals and frames. cell is its pixels a
// millimetre. NULL where there is none.
BOXA *so_red_text(PIX *map, double cell);
// so_red_print makes an 8 bpp picture of the red ink inside the boxes (of a map), black on white.
PIX *so_red_print(PIX *plain32, BOXA *boxes);

// so_header reads size and depth without decoding; frame is for TIFF only.
int so_header(const unsigned char *data, size_t size, int frame, so_size *out, int *bits);
PIX *so_read(const unsigned char *data, size_t size);
PIX *so_read_tiff(const unsigned char *data, size_t size, int frame);

// so_plain makes any PIX one of 1, 8 (gray) or 32 bpp (sRGB), without palette; transparent pixels show white. Consumes pix.
PIX *so_plain(PIX *pix);
// so_reading makes an 8 bpp copy for recognition of a plain PIX: gray, red lifted to paper.
PIX *so_reading(PIX *plain);
// so_thin tells whether a plain 32 bpp PIX is gray (1) and whether an 8 bpp one is black and white only (1).
int so_is_gray(PIX *plain32);
int so_is_bilevel(PIX *gray8);

// so_cmyk turns a 32 bpp PIX that really holds C, M, Y, K into sRGB, in place; inverted says that 255 is no ink.
void so_cmyk(PIX *pix, int inverted);

// so_rows copies the pixels out row by row without padding: 1 bpp packed (1 black), 8 bpp, or R, G, B of 32 bpp.
void so_rows(PIX *pix, unsigned char *out);

// so_shrink makes an 8 bpp PIX smaller: each pixel is the mean of what it covers. It gives what
// pixScaleAreaMap does, in a third of its time. NULL also where the factor makes nothing smaller.
PIX *so_shrink(PIX *gray, double factor);

// so_ground makes a small map of an 8 bpp PIX: for each tile of tile × tile pixels the gray that share percent of it are darker than, which
// is the paper's where it carries print.
PIX *so_ground(PIX *gray, int tile, int share);
// so_raise lifts what is darker than least to it and smooths a map; it may change ground.
PIX *so_raise(PIX *ground, int least);
// so_flatten brings the paper to one brightness by dividing an 8 bpp PIX by its ground.
PIX *so_flatten(PIX *gray, PIX *ground);

PIX *so_quarter_turn(PIX *pix, int quarters);
PIX *so_rotate(PIX *gray, double degrees);
PIX *so_ink(PIX *pix, int threshold);

// so_skew finds the tilt (degrees, clockwise positive turns it level) of a 1 bpp PIX within ±range; score grows with the
// sharpness of its rows.
int so_skew(PIX *ink, double range, float *degrees, float *conf, float *score);

// What so_parts finds out about the connected parts of a picture.
enum { SO_SQUARES = 32 };
typedef struct {
	int letters;                // as high as letters
	int squares;                // about square, and not small
	int square[SO_SQUARES][4];  // x, y, w, h
	int at_edge[4];             // no larger than letters, and cut off by the top, right, bottom and left edge of the picture
} so_found;
// so_parts looks at the connected parts of a 1 bpp PIX: letters are between min and max pixels high and at most 8 max wide, squares have
// sides of at least least pixels. What an edge cuts off is between min and 5 min along that edge.
void so_parts(PIX *ink, int min, int max, int least, so_found *out);
// so_level is the gray below which the given share of an 8 bpp PIX lies.
int so_level(PIX *gray, double share);

// so_scan measures an 8 bpp PIX on every eighth row: the gray of its paper (the median of all), of its ink (the median of what is darker than
// three quarters of the paper; 0 where that is next to nothing), and the width in pixels of the ramps between them, from a fifth to four
// fifths of the way: the first quartile, since strokes that run slanting through a row have longer ones. width is 0 where there are few.
void so_scan(PIX *gray, int *paper, int *ink, float *width);

int so_encode_jpeg(PIX *pix, int quality, unsigned char **out, size_t *size);
int so_encode_tiff_g4(PIX *ink, unsigned char **out, size_t *size);

#endif
