// Plain C face of tesseract's C++.
#ifndef SOHOA_TESS_H
#define SOHOA_TESS_H

#include <leptonica/allheaders.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct so_tess so_tess;

typedef struct {
	int box[4]; // left, top, right, bottom
	int confidence;
	int line;         // index
	int text, length; // offset into the texts and number of bytes
} so_word;

typedef struct {
	int box[4];
	int block, para;
	int has_base;
	double slope, offset; // of the baseline, from the lower left corner of the box
	float size;
} so_line;

typedef struct {
	so_line *lines;
	so_word *words;
	char *texts;
	int line_count, word_count;
} so_text;

// so_tess_open loads a model; NULL is failure.
so_tess *so_tess_open(const char *dir, const char *language);
void so_tess_close(so_tess *t);
// so_tess_set changes a variable; 0 is success.
int so_tess_set(so_tess *t, const char *name, const char *value);
// so_tess_read recognises an 8 bpp PIX; 0 is success. Free the text by so_text_free.
int so_tess_read(so_tess *t, PIX *gray, so_text *out);
void so_text_free(so_text *t);
const char *so_tess_version(void);

#ifdef __cplusplus
}
#endif
#endif
