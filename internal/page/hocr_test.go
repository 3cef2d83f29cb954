package page

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

const tesseractHOCR = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head><title></title><meta name='ocr-system' content='tesseract 5.3.0' /></head>
 <body>
  <div class='ocr_page' id='page_1' title='image "a;b.pgm"; bbox 0 0 2471 3508; ppageno 0; scan_res 300 300'>
   <div class='ocr_carea' id='block_1_1' title="bbox 436 343 2224 408">
    <p class='ocr_par' id='par_1_1' lang='vie' title="bbox 436 343 2224 408">
     <span class='ocr_line' id='line_1_1' title="bbox 436 343 2224 408; baseline -0.007 -4; x_size 62; x_descenders 10; x_ascenders 13">
      <span class='ocrx_word' id='word_1_1' title='bbox 436 353 508 404; x_wconf 96'>ỦY</span>
      <span class='ocrx_word' id='word_1_2' title='bbox 527 365 637 404; x_wconf 95'><strong>B&amp;N</strong></span>
      <span class='ocrx_word' id='word_1_3' title='bbox 527 365 637 404; x_wconf 95'> </span>
     </span>
     <span class='ocr_header' id='line_1_2' title="bbox 500 420 600 440; baseline 0 -2; x_size 20">
      <span class='ocrx_word' id='word_1_4' title='bbox 500 420 600 440; x_wconf 12'>` + "u\u031b\u0301" + `</span>
     </span>
    </p>
   </div>
   <div class='ocr_photo' id='block_1_2' title="bbox 0 0 5 5"></div>
   <div class='ocr_carea' id='block_1_3' title="bbox 1 1 2 2">
    <p class='ocr_par' title="bbox 1 1 2 2"><span class='ocr_line' title="bbox 1 1 2 2"><span class='ocrx_word' title='bbox 1 1 2 2; x_wconf 0'>   </span></span></p>
   </div>
  </div>
 </body>
</html>`

func TestParseHOCRReadsWhatTesseractWrites(t *testing.T) {
	t.Parallel()
	got, err := ParseHOCR(strings.NewReader(tesseractHOCR))
	if err != nil {
		t.Fatal(err)
	}
	want := []Result{{
		Width: 2471, Height: 3508, Source: Recognised, Confidence: (96 + 95 + 12) / 3.0,
		Lines: []Line{{
			Words: []Word{
				{Text: "ỦY", Box: Box{436, 353, 508, 404}, Confidence: 96},
				{Text: "B&N", Box: Box{527, 365, 637, 404}, Confidence: 95},
			},
			Box: Box{436, 343, 2224, 408}, Size: 62,
			BaseFrom: Point{436, 404}, BaseTo: Point{2224, 408 - 4 - 0.007*(2224-436)},
		}, {
			Words: []Word{{Text: "ứ", Box: Box{500, 420, 600, 440}, Confidence: 12}},
			Box:   Box{500, 420, 600, 440}, Size: 20, BaseFrom: Point{500, 438}, BaseTo: Point{600, 438},
		}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestHOCRIsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	pages := []Result{
		{
			Width: 1000, Height: 700, Turn: 270, Skew: -1.25, Source: Recognised, Confidence: 91.5, Lines: []Line{
				{
					Words: []Word{{Text: "<a&\"b'>", Box: Box{1, 2, 3, 4}, Confidence: 91.5}}, Box: Box{1, 2, 3, 4},
					BaseFrom: Point{1, 3.25}, BaseTo: Point{3, 3.125}, Size: 12.5,
				},
				{Words: []Word{{Text: "Đ", Confidence: 91.5}}, Block: 1, Para: 1},
				{Words: []Word{{Text: "Đ", Confidence: 91.5}}, Block: 1, Para: 2},
			},
		},
		{Width: 10, Height: 10, Kind: Blank, Source: Recognised},
	}
	var b bytes.Buffer
	if err := WriteHOCR(&b, pages); err != nil {
		t.Fatal(err)
	}
	got, err := ParseHOCR(&b)
	if err != nil || !reflect.DeepEqual(got, pages) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, pages)
	}
}

func TestParseHOCRRefusesWhatIsNotHOCR(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"a word outside a line":     `<div class="ocr_page" title="bbox 0 0 1 1"><span class="ocrx_word" title="bbox 0 0 1 1">x</span></div>`,
		"a line outside a page":     `<span class="ocr_line" title="bbox 0 0 1 1"></span>`,
		"a page without a box":      `<div class="ocr_page"></div>`,
		"a box with a huge number":  `<div class="ocr_page" title="bbox 0 0 1 99999999999"></div>`,
		"elements too deep":         strings.Repeat("<b>", maxHOCRDepth+1),
		"an unknown kind":           `<div class="ocr_page" title="bbox 0 0 1 1; x_kind song"></div>`,
		"an element that is cut":    `<div class="ocr_pa`,
		"an entity of nothing real": `<div>&#0;</div>`,
	} {
		if _, err := ParseHOCR(strings.NewReader(in)); !errors.Is(err, ErrBadHOCR) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteHOCRReportsTheWritersError(t *testing.T) {
	t.Parallel()
	if err := WriteHOCR(failingWriter{}, []Result{{}}); err == nil {
		t.Error("no error")
	}
}

// FuzzHOCR: what is read once is written and read again without change.
func FuzzHOCR(f *testing.F) {
	f.Add(tesseractHOCR)
	f.Add(`<div class="ocr_page" title="bbox 0 0 9 9; x_skew 1e3"><p class="ocr_par"><span class="ocr_line" title="bbox 1 1 2 2; baseline 0.1 nan">` +
		`<span class="ocrx_word" title="bbox 0 0 1 1; x_wconf 500">&eacute;</span></span></div>`)
	f.Fuzz(func(t *testing.T, in string) {
		first, err := ParseHOCR(strings.NewReader(in))
		if err != nil {
			return
		}
		for i := range first {
			blocks(first[i].Lines) // counts of empty blocks and paragraphs are not kept
		}
		var b bytes.Buffer
		if err := WriteHOCR(&b, first); err != nil {
			t.Fatal(err)
		}
		second, err := ParseHOCR(&b)
		if err != nil || !reflect.DeepEqual(first, second) {
			t.Errorf("%+v\nbecame %+v, %v", first, second, err)
		}
	})
}

// blocks renumbers blocks and paragraphs without gaps, as WriteHOCR and ParseHOCR together do.
func blocks(lines []Line) {
	block, para := 0, 0
	var before Line
	for i, l := range lines {
		if i > 0 && l.Block != before.Block {
			block++
		}
		if i > 0 && (l.Block != before.Block || l.Para != before.Para) {
			para++
		}
		before = l
		lines[i].Block, lines[i].Para = block, para
	}
}
