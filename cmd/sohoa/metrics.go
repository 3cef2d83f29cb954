package main

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sohoa/internal/digitise"
	"sohoa/internal/fault"
)

// metrics is what /metrics shows.
type metrics struct {
	registry *prometheus.Registry
	pages    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	stalls   *prometheus.CounterVec
}

func newMetrics(c *core) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		pages:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sohoa_pages_total", Help: "Pages read, by what they turned out to be."}, []string{"kind"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sohoa_stage_seconds", Help: "Seconds spent in each stage.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14),
		}, []string{"stage"}),
		stalls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sohoa_stalls_total", Help: "Steps that stalled, by code; store_unavailable are store errors."}, []string{"code"}),
	}
	for _, code := range []fault.Code{fault.StoreUnavailable, fault.CatalogueUnavailable, fault.EngineUnavailable, fault.Internal} {
		m.stalls.WithLabelValues(string(code))
	}
	m.registry.MustRegister(m.pages, m.seconds, m.stalls, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &liveCollector{c: c})
	return m
}

func (m *metrics) observer() digitise.Observer {
	return digitise.Observer{
		Page:    func(kind string) { m.pages.WithLabelValues(kind).Inc() },
		Seconds: func(stage string, s float64) { m.seconds.WithLabelValues(stage).Observe(s) },
	}
}

func (m *metrics) stalled(code fault.Code) { m.stalls.WithLabelValues(string(code)).Inc() }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// liveCollector asks for what is counted elsewhere: the open tasks and the engines.
type liveCollector struct{ c *core }

func depthDesc() *prometheus.Desc {
	return prometheus.NewDesc("sohoa_queue_open", "Open tasks.", []string{"queue", "kind"}, nil)
}

func ageDesc() *prometheus.Desc {
	return prometheus.NewDesc("sohoa_queue_oldest_seconds", "Age of the oldest open task.", []string{"queue", "kind"}, nil)
}

func engineDesc() *prometheus.Desc {
	return prometheus.NewDesc("sohoa_engine_events_total", "What became of the recognition engines.", []string{"event"}, nil)
}

// Describe implements prometheus.Collector.
func (l *liveCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- depthDesc()
	ch <- ageDesc()
	ch <- engineDesc()
}

// Collect implements prometheus.Collector.
func (l *liveCollector) Collect(ch chan<- prometheus.Metric) {
	s := l.c.engine.Stats()
	for event, n := range map[string]int64{"page": s.Pages, "start": s.Starts, "restart": s.Restarts(), "kill": s.Kills(), "recycle": s.Recycled} {
		ch <- prometheus.MustNewConstMetric(engineDesc(), prometheus.CounterValue, float64(n), event)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	q, err := l.c.catalogue.Queue(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(depthDesc(), err)
		return
	}
	for _, d := range q.Depths {
		ch <- prometheus.MustNewConstMetric(depthDesc(), prometheus.GaugeValue, float64(d.Open), string(d.Queue), string(d.Kind))
		ch <- prometheus.MustNewConstMetric(ageDesc(), prometheus.GaugeValue, d.OldestSeconds, string(d.Queue), string(d.Kind))
	}
}
