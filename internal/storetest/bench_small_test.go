package storetest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"sohoa/internal/fixity"
	"sohoa/internal/objectstore"
)

// BenchmarkSmallPuts stores page results of 20 KiB from many goroutines, as workers do: they share each sync of the disk.
func BenchmarkSmallPuts(b *testing.B) {
	s, _, _, _ := syncedStore(b)
	content := string(bytesOf(1, 20<<10))
	d := fixity.Of([]byte(content))
	var n atomic.Int64
	for _, writers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			b.SetParallelism(writers) // times GOMAXPROCS
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					key := fmt.Sprintf("pages/%d", n.Add(1))
					if _, err := s.PutOnce(b.Context(), objectstore.Work, key, strings.NewReader(content), int64(len(content)), d, objectstore.PutOptions{}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
