package archive

// TaskKind names one step of the pipeline. Open tasks are rows of the outbox; the queue only rings.
type TaskKind string

// The steps, in the order a paper takes them.
const (
	TaskInspect   TaskKind = "inspect"
	TaskRecognise TaskKind = "recognise"
	TaskDescribe  TaskKind = "describe"
	TaskAssemble  TaskKind = "assemble"
	TaskSettle    TaskKind = "settle"
)

// TaskKinds lists every kind.
func TaskKinds() []TaskKind {
	return []TaskKind{TaskInspect, TaskRecognise, TaskDescribe, TaskAssemble, TaskSettle}
}

// Queue names what may wait and what may not. The counter comes before the backlog.
type Queue string

// The queues, most urgent first.
const (
	Interactive Queue = "interactive" // a citizen waits at the counter
	Backlog     Queue = "batch"
	Maintenance Queue = "maintenance"
)

// Task is one open row of the outbox.
type Task struct {
	ID        int64
	Kind      TaskKind
	Queue     Queue
	Unit      string
	Accession AccessionID // for inspect
	Document  DocumentID  // for the rest
	Version   int
	Page      int // ordinal, for recognise
	Attempt   int // the fence: of the accession or the document
	Tries     int // stalls so far
}

// Ring is one delivery of a task: its id and how often it was rung, which together name it in the queue.
type Ring struct {
	ID    int64    `json:"id"`
	Rings int      `json:"rings"`
	Kind  TaskKind `json:"-"`
	Queue Queue    `json:"-"`
}
