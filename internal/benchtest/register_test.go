package benchtest

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/custody/keyring"
	"sohoa/internal/pgtest"
	"sohoa/internal/postgres"
	"sohoa/internal/register"
	"sohoa/internal/registertest"
	"sohoa/internal/wiring"
)

// BenchmarkRegisterImport takes dossiers in, each with a holder of its own, into an empty register, and then the same again. Memory should
// not grow with their number: peak-heap-MB is the most that was in use at any of the looks. SOHOA_BENCH_DOSSIERS sets how many; the promise
// is of a million in three minutes on two cores.
func BenchmarkRegisterImport(b *testing.B) {
	n := 100_000
	if s := os.Getenv("SOHOA_BENCH_DOSSIERS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	ring, err := keyring.OpenOrCreate(filepath.Join(b.TempDir(), "keys"), time.Now())
	if err != nil {
		b.Fatal(err)
	}
	w := registertest.New(1, n)
	for b.Loop() {
		svc, err := register.New(register.Deps{Store: postgres.New(pgtest.Pool(b)).Register(), Vault: wiring.Vault{Ring: ring}})
		if err != nil {
			b.Fatal(err)
		}
		var peak uint64
		put := func(k register.Kind, src register.Source) (register.Report, time.Duration) {
			began, count := time.Now(), 0
			r, err := svc.Import(b.Context(), archive.Actor{Account: "bench", Role: archive.Admin}, register.Plan{Kind: k}, func() (register.Given, bool, error) {
				if count++; count%10_000 == 0 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapInuse)
				}
				return src()
			})
			if err != nil || !r.Applied {
				b.Fatalf("import %s: %+v, %v", k, r, err)
			}
			return r, time.Since(began)
		}
		put(register.Units, registertest.Of(w.Units...))
		put(register.Procedures, registertest.Of(w.Procedures...))
		peak = 0
		r, took := put(register.Dossiers, registertest.Records(n, w.Dossier))
		if r.Inserted != n {
			b.Fatalf("%+v", r)
		}
		r, again := put(register.Dossiers, registertest.Records(n, w.Dossier))
		if r.Unchanged != n {
			b.Fatalf("%+v", r)
		}
		b.ReportMetric(took.Seconds(), "s-first")
		b.ReportMetric(again.Seconds(), "s-again")
		b.ReportMetric(float64(n)/took.Seconds(), "dossiers/s")
		b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MB")
		b.ReportMetric(0, "ns/op")
	}
}
