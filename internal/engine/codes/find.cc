#define ZX_USE_UTF8 1
#include "find.h"

#include <ReadBarcode.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace ZXing;

static int format_of(BarcodeFormat f) {
	switch (f) {
	case BarcodeFormat::QRCode:
		return SO_QR;
	case BarcodeFormat::DataMatrix:
		return SO_DATAMATRIX;
	case BarcodeFormat::Code128:
		return SO_CODE128;
	case BarcodeFormat::Code39:
		return SO_CODE39;
	default:
		return 0;
	}
}

static int put(const Results &found, so_code *out) {
	int n = 0;
	for (const auto &r : found) {
		so_code *c = &out[n];
		c->format = format_of(r.format());
		if (c->format == 0 || n == SO_CODES_MOST) {
			continue;
		}
		c->damaged = r.isValid() ? 0 : 1;
		c->length = 0;
		if (r.isValid()) {
			std::string text = r.text();
			if (text.size() <= SO_CODE_TEXT) {
				c->length = (int)text.size();
				memcpy(c->text, text.data(), text.size());
			} else {
				c->length = -1;
			}
		}
		for (int i = 0; i < 4; i++) {
			c->x[i] = r.position()[i].x;
			c->y[i] = r.position()[i].y;
		}
		n++;
	}
	return n;
}

int so_find_matrix(const so_plane *p, int format, int gray, so_code *out) try {
	DecodeHints hints;
	hints.setFormats(format == SO_QR ? BarcodeFormat::QRCode : BarcodeFormat::DataMatrix)
		.setBinarizer(gray ? Binarizer::LocalAverage : Binarizer::BoolCast)
		.setTryDownscale(false)
		.setReturnErrors(true)
		.setMaxNumberOfSymbols(SO_CODES_MOST);
	return put(ReadBarcodes(ImageView(p->px, p->w, p->h, ImageFormat::Lum), hints), out);
} catch (...) {
	return 0;
}

// One at a time, without smaller copies: zxing-cpp 1.4 ends the program when it compares two linear codes of one content.
int so_find_linear(const so_plane *p, so_code *out) try {
	DecodeHints hints;
	hints.setFormats(BarcodeFormat::Code128 | BarcodeFormat::Code39)
		.setBinarizer(Binarizer::BoolCast)
		.setTryDownscale(false)
		.setMinLineCount(4)
		.setMaxNumberOfSymbols(1);
	return put(ReadBarcodes(ImageView(p->px, p->w, p->h, ImageFormat::Lum), hints), out);
} catch (...) {
	return 0;
}
