#include "tess.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

using namespace tesseract;

struct so_tess {
	TessBaseAPI api;
};

so_tess *so_tess_open(const char *dir, const char *language) try {
	auto t = std::make_unique<so_tess>();
	if (t->api.Init(dir, language, OEM_LSTM_ONLY) != 0) {
		return nullptr;
	}
	return t.release();
} catch (...) {
	return nullptr;
}

void so_tess_close(so_tess *t) {
	delete t;
}

int so_tess_set(so_tess *t, const char *name, const char *value) try {
	return t->api.SetVariable(name, value) ? 0 : 1;
} catch (...) {
	return 1;
}

static void put_line(const ResultIterator *it, int block, int para, std::vector<so_line> &lines) {
	so_line l = {};
	it->PageIterator::BoundingBox(RIL_TEXTLINE, &l.box[0], &l.box[1], &l.box[2], &l.box[3]);
	l.block = block;
	l.para = para;
	Orientation up;
	WritingDirection along;
	TextlineOrder order;
	float skew, descenders, ascenders;
	it->Orientation(&up, &along, &order, &skew);
	it->RowAttributes(&l.size, &descenders, &ascenders);
	int x1, y1, x2, y2;
	if (up == ORIENTATION_PAGE_UP && it->Baseline(RIL_TEXTLINE, &x1, &y1, &x2, &y2) && x1 != x2) {
		// A thousandth is as exact as tesseract's own hOCR has it.
		double slope = (y2 - y1) / static_cast<double>(x2 - x1);
		double offset = y1 - l.box[3] - slope * (x1 - l.box[0]);
		l.slope = std::round(slope * 1000) / 1000;
		l.offset = std::round(offset * 1000) / 1000;
		l.has_base = 1;
	}
	lines.push_back(l);
}

template <typename T> static T *copied(const T *from, size_t n) {
	T *to = static_cast<T *>(malloc(n * sizeof(T) + 1));
	if (to == nullptr) {
		throw std::bad_alloc();
	}
	if (n > 0) {
		memcpy(to, from, n * sizeof(T));
	}
	return to;
}

int so_tess_read(so_tess *t, PIX *gray, so_text *out) try {
	memset(out, 0, sizeof *out);
	t->api.SetImage(gray);
	if (t->api.Recognize(nullptr) != 0) {
		return 1;
	}
	std::vector<so_line> lines;
	std::vector<so_word> words;
	std::string texts;
	int block = -1, para = -1;
	std::unique_ptr<ResultIterator> it(t->api.GetIterator());
	// The steps are those of the plain iterators: ResultIterator's own put lines of mixed directions into order, for which it goes through
	// the whole page at each of them.
	for (bool more = it != nullptr; more; more = it->PageIterator::Next(RIL_WORD)) {
		if (it->Empty(RIL_WORD)) {
			continue;
		}
		block += it->PageIterator::IsAtBeginningOf(RIL_BLOCK);
		para += it->PageIterator::IsAtBeginningOf(RIL_PARA);
		if (it->PageIterator::IsAtBeginningOf(RIL_TEXTLINE)) {
			put_line(it.get(), block < 0 ? 0 : block, para < 0 ? 0 : para, lines);
		}
		if (lines.empty()) {
			continue;
		}
		so_word w = {};
		it->PageIterator::BoundingBox(RIL_WORD, &w.box[0], &w.box[1], &w.box[2], &w.box[3]);
		w.confidence = static_cast<int>(it->Confidence(RIL_WORD));
		w.line = static_cast<int>(lines.size()) - 1;
		std::unique_ptr<char[]> text(it->LTRResultIterator::GetUTF8Text(RIL_WORD));
		w.text = static_cast<int>(texts.size());
		if (text != nullptr) {
			texts += text.get();
		}
		w.length = static_cast<int>(texts.size()) - w.text;
		words.push_back(w);
	}
	it.reset();
	t->api.Clear();
	out->lines = copied(lines.data(), lines.size());
	out->words = copied(words.data(), words.size());
	out->texts = copied(texts.data(), texts.size());
	out->line_count = static_cast<int>(lines.size());
	out->word_count = static_cast<int>(words.size());
	return 0;
} catch (...) {
	so_text_free(out);
	return 1;
}

void so_text_free(so_text *t) {
	free(t->lines);
	free(t->words);
	free(t->texts);
	memset(t, 0, sizeof *t);
}

const char *so_tess_version(void) {
	return TessBaseAPI::Version();
}

// tesseract builds a table of letters that its old engine took for one another, which nothing reads with the LSTM engine, and which is most of
// the time that opening a model takes. libtesseract finds this definition before its own.
namespace tesseract {
class UNICHARSET;
class UnicharAmbigs {
  public:
	void LoadUniversal(const UNICHARSET &encoder, UNICHARSET *unicharset);
};
void UnicharAmbigs::LoadUniversal(const UNICHARSET &, UNICHARSET *) {}
} // namespace tesseract
