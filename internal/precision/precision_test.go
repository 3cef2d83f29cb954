package precision

import (
	"math"
	"testing"
)

func TestTheBoundIsThatOfClopperAndPearson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k, n int
		want float64
	}{{0, 10, 0}, {10, 10, 0.7411}, {200, 200, 0.9851}, {598, 598, 0.9950}, {95, 100, 0.8977}, {0, 0, 0}, {14, 14, 0.8074}, {13, 14, 0.7033}, {5, 10, 0.2224}, {1990, 2000, 0.9915}} {
		if got := LowerBound(c.k, c.n); math.Abs(got-c.want) > 5e-4 {
			t.Errorf("%d of %d: %.4f, want %.4f", c.k, c.n, got, c.want)
		}
	}
}

func TestAPromiseIsKeptFromTheLowestLevelThatBearsIt(t *testing.T) {
	t.Parallel()
	var c Curve
	for i := range 1000 {
		c.Add(0.98, true)
		c.Add(0.9, i%1000 > 0) // one slip
		c.Add(0.5, i%2 == 0)
	}
	levels := c.Levels()
	if len(levels) != 3 || levels[0].From != 0.98 || levels[2].N != 3000 || levels[2].Right != 2499 {
		t.Fatalf("levels %+v", levels)
	}
	if kept, ok := Kept(levels, Promise); !ok || kept.From != 0.9 || kept.N != 2000 || kept.Right != 1999 {
		t.Errorf("kept %+v, %v", kept, ok)
	}
	if _, ok := Kept(levels[2:], Promise); ok {
		t.Error("a level with half of its values wrong keeps a promise")
	}
	if _, ok := Kept((&Curve{}).Levels(), Promise); ok {
		t.Error("nothing keeps a promise")
	}
}
