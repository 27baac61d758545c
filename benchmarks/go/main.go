// A gateway written by hand in Go: the same work as cstar-gateway's path, on net/http and franz-go.
//
// HMAC over the raw bytes, a typed decode against the catalogue, flatten and splice, ids in a map
// for 33 hours with twins in flight waiting, an idempotent producer with acks=all, metrics. What it
// has not: a journal that survives a restart and that replicas share, quarantine, drift by path,
// limits, drain, and most else of docs/reliability.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/tidwall/gjson"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	path    = "/webhooks/cstar"
	largest = 1 << 20
	linger  = 2 * time.Millisecond
	within  = 7 * time.Second
)

var (
	events = promauto.NewCounterVec(prometheus.CounterOpts{Name: "events"}, []string{"type", "outcome"})
	drift  = promauto.NewCounterVec(prometheus.CounterOpts{Name: "drift"}, []string{"type"})
	took   = promauto.NewHistogram(prometheus.HistogramOpts{Name: "seconds"})
)

type gateway struct {
	secret []byte
	prefix string
	seen   *seen
	kafka  *kgo.Client
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	if r.URL.Path != path || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	body := make([]byte, 0, max(r.ContentLength, 0))
	body, err := readAll(http.MaxBytesReader(w, r.Body, largest), body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := verify(g.secret, r.Header.Get("X-Signature"), body, began); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	if !gjson.ValidBytes(body) {
		http.Error(w, "not JSON", http.StatusUnprocessableEntity)
		return
	}
	envelope := gjson.GetManyBytes(body, "id", "type", "team_id", "created_at", "data")
	id, kind, team := envelope[0].String(), envelope[1].String(), envelope[2].String()
	status, outcome := http.StatusAccepted, "accepted"
	first, done := g.seen.claim(team+"\x00"+id, began)
	if !first {
		status, outcome = http.StatusOK, "duplicate"
		<-done
	} else if err := g.publish(r.Context(), r.Header, body, kind, team, id, envelope); err != nil {
		g.seen.free(team + "\x00" + id)
		events.WithLabelValues(label(kind), "unavailable").Inc()
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	} else {
		g.seen.mark(team + "\x00" + id)
	}
	events.WithLabelValues(label(kind), outcome).Inc()
	took.Observe(time.Since(began).Seconds())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"status":%q,"id":%q}`, outcome, id)
}

func (g *gateway) publish(
	ctx context.Context, header http.Header, body []byte, kind, team, id string, envelope []gjson.Result,
) error {
	headers := []kgo.RecordHeader{
		{Key: "ce_specversion", Value: []byte("1.0")},
		{Key: "ce_id", Value: []byte(id)},
		{Key: "ce_source", Value: []byte("/cstar/teams/" + team)},
		{Key: "ce_type", Value: []byte(kind)},
		{Key: "ce_time", Value: []byte(envelope[3].String())},
		{Key: "content-type", Value: []byte("application/json")},
		{Key: "cstar-webhook-id", Value: []byte(header.Get("X-Webhook-ID"))},
		{Key: "cstar-delivery-attempt", Value: []byte(header.Get("X-Delivery-Attempt"))},
		{Key: "cstar-request-id", Value: []byte(header.Get("x-cstar-request-id"))},
	}
	if err := check(kind, []byte(envelope[4].Raw)); err != nil {
		drift.WithLabelValues(label(kind)).Inc()
		headers = append(headers, kgo.RecordHeader{Key: "cstar-contract", Value: []byte("violated")})
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	return g.kafka.ProduceSync(ctx, &kgo.Record{
		Topic:   g.prefix + "." + category(kind),
		Key:     []byte(team),
		Value:   splice(body, envelope[4]),
		Headers: headers,
	}).FirstErr()
}

// label keeps the labels a closed set.
func label(kind string) string {
	if category(kind) == "other" {
		return "other"
	}
	return kind
}

// readAll reads into a buffer that is as large as the sender said.
func readAll(from io.Reader, into []byte) ([]byte, error) {
	for {
		if len(into) == cap(into) {
			into = append(into, 0)[:len(into)]
		}
		n, err := from.Read(into[len(into):cap(into)])
		into = into[:len(into)+n]
		if errors.Is(err, io.EOF) {
			return into, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func main() {
	kafka, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Getenv("BENCH_KAFKA"), ",")...),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(linger),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
	)
	if err != nil {
		log.Fatal(err)
	}
	serving := &http.Server{
		Handler: &gateway{
			secret: []byte(os.Getenv("BENCH_SECRET")),
			prefix: os.Getenv("BENCH_PREFIX"),
			seen:   newSeen(33 * time.Hour),
			kafka:  kafka,
		},
		ReadHeaderTimeout: within,
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "{\"event\": \"listening\", \"port\": %d}\n", listener.Addr().(*net.TCPAddr).Port)
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-ended.Done()
		serving.Shutdown(context.Background())
	}()
	if err := serving.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	kafka.Close()
}
