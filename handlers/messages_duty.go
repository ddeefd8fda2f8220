package handlers

// dutyMessages are the codes of the duty roster.
var dutyMessages = map[string]message{
	"duty.locked":  {"账号已停用", "The account is locked", "{field} 的账号已停用，不能排班。", "The account at {field} is locked and cannot be on duty."},
	"duty.beyond":  {"超出范围", "Outside the period", "{field} 超出本次导入的片区或时段。", "{field} lies outside the area or the period of this import."},
	"duty.overlap": {"班次重叠", "Shifts overlap", "{field} 与第 {other} 项（自0计）同岗同片区的班次重叠。", "{field} overlaps with shift {other} (from 0) of the same post and area."},
}
