package archive

import "sohoa/internal/fault"

// Role says what an account may do.
type Role string

// The roles. Citizens see only their own released documents and have no page yet.
const (
	Clerk   Role = "clerk"
	Officer Role = "officer"
	Citizen Role = "citizen"
	Auditor Role = "auditor"
	Admin   Role = "admin"
	// Registrar keeps the register of units, procedures, dossiers and holders: the account of the system it is filled from.
	Registrar Role = "registrar"
)

// Actor is who asks. The zero value may do nothing.
type Actor struct {
	Account string
	Role    Role
	Unit    string // empty: every unit, for admin and auditor only
}

// Action is what an actor may be allowed to do.
type Action string

// The actions that rights speak of.
const (
	ActIngest   Action = "ingest"   // upload, make batches
	ActRead     Action = "read"     // list, search, view, download
	ActOperate  Action = "operate"  // retry and cancel
	ActQueue    Action = "queue"    // pause and resume the city's queue
	ActRegister Action = "register" // read and fill the register
	ActHolder   Action = "holder"   // search by the identifier of a person or firm
	ActPurge    Action = "purge"    // ask that a paper be removed for good
	ActDispose  Action = "dispose"  // decide about what another asked to purge
	ActReview   Action = "review"   // answer questions about papers and change what is said of them
)

// May reports whether the actor's role allows the action at all; Reaches says where.
func (a Actor) May(act Action) bool {
	switch a.Role {
	case Admin:
		return true
	case Clerk:
		return act == ActIngest || act == ActRead || act == ActOperate || act == ActHolder || act == ActReview || act == ActPurge
	case Officer:
		return act == ActRead || act == ActHolder || act == ActReview
	case Auditor:
		return act == ActRead || act == ActDispose
	case Registrar:
		return act == ActRegister
	case Citizen:
		return false
	}
	return false
}

// Permit is nil where the actor's role allows the action, and else a fault that says so.
func (a Actor) Permit(act Action) error {
	if !a.May(act) {
		return fault.New(fault.Forbidden, "the account's role does not allow this (%s)", act)
	}
	return nil
}

// Scope narrows a unit asked for (empty: every unit) to the one whose lists the actor may see.
func (a Actor) Scope(unit string) (string, error) {
	if a.Unit == "" && (a.Role == Admin || a.Role == Auditor) {
		return unit, nil
	}
	if a.Unit == "" || unit != "" && unit != a.Unit {
		return "", fault.New(fault.Forbidden, "the account belongs to another unit")
	}
	return a.Unit, nil
}

// Reaches reports whether the actor may see what belongs to unit at this access level.
func (a Actor) Reaches(unit string, access Access) bool {
	switch a.Role {
	case Admin, Auditor:
		return a.Unit == "" || a.Unit == unit
	case Clerk:
		return a.Unit != "" && a.Unit == unit
	case Officer:
		return a.Unit != "" && (a.Unit == unit || access == AccessCity || access == AccessPublic)
	case Citizen, Registrar:
		return false
	}
	return false
}
