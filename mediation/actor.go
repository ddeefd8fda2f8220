package mediation

import "fengqiao/grid"

// Role is what a person (or machine) is in the system; it decides, with the area and the case, what they may do (permit.go).
type Role string

// The roles.
const (
	GridWorker         Role = "grid_worker"         // 网格员 walks the grid and reports
	GridLeader         Role = "grid_leader"         // 网格长 heads the grid's "1+3+N" team
	InformationOfficer Role = "information_officer" // 信息员 reports from the village
	MediatorRole       Role = "mediator"            // 调解员
	UnitStaff          Role = "unit_staff"          // 部门(单位)工作人员
	TownshipStaff      Role = "township_staff"      // 乡镇(街道)工作人员
	CountyStaff        Role = "county_staff"        // 县级矛调中心工作人员
	Supervisor         Role = "supervisor"          // 督查员
	Leader             Role = "leader"              // 包案领导
	Administrator      Role = "administrator"       // 系统管理员
	Desk               Role = "desk"                // external desk, a machine client (12345, 110)
	PartyRole          Role = "party"               // 当事人, comes by a link with a code, has no account
	System             Role = "system"              // the sweep (Watch); never signs in
)

// AccountRoles are the roles that a user account can have, in the order in which pages list them.
var AccountRoles = []Role{GridWorker, GridLeader, InformationOfficer, MediatorRole, UnitStaff, TownshipStaff,
	CountyStaff, Supervisor, Leader, Administrator, Desk}

// Actor is the typed caller: who acts, as what, where. One middleware makes it; everything below takes it as it is.
type Actor struct {
	// ID is the user's id; for a party the party's id, for the sweep "system".
	ID   string
	Role Role
	// Area bounds what the actor may see and do: a case outside it does not exist for them.
	Area grid.Code
	// Mediator is the mediator's record that belongs to this user, if there is one.
	Mediator string
	// Unit is the department that unit staff belong to.
	Unit string
	// Units are the keyed hashes (UnitHash) of Unit and, of who stands in for somebody, of their own; "" where there is none.
	Units [2]string
	// Case is the one case that a party's link opens.
	Case string
	// For is the user for whom the actor stands in, whose role is Role then, inside the team's area; "" for everybody who acts as themselves.
	For string
}

// SystemActor is the sweep.
var SystemActor = Actor{ID: "system", Role: System}
