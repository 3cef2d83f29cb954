package pageimage

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
)

func TestATIFFWithoutAPageHoldsNothingOfIt(t *testing.T) {
	t.Parallel()
	strip := func(gray byte, n int) []byte { return bytes.Repeat([]byte{gray, gray ^ 1}, n/2) }
	second := grayFrame(7, 8)
	second[tagOrientation] = 8
	whole := tiffOf(t, 0, [][]byte{strip(10, 30), strip(200, 56), strip(70, 20)}, grayFrame(5, 6), second, grayFrame(4, 5))
	in := filepath.Join(t.TempDir(), "in.tif")
	if err := os.WriteFile(in, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := openBytes(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	for gone, stay := range map[int][]int{1: {2, 3}, 2: {1, 3}, 3: {1, 2}} {
		got := cut(t, in, gone)
		if again := cut(t, in, gone); !bytes.Equal(got, again) {
			t.Errorf("without page %d: other bytes the second time", gone)
		}
		for n, gray := range map[int]byte{1: 10, 2: 200, 3: 70} {
			if bytes.Contains(got, strip(gray, 8)) == (n == gone) {
				t.Errorf("without page %d: holds page %d = %v", gone, n, n == gone)
			}
		}
		after, err := openBytes(t, got)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range stay {
			want, err := before.Page(t.Context(), n, digitise.ToRead|digitise.ToShow)
			if err != nil {
				t.Fatal(err)
			}
			if have, err := after.Page(t.Context(), i+1, digitise.ToRead|digitise.ToShow); err != nil || !reflect.DeepEqual(have, want) {
				t.Errorf("without page %d: page %d is read otherwise (%v)", gone, n, err)
			}
		}
		after.Close()
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "none.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := Without(t.Context(), in, func(int) bool { return true }, f); fault.CodeOf(err) != fault.FileNoPages {
		t.Errorf("without any page: %v", err)
	}
}

func cut(t *testing.T, in string, gone int) []byte {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := Without(t.Context(), in, func(n int) bool { return n == gone }, f); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}
