package handlers

// holdMessages are the codes of what is held for the law beside cases.
var holdMessages = map[string]message{
	"hold.with_case":    {"随案件保留", "Held with its case", "这份材料属于案件，随案件保留：请保留案件 {case}。", "It belongs to a case and is held with that: hold the case {case}."},
	"hold.with_record":  {"随所属记录保留", "Held with another record", "这份材料随 {record} 保留和注销：请保留那一份。", "It is held and erased with {record}: hold that."},
	"erase.held_beside": {"依法保留", "Held for the law", "{kind} {record} 依法保留，解除后才能注销。", "{kind} {record} is held for the law; it can be erased once the hold is lifted."},
}
